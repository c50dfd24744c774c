using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Ledger;

/// <summary>
/// What proves the disks of an element whose page 0x83 identity belongs to its presentation: the place where the array presents it, and what was read
/// there. Another element may get the same identity later, so it is removed together with the presentation.
/// </summary>
internal sealed record PresentedIdentity
{
    /// <summary>The targets and LUN numbers.</summary>
    public ValueList<LunAddress> Places { get; init; } = [];

    /// <summary>The unit serial number (page 0x80) that all paths show; empty when they show none.</summary>
    public string Serial { get; init; } = "";

    /// <summary>The kernel's numbers of the sessions whose disks were proven; empty until then.</summary>
    public ValueList<int> SessionIds { get; init; } = [];

    /// <summary>The sessions with these targets that were there before attaching: they are others', and stay.</summary>
    public ValueList<int> OtherSessionIds { get; init; } = [];

    /// <summary>Which start of this host gave the sessions these numbers.</summary>
    public string? Boot { get; init; }

    /// <summary>When the places became this element's, by the kernel's monotonic clock since <see cref="Boot"/>.</summary>
    public long Since { get; init; }

    /// <summary>True for one that got a place later than another: the array had withdrawn the other by then.</summary>
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

    /// <summary>True for a device that was proven, and whose session is still the same.</summary>
    public bool IsProven(ScsiDevice device, HostRoots roots) =>
        device.SessionId is { } id && SessionIds.Contains(id) && Boot == BootId.TryRead(roots.Proc);
}
