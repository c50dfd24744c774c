using System.Collections;
using StorageConnect.Engine.Names;

namespace StorageConnect.Commands;

/// <summary>Completes the names of snapshots.</summary>
public sealed class SnapshotCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Known(bound, NameKind.Snapshot);
}
