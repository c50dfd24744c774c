using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>
/// Logs this host out of iSCSI targets (guide: stop). Multipath devices are removed first. Refuses while a device is in use, naming the user.
/// </summary>
[Cmdlet(VerbsCommunications.Disconnect, "OscTarget", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(IscsiTarget))]
public sealed class DisconnectOscTargetCommand : OscTargetCmdlet
{
    private protected override string Action => "Log out of iSCSI target";

    private protected override Task<IReadOnlyList<IscsiTarget>> ActAsync(
        StorageArray array,
        IReadOnlyList<IscsiTarget> targets,
        IReadOnlyList<AccessContext>? contexts,
        Action<string> warn,
        CancellationToken cancellationToken) =>
        array.StopAsync(targets, contexts, cancellationToken);
}
