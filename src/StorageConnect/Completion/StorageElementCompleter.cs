using System.Collections;
using StorageConnect.Engine.Names;

namespace StorageConnect.Commands;

/// <summary>Completes the names of LUNs and clones; of clones that share blocks where they are to be split.</summary>
public sealed class StorageElementCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Known(bound, commandName.StartsWith("Split-", StringComparison.OrdinalIgnoreCase) ? NameKind.SnapClone : NameKind.StorageElement);
}
