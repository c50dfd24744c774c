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
        return MultipathMap.TryParse(reply) ?? throw MultipathdError.Unreachable($"multipathd did not answer '{command}' but said: {FirstLine(reply)}.");
    }

    /// <summary>The map with this identity; null when multipathd knows none, or can't tell.</summary>
    public async Task<MultipathMap?> TryShowMapAsync(string wwid, CancellationToken cancellationToken)
    {
        try
        {
            return MultipathMap.TryParse(await multipathd.AskAsync($"show map {Argument(wwid)} json", cancellationToken)) is [var map, ..] ? map : null;
        }
        catch (ArrayUnreachableException)
        {
            return null;
        }
    }

    /// <summary>Has it look at a disk it has not found by itself, or has turned away. Its whole answer: <c>ok</c>, <c>blacklisted</c>, <c>fail</c>…</summary>
    public Task<string> AddPathAsync(string disk, CancellationToken cancellationToken) => multipathd.AskAsync($"add path {disk}", cancellationToken);

    /// <summary>Has it let go of a disk.</summary>
    public Task<string> RemovePathAsync(string disk, CancellationToken cancellationToken) => multipathd.AskAsync($"del path {disk}", cancellationToken);

    /// <summary>Has it take over the size of the paths. Only <c>ok</c> is a success, and not even that says that anything changed.</summary>
    public Task<string> ResizeMapAsync(string wwid, CancellationToken cancellationToken) => multipathd.AskAsync($"resize map {Argument(wwid)}", cancellationToken);

    /// <summary>Has I/O that finds no path fail instead of waiting for one.</summary>
    public Task<string> StopQueueingAsync(string wwid, CancellationToken cancellationToken) => multipathd.AskAsync($"disablequeueing map {Argument(wwid)}", cancellationToken);

    // An identity is understood in place of the map's name. Some, of T10 vendor text, hold what ends a word there.
    private static string Argument(string wwid) => wwid.AsSpan().ContainsAny(" !#{}") ? $"\"{wwid}\"" : wwid;

    private static string FirstLine(string reply) => reply.Split('\n')[0];
}
