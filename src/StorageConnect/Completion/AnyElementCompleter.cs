using System.Collections;
using StorageConnect.Engine.Names;

namespace StorageConnect.Commands;

/// <summary>Completes the names of LUNs, clones and snapshots.</summary>
public sealed class AnyElementCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Known(bound, NameKind.StorageElement, NameKind.Snapshot);
}
