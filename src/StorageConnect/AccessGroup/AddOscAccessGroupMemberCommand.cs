using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Adds initiators to access groups (guide: addToAccessGroup).</summary>
[Cmdlet(VerbsCommon.Add, "OscAccessGroupMember", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(AccessGroup))]
public sealed class AddOscAccessGroupMemberCommand : OscAccessGroupMemberCmdlet
{
    private protected override string Action => "Add initiators";

    private protected override Task<AccessGroup> ChangeAsync(StorageArray array, string group, CancellationToken cancellationToken) =>
        array.AddToAccessGroupAsync(group, Initiator, cancellationToken);
}
