using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Shows who this host is to arrays: its iSCSI name and Fibre Channel ports, for access groups.</summary>
[Cmdlet(VerbsCommon.Get, "OscInitiator")]
[OutputType(typeof(OscInitiator))]
public sealed class GetOscInitiatorCommand : OscCmdlet
{
    private protected override void Process() => WriteObject(ModuleEngine.Host.GetInitiator());
}
