using System.Collections;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Completes the names of LUNs and clones.</summary>
public sealed class StorageElementCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Known(bound, NameKind.StorageElement);
}
