using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Multipath;

/// <summary>The commands to multipathd that attaching, detaching and resizing use.</summary>
internal sealed class MultipathCommands(Multipathd multipathd)
{
    public bool IsListening => multipathd.IsListening();

    /// <summary>All maps of multipathd.</summary>
    public async Task<IReadOnlyList<MultipathMap>> ShowMapsAsync(CancellationToken cancellationToken)
    {
        const string command = "show maps json";
        var reply = await multipathd.ExecuteAsync(command, cancellationToken);
        return MultipathMap.TryParse(reply) ?? throw MultipathErrors.MultipathdUnreachableOther(command, FirstLine(reply));
    }

    /// <summary>A map's paths and their states; null when multipathd doesn't have the map, or gives no usable reply.</summary>
    public async Task<MultipathMap?> TryShowMapAsync(DmDevice map, CancellationToken cancellationToken)
    {
        try
        {
            return MultipathMap.TryParse(await multipathd.ExecuteAsync($"show map {MapArgument.Of(map)} json", cancellationToken)) is [var shown, ..]
                ? shown
                : null;
        }
        catch (Exception e) when (e is HostNotReadyException or NoSuchOperationException)
        {
            return null;
        }
    }

    /// <summary>Its settings, for the devices that exist.</summary>
    public Task<string> ShowConfigAsync(CancellationToken cancellationToken) => multipathd.ExecuteAsync("show config local", cancellationToken);

    /// <summary>Adds a disk that it has not found or has rejected. The whole reply: <c>ok</c>, <c>blacklisted</c>, <c>fail</c>…</summary>
    public Task<string> AddPathAsync(string disk, CancellationToken cancellationToken) => multipathd.ExecuteAsync($"add path {disk}", cancellationToken);

    /// <summary>Resizes the map to the size of its paths. Only <c>ok</c> is a success, and even that doesn't mean that anything changed.</summary>
    public Task<string> ResizeMapAsync(DmDevice map, CancellationToken cancellationToken) =>
        multipathd.ExecuteAsync($"resize map {MapArgument.Of(map)}", cancellationToken);

    /// <summary>Makes I/O without a path fail instead of being queued.</summary>
    public Task<string> StopQueueingAsync(DmDevice map, CancellationToken cancellationToken) =>
        multipathd.ExecuteAsync($"disablequeueing map {MapArgument.Of(map)}", cancellationToken);

    /// <summary>Takes <see cref="StopQueueingAsync"/> back: I/O without a path is queued again, as multipath's settings say.</summary>
    public Task<string> RestoreQueueingAsync(DmDevice map, CancellationToken cancellationToken) =>
        multipathd.ExecuteAsync($"restorequeueing map {MapArgument.Of(map)}", cancellationToken);

    private static string FirstLine(string reply) => reply.Split('\n')[0];
}
