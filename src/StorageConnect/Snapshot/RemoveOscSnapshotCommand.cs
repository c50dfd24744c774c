using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Removes snapshots (guide: snapRemove).</summary>
[Cmdlet(VerbsCommon.Remove, "OscSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveOscSnapshotCommand : SnapshotCmdlet
{
    private protected override void Process(StorageArray array, StorageElement snapshot)
    {
        if (ShouldProcess(Describe(snapshot.Name, array), "Remove snapshot"))
        {
            Run(token => array.SnapRemoveAsync(snapshot, token));
        }
    }
}
