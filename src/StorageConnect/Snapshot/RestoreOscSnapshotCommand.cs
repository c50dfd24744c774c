using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Rolls an element back to a snapshot, or with -AllMembers all members of the snapshot (guide: snapRestore).</summary>
[Cmdlet(VerbsData.Restore, "OscSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RestoreOscSnapshotCommand : SnapshotCmdlet
{
    /// <summary>The element to roll back, alone; needed where a snapshot has several.</summary>
    [Parameter(Position = 1)]
    [Chooses<StorageElementIdentity>(One = true)]
    [ArgumentCompleter(typeof(StorageElementCompleter))]
    public StorageElementIdentity? StorageElement { get; set; }

    /// <summary>Roll back every member of the snapshot, where it has several.</summary>
    [Parameter]
    [Alias("WholeArray")]
    public SwitchParameter AllMembers { get; set; }

    /// <summary>Allow a restore that makes an element smaller; the data beyond the smaller size is lost.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Process(StorageArray array, StorageElement snapshot)
    {
        // Also where the array doesn't tell the members: without an element it rolls back all of them.
        if (StorageElement is not null ? AllMembers.IsPresent : !AllMembers.IsPresent && snapshot.SourceUuids.Count != 1)
        {
            throw CommandErrors.RestoreScopeNeeded(snapshot.Name);
        }

        var element = StorageElement is not null ? Run(token => array.FindAsync(StorageElement, ElementKind.Element, token))
            : !AllMembers.IsPresent && snapshot.SourceUuids is [var only] ? Run(token => array.FindByUuidAsync(only, token))
            : null;
        var action = element is null ? $"Roll back all members of snapshot {snapshot.Name}" : $"Roll back to snapshot {snapshot.Name}";
        Task RestoreAsync(CancellationToken token) => array.SnapRestoreAsync(snapshot, element, Force, token);

        if (ShouldChange(array, Describe(element?.Name ?? snapshot.Name, array), action, RestoreAsync))
        {
            Run(RestoreAsync);
        }
    }
}
