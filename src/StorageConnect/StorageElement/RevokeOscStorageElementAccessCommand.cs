using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Stops presenting LUNs and clones to access groups, or with -All to any (guide: stopPresent). Other groups are left alone.</summary>
[Cmdlet(VerbsSecurity.Revoke, "OscStorageElementAccess", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = GroupSet)]
[OutputType(typeof(StorageElement))]
public sealed class RevokeOscStorageElementAccessCommand : OscAccessCmdlet
{
    private const string GroupSet = "AccessGroup";
    private const string AllSet = "All";

    /// <inheritdoc/>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = GroupSet)]
    [Chooses<AccessGroupIdentity>]
    [ArgumentCompleter(typeof(AccessGroupCompleter))]
    public override AccessGroupIdentity[] AccessGroup { get; set; } = [];

    /// <summary>All access groups that each element is presented to at this moment.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    private protected override IReadOnlyList<string> GroupsFor(StorageArray array, StorageElement element) =>
        ParameterSetName != AllSet ? base.GroupsFor(array, element)
        : All ? Run(token => array.GetInfoAsync(element, token)).AccessGroupNames
        : throw CommandErrors.NothingChosen(nameof(All), "$false");

    private protected override string Action => "Stop presenting to";

    private protected override Task<StorageElement> ChangeAsync(StorageArray array, StorageElement element, IReadOnlyList<string> groups,
        CancellationToken cancellationToken) =>
        array.StopPresentAsync(element, groups, cancellationToken);
}
