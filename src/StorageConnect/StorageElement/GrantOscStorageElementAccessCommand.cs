using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Presents LUNs and clones to access groups (guide: startPresent).</summary>
[Cmdlet(VerbsSecurity.Grant, "OscStorageElementAccess", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(StorageElement))]
public sealed class GrantOscStorageElementAccessCommand : OscAccessCmdlet
{
    private protected override string Action => "Present to";

    private protected override Task<StorageElement> ChangeAsync(StorageArray array, StorageElement element, IReadOnlyList<string> groups,
        CancellationToken cancellationToken) =>
        array.StartPresentAsync(element, groups, cancellationToken);
}
