using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Shows residue on this host: devices, sessions and records of storage that is no longer used.</summary>
[Cmdlet(VerbsCommon.Get, "OscHostResidue")]
[OutputType(typeof(OscHostResidue))]
public sealed class GetOscHostResidueCommand : OscCmdlet
{
    /// <summary>Don't query the registered arrays; omit residue that only they can show.</summary>
    [Parameter]
    public SwitchParameter HostOnly { get; set; }

    private protected override void Process()
    {
        var warnings = new List<string>();
        var found = Run(token => ModuleEngine.Host.FindResidueAsync(HostOnly ? [] : Engine.GetArrays(), warnings.Add, token));
        warnings.ForEach(WriteWarning);
        WriteObject(found, enumerateCollection: true);
    }
}
