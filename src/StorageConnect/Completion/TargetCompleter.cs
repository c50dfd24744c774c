using System.Collections;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Completes the names of iSCSI targets.</summary>
public sealed class TargetCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Known(bound, NameKind.Target);
}
