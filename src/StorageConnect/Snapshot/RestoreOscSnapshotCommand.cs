using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Rolls an element back to a snapshot, or with -WholeArray all members of the snapshot (guide: snapRestore).</summary>
[Cmdlet(VerbsData.Restore, "OscSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RestoreOscSnapshotCommand : SnapshotCmdlet
{
    /// <summary>The element to roll back, alone.</summary>
    [Parameter(Position = 1)]
    [Chooses<StorageElementIdentity>(One = true)]
    [ArgumentCompleter(typeof(StorageElementCompleter))]
    public StorageElementIdentity? StorageElement { get; set; }

    /// <summary>Roll back every member of the snapshot.</summary>
    [Parameter]
    public SwitchParameter WholeArray { get; set; }

    private protected override void Process(StorageArray array, StorageElement snapshot)
    {
        if ((StorageElement is null) == !WholeArray.IsPresent)
        {
            throw CommandErrors.RestoreScopeNeeded(snapshot.Name);
        }

        var element = StorageElement is null ? null : Run(token => array.FindAsync(StorageElement, ElementKind.Element, token));
        var action = element is null ? $"Roll back all members of snapshot {snapshot.Name}" : $"Roll back to snapshot {snapshot.Name}";
        if (ShouldProcess(Describe(element?.Name ?? snapshot.Name, array), action))
        {
            Run(token => array.SnapRestoreAsync(snapshot, element, token));
        }
    }
}
