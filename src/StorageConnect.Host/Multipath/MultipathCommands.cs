using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Multipath;

/// <summary>What attaching, detaching and resizing ask of multipathd.</summary>
internal sealed class MultipathCommands(Multipathd multipathd)
{
    public bool IsListening => multipathd.IsListening();

    /// <summary>All maps multipathd knows.</summary>
    public async Task<IReadOnlyList<MultipathMap>> ShowMapsAsync(CancellationToken cancellationToken)
    {
        const string command = "show maps json";
        var reply = await multipathd.AskAsync(command, cancellationToken);
        return MultipathMap.TryParse(reply) ?? throw MultipathErrors.MultipathdUnreachableOther(command, FirstLine(reply));
    }

    /// <summary>A map's paths and their states; null when multipathd doesn't know it, or can't tell.</summary>
    public async Task<MultipathMap?> TryShowMapAsync(DmDevice map, CancellationToken cancellationToken)
    {
        try
        {
            return MultipathMap.TryParse(await multipathd.AskAsync($"show map {MapArgument.Of(map)} json", cancellationToken)) is [var shown, ..]
                ? shown
                : null;
        }
        catch (Exception e) when (e is HostNotReadyException or NoSuchOperationException)
        {
            return null;
        }
    }

    /// <summary>Its settings, as far as they concern the devices there are.</summary>
    public Task<string> ShowConfigAsync(CancellationToken cancellationToken) => multipathd.AskAsync("show config local", cancellationToken);

    /// <summary>Has it look at a disk it has not found by itself, or has turned away. Its whole answer: <c>ok</c>, <c>blacklisted</c>, <c>fail</c>…</summary>
    public Task<string> AddPathAsync(string disk, CancellationToken cancellationToken) => multipathd.AskAsync($"add path {disk}", cancellationToken);

    /// <summary>Has it take over the size of the paths. Only <c>ok</c> is a success, and not even that says that anything changed.</summary>
    public Task<string> ResizeMapAsync(DmDevice map, CancellationToken cancellationToken) =>
        multipathd.AskAsync($"resize map {MapArgument.Of(map)}", cancellationToken);

    /// <summary>Has I/O that finds no path fail instead of waiting for one.</summary>
    public Task<string> StopQueueingAsync(DmDevice map, CancellationToken cancellationToken) =>
        multipathd.AskAsync($"disablequeueing map {MapArgument.Of(map)}", cancellationToken);

    private static string FirstLine(string reply) => reply.Split('\n')[0];
}
