using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Residue;

/// <summary>When residue was first seen. The kernel doesn't tell how old its things are.</summary>
internal sealed record Sighting
{
    public OscHostResidueKind Kind { get; init; }

    public string What { get; init; } = "";

    /// <summary>The wall clock then: for a host whose kernel tells no better.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Which start of this host it was seen in.</summary>
    public string? Boot { get; init; }

    /// <summary>How long this host had been running then, in seconds, by the kernel's clock: nobody can set it.</summary>
    public double? UptimeSeconds { get; init; }

    /// <summary>Since when it has been there, by the wall clock of now. Of another start of this host only the time since this start counts.</summary>
    public DateTimeOffset SinceAt(DateTimeOffset now, HostUptime? uptime) =>
        uptime is null || UptimeSeconds is not { } seen ? (Since < now ? Since : now)
        : now - TimeSpan.FromSeconds(Math.Max(0, Boot == uptime.Boot ? uptime.Seconds - seen : 0));
}
