using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Removes snapshots (guide: snapRemove).</summary>
[Cmdlet(VerbsCommon.Remove, "OscSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveOscSnapshotCommand : SnapshotCmdlet
{
    private protected override void Process(StorageArray array, StorageElement snapshot)
    {
        if (ShouldChange(array, Describe(snapshot.Name, array), "Remove snapshot", token => array.SnapRemoveAsync(snapshot, token)))
        {
            Change(array, token => array.SnapRemoveAsync(snapshot, token), snapshot.Uuid);
        }
    }
}
