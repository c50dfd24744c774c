using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Ledger;

/// <summary>
/// A look behind a session without a LUN number, which brings up all its LUNs. Noted before it is begun, and until those that nobody looked for are
/// gone again: a run that is killed in between leaves disks that nobody would know as left behind.
/// </summary>
internal sealed record FullScan
{
    /// <summary>The kernel's number of the session.</summary>
    public int SessionId { get; init; }

    /// <summary>Which start of this host gave it that number.</summary>
    public string? Boot { get; init; }

    /// <summary>The devices that were there before, as H:C:T:L.</summary>
    public ValueList<string> Before { get; init; } = [];

    public static FullScan At(IscsiSession session, IEnumerable<ScsiDevice> before, HostRoots roots) =>
        new() { SessionId = session.Id, Boot = HostStart.Read(roots), Before = [.. before.Select(device => device.Hctl)] };

    public bool IsAt(IscsiSession session, HostRoots roots) => session.Id == SessionId && Boot == HostStart.Read(roots);
}
