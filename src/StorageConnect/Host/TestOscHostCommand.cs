using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Checks whether this host is ready to use arrays: rights, tools, daemons, modules, settings. Each finding says what to do.</summary>
[Cmdlet(VerbsDiagnostic.Test, "OscHost")]
[OutputType(typeof(OscHostFinding))]
public sealed class TestOscHostCommand : OscCmdlet
{
    private protected override void Process() => WriteObject(Run(ModuleEngine.Host.CheckAsync), enumerateCollection: true);
}
