using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Shows what is left behind on this host by storage that is no longer used.</summary>
[Cmdlet(VerbsCommon.Get, "OscHostResidue")]
[OutputType(typeof(OscHostResidue))]
public sealed class GetOscHostResidueCommand : OscCmdlet
{
    /// <summary>Don't ask the registered arrays; leave out what only they could tell.</summary>
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
