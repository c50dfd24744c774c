using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Tests whether a restore would be safe at this moment (guide: isRestorable).</summary>
[Cmdlet(VerbsDiagnostic.Test, "OscSnapshotRestore")]
[OutputType(typeof(bool))]
public sealed class TestOscSnapshotRestoreCommand : SnapshotCmdlet
{
    /// <summary>The element that would be rolled back alone; all members of the snapshot when left out.</summary>
    [Parameter(Position = 1)]
    [Chooses<StorageElementIdentity>(One = true)]
    [ArgumentCompleter(typeof(StorageElementCompleter))]
    public StorageElementIdentity? StorageElement { get; set; }

    private protected override void Process(StorageArray array, StorageElement snapshot)
    {
        var element = StorageElement is null ? null : Run(token => array.FindAsync(StorageElement, ElementKind.Element, token));
        WriteObject(Run(token => array.IsRestorableAsync(snapshot, element, token)));
    }
}
