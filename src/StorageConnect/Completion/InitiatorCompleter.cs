using System.Collections;

namespace StorageConnect.Commands;

/// <summary>Completes initiators: those of this host.</summary>
public sealed class InitiatorCompleter : NameCompleter
{
    private protected override string Fallback => "iqn.";

    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound)
    {
        var host = ModuleEngine.Host.GetInitiator();
        return host.Wwpns.Prepend(host.Iqn ?? "").Select(name => new Candidate(name, $"This host, {host.HostName}"));
    }
}
