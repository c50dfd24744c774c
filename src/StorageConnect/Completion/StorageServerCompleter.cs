using System.Collections;
namespace StorageConnect.Commands;

/// <summary>Completes the names of registered servers.</summary>
public sealed class StorageServerCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Engine.GetServers().Select(server => new Candidate(server.Name, $"{server.PluginName}, {server.StorageType}. {server.Description}"));
}
