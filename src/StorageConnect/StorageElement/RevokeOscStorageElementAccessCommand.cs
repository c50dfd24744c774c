using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Stops presenting LUNs and clones to access groups (guide: stopPresent). Other groups are left alone.</summary>
[Cmdlet(VerbsSecurity.Revoke, "OscStorageElementAccess", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StorageElement))]
public sealed class RevokeOscStorageElementAccessCommand : OscAccessCmdlet
{
    private protected override string Action => "Stop presenting to";

    private protected override Task<StorageElement> ChangeAsync(StorageArray array, StorageElement element, IReadOnlyList<string> groups,
        CancellationToken cancellationToken) =>
        array.StopPresentAsync(element, groups, cancellationToken);
}
