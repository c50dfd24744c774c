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
    /// <summary>The kernel's number of the session.</summary>
    public int SessionId { get; init; }

    /// <summary>The boot in which the kernel assigned that number.</summary>
    public string? Boot { get; init; }

    /// <summary>The devices that existed before, as H:C:T:L.</summary>
    public ValueList<string> Before { get; init; } = [];

    public static FullScan At(IscsiSession session, IEnumerable<ScsiDevice> before, HostRoots roots) =>
        new() { SessionId = session.Id, Boot = BootId.TryRead(roots.Proc), Before = [.. before.Select(device => device.Hctl)] };

    public bool IsAt(IscsiSession session, HostRoots roots) => session.Id == SessionId && Boot == BootId.TryRead(roots.Proc);
}
