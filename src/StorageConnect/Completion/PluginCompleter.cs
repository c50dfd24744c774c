using System.Collections;
namespace StorageConnect.Commands;

/// <summary>Completes the names of plug-ins, from their metadata.</summary>
public sealed class PluginCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Engine.Plugins.GetDescriptors().DistinctBy(plugin => plugin.Name)
            .Select(plugin => new Candidate(plugin.Name, $"{plugin.Version}, {plugin.StorageTypes}. {plugin.Description}"));
}
