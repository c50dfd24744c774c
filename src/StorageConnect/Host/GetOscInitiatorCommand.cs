using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Shows this host's iSCSI name and Fibre Channel ports, for access groups.</summary>
[Cmdlet(VerbsCommon.Get, "OscInitiator")]
[OutputType(typeof(OscInitiator))]
public sealed class GetOscInitiatorCommand : OscCmdlet
{
    private protected override void Process() => WriteObject(ModuleEngine.Host.GetInitiator());
}
