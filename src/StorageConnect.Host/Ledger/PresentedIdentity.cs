using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Ledger;

/// <summary>
/// What proves the disks of an element whose page 0x83 identity belongs to its presentation: the place where the array presents it, and what was
/// read there. Another element may get the same identity later, so this is deleted together with the presentation.
/// </summary>
internal sealed record PresentedIdentity
{
    /// <summary>The targets and LUN numbers.</summary>
    public ValueList<LunAddress> Places { get; init; } = [];

    /// <summary>The unit serial number (page 0x80) of all paths; empty when they have none.</summary>
    public string Serial { get; init; } = "";

    /// <summary>The kernel's numbers of the sessions whose disks were proven; empty until then.</summary>
    public ValueList<int> SessionIds { get; init; } = [];

    /// <summary>The sessions with these targets that existed before the attach: they are not ours, and stay.</summary>
    public ValueList<int> OtherSessionIds { get; init; } = [];

    /// <summary>The boot in which the kernel assigned these numbers.</summary>
    public string? Boot { get; init; }

    /// <summary>When the places became this element's, by the kernel's monotonic clock in <see cref="Boot"/>.</summary>
    public long Since { get; init; }

    /// <summary>True if this presentation is later than the other: the array had ended the other by then.</summary>
    public bool IsLaterThan(PresentedIdentity other) => Boot == other.Boot && Since > other.Since;

    public bool IsTarget(string targetName) => Places.Any(place => place.TargetName == targetName);

    /// <summary>True for a device at one of the places, through whatever portal.</summary>
    public bool IsAt(ScsiDevice device, IscsiSession session) =>
        device.SessionId == session.Id && KernelLuns.At(session.TargetName, Places).Contains(device.Lun);

    /// <summary>The devices at these places.</summary>
    public IReadOnlyList<ScsiDevice> FindDevices(HostRoots roots, IEnumerable<IscsiSession> sessions) =>
    [
        .. from session in sessions
           where IsTarget(session.TargetName)
           from device in ScsiDevice.Of(roots, session)
           where IsAt(device, session)
           select device
    ];

    /// <summary>True for a device that was proven and whose session is still the same.</summary>
    public bool IsProven(ScsiDevice device, HostRoots roots) =>
        device.SessionId is { } id && SessionIds.Contains(id) && Boot == BootId.TryRead(roots.Proc);
}
