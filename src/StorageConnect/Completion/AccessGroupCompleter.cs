using System.Collections;
using StorageConnect.Engine.Names;

namespace StorageConnect.Commands;

/// <summary>Completes the names of access groups.</summary>
public sealed class AccessGroupCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Known(bound, NameKind.AccessGroup);
}
