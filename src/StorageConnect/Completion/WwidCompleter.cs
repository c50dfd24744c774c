using System.Collections;

namespace StorageConnect.Commands;

/// <summary>Completes the identities of the LUNs on this host.</summary>
public sealed class WwidCompleter : NameCompleter
{
    private protected override string Fallback => "*";

    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound)
    {
        using var timeout = new CancellationTokenSource(LiveQueryTimeout);
        var devices = Task.Run(() => ModuleEngine.Host.GetDevicesAsync(timeout.Token));
        try
        {
            return devices.Wait(LiveQueryTimeout)
                ? devices.Result.Select(device => new Candidate(device.Wwid, $"{device.Path}, {ByteSize.Format(device.SizeBytes)}"))
                : [];
        }
        catch (AggregateException)
        {
            return [];
        }
    }
}
