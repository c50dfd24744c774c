using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Residue;

/// <summary>The first sighting of residue: the kernel doesn't record the age of devices.</summary>
internal sealed record Sighting
{
    public OscHostResidueKind Kind { get; init; }

    public string What { get; init; } = "";

    /// <summary>The Uuid of the array that showed it; null where the host alone did.</summary>
    public string? StorageServerUuid { get; init; }

    /// <summary>The wall clock then, for kernels that don't show their uptime.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The boot it was seen in.</summary>
    public string? Boot { get; init; }

    /// <summary>The host's uptime then, in seconds, by the kernel's clock, which can't be set.</summary>
    public double? UptimeSeconds { get; init; }

    /// <summary>The first sighting by the present wall clock. After a reboot only the time since the boot counts.</summary>
    public DateTimeOffset SinceAt(DateTimeOffset now, HostUptime? uptime) =>
        uptime is null || UptimeSeconds is not { } seen ? (Since < now ? Since : now)
        : now - TimeSpan.FromSeconds(Math.Max(0, Boot == uptime.Boot ? uptime.Seconds - seen : 0));
}
