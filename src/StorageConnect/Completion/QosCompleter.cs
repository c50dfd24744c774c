using System.Collections;
using StorageConnect.Engine.Names;

namespace StorageConnect.Commands;

/// <summary>Completes qualities of service.</summary>
public sealed class QosCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Known(bound, NameKind.Qos);
}
