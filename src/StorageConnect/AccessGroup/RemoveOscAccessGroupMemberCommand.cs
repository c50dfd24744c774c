using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Removes initiators from access groups (guide: removeFromAccessGroup). They lose access to the group's elements.</summary>
[Cmdlet(VerbsCommon.Remove, "OscAccessGroupMember", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(AccessGroup))]
public sealed class RemoveOscAccessGroupMemberCommand : OscAccessGroupMemberCmdlet
{
    private protected override string Action => "Remove initiators";

    private protected override Task<AccessGroup> ChangeAsync(StorageArray array, string group, CancellationToken cancellationToken) =>
        array.RemoveFromAccessGroupAsync(group, Initiator, cancellationToken);
}
