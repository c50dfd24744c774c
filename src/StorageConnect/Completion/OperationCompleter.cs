using System.Collections;
namespace StorageConnect.Commands;

/// <summary>Completes the Ids of the stored operations.</summary>
public sealed class OperationCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Engine.Operations.GetAll().Select(news =>
            new Candidate(news.Id, news.Operation is { } known ? $"{known.Kind} of {known.Target} on {known.StorageServerName}, {known.State}" : news.Id));
}
