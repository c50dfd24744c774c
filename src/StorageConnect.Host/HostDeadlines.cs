namespace StorageConnect.Host;

/// <summary>How long the host's parts may take before waiting for them ends in an error.</summary>
internal sealed record HostDeadlines
{
    public static HostDeadlines Standard { get; } = new();

    /// <summary>One question to multipathd with its answer: what multipath-tools' own clients allow.</summary>
    public TimeSpan MultipathdReply { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a refused removal is tried again: udev still holds a map open for a moment after it appeared or changed.</summary>
    public TimeSpan MapRefused { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>From multipathd's <c>ok</c> until the kernel no longer shows the map.</summary>
    public TimeSpan MapGone { get; init; } = TimeSpan.FromSeconds(10);
}
