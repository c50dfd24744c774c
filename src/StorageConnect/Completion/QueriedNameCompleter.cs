using System.Collections;
using StorageConnect.Engine.Names;

namespace StorageConnect.Commands;

/// <summary>Completes the names that a Get cmdlet lists: snapshots, clones or access groups.</summary>
public sealed class QueriedNameCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) => Known(bound, KindOf(commandName));

    // Chosen by the end of the noun, because the module may be imported with a prefix.
    private static NameKind KindOf(string commandName) =>
        commandName.EndsWith("Snapshot", StringComparison.OrdinalIgnoreCase) ? NameKind.Snapshot
        : commandName.EndsWith("AccessGroup", StringComparison.OrdinalIgnoreCase) ? NameKind.AccessGroup
        : NameKind.StorageElement;
}
