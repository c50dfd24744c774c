using System.Collections;

namespace StorageConnect.Commands;

/// <summary>Completes the names of the iSCSI targets that were found.</summary>
public sealed class TargetCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound) =>
        Servers(bound).SelectMany(server => Engine.GetArray(server.Uuid).GetTargets())
            .DistinctBy(target => target.TargetName)
            .Select(target => new Candidate(target.TargetName, $"iSCSI target at {target.Portal}"));
}
