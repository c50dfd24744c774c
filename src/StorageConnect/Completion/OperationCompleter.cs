using System.Collections;
namespace StorageConnect.Commands;

/// <summary>Completes the Ids of the stored operations.</summary>
public sealed class OperationCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Engine.Operations.GetAll().Select(update => new Candidate(
            update.Id,
            update.Operation is { } known ? $"{known.Kind} of {known.Target} on {known.StorageServerName}, {known.State}" : update.Id));
}
