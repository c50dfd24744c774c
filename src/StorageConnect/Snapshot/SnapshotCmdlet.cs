using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that works on each given snapshot.</summary>
public abstract class SnapshotCmdlet : OscServerCmdlet
{
    /// <summary>The snapshots, as objects or by name or Uuid.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Chooses<StorageElementIdentity>]
    [Alias("InputObject", "Name", "SnapshotName")]
    [ArgumentCompleter(typeof(SnapshotCompleter))]
    public StorageElementIdentity[] Snapshot { get; set; } = [];

    private protected sealed override void Process() => ForEachElement(Snapshot, ElementKind.Snapshot, Process);

    private protected abstract void Process(StorageArray array, StorageElement snapshot);
}
