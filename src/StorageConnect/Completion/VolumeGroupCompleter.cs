using System.Collections;
namespace StorageConnect.Commands;

/// <summary>Completes the names of pools, as the servers last reported them.</summary>
public sealed class VolumeGroupCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Servers(bound).SelectMany(server => server.VolumeGroups.Select(pool => new Candidate(pool, $"Pool on {server.Name}")))
            .DistinctBy(candidate => candidate.Name);
}
