using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Ledger;

/// <summary>
/// Journal entry of a full scan: a scan of a session without a LUN number, which adds all its LUNs. Written before the scan, deleted once unrelated
/// LUNs are removed, so that the disks of an interrupted scan can be found.
/// </summary>
internal sealed record FullScan
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1); // a scan takes seconds, and the next run on its target comes soon

    /// <summary>The kernel's number of the session.</summary>
    public int SessionId { get; init; }

    /// <summary>The boot in which the kernel assigned that number.</summary>
    public string? Boot { get; init; }

    /// <summary>When the scan began, by the kernel's monotonic clock in <see cref="Boot"/>.</summary>
    public long Since { get; init; }

    /// <summary>The devices that existed before, as H:C:T:L.</summary>
    public ValueList<string> Before { get; init; } = [];

    public static FullScan At(IscsiSession session, IEnumerable<ScsiDevice> before, HostRoots roots) =>
        new()
        {
            SessionId = session.Id,
            Boot = BootId.TryRead(roots.Proc),
            Since = TimeProvider.System.GetTimestamp(),
            Before = [.. before.Select(device => device.Hctl)],
        };

    /// <summary>True when what it says about the session's devices is too old: others may have added LUNs since.</summary>
    public bool IsOutdated => TimeProvider.System.GetElapsedTime(Since) > Longest;

    public bool IsAt(IscsiSession session, HostRoots roots) => session.Id == SessionId && Boot == BootId.TryRead(roots.Proc);
}
