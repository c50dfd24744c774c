using System.Globalization;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Scsi;

/// <summary>A SCSI device as sysfs shows it: one path to one LUN.</summary>
/// <param name="Host">Number of its SCSI host.</param>
/// <param name="Channel">Channel on the host.</param>
/// <param name="Target">Number of its target on the channel.</param>
/// <param name="Lun">LUN in the kernel's numbering.</param>
/// <param name="Folder">Its folder in sysfs, links resolved.</param>
internal sealed record ScsiDevice(int Host, int Channel, int Target, long Lun, string Folder)
{
    public string Hctl => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Channel}:{Target}:{Lun}");

    /// <summary>The kernel's name of its disk, such as <c>sda</c>; null when it has none, or has none yet.</summary>
    public string? Disk => SysFile.Names(Path.Combine(Folder, "block")).FirstOrDefault();

    public bool Exists => Directory.Exists(Folder);

    /// <summary>The kernel's state: <c>running</c>, <c>offline</c>, <c>transport-offline</c>, <c>blocked</c>; null when it is gone.</summary>
    public string? State => SysFile.TryReadText(Path.Combine(Folder, "state"));

    /// <summary>True while its path is down: it carries no commands.</summary>
    public bool IsDown => State is "blocked" or "transport-offline" or "offline";

    /// <summary>True for devices that hold users' data (disk, tape, CD, changer), false for an array's management devices.</summary>
    public bool HoldsData => SysFile.TryReadText(Path.Combine(Folder, "type")) is "0" or "1" or "4" or "5" or "7" or "8" or "14";

    /// <summary>The session it came through; null where it is not an iSCSI device.</summary>
    public int? SessionId => NumberIn("session");

    /// <summary>Its page 0x83 identity as the kernel read it at the last scan or rescan, as multipath writes it.</summary>
    public string? ReadIdentity() =>
        SysFile.TryReadBytes(Path.Combine(Folder, "vpd_pg83")) is { } page && Page83.TryGetMultipathId(page, out var id) ? id : null;

    /// <summary>The devices that came through a session.</summary>
    public static IReadOnlyList<ScsiDevice> Of(HostRoots roots, IscsiSession session)
    {
        return session.FindFolder(roots) is not { } folder ? [] :
        [
            .. SysFile.Names(folder, "target*")
                .SelectMany(target => SysFile.Names(Path.Combine(folder, target)).Select(name => Path.Combine(folder, target, name)))
                .Select(TryParse)
                .OfType<ScsiDevice>()
        ];
    }

    /// <summary>The device under a disk; null when it is gone, or no SCSI disk.</summary>
    public static ScsiDevice? OfDisk(HostRoots roots, string disk) =>
        SysFile.TryResolve(Path.Combine(roots.Sys, "block", disk)) is { } folder // .../0:0:0:1/block/sda
            ? TryParse(Path.GetFullPath(Path.Combine(folder, "..", "..")))
            : null;

    private static ScsiDevice? TryParse(string folder)
    {
        var parts = Path.GetFileName(folder).Split(':');
        return parts.Length == 4
            && TryParse(parts[0], out var host) && TryParse(parts[1], out var channel) && TryParse(parts[2], out var target)
            && long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var lun)
                ? new(host, channel, target, lun, folder)
                : null;
    }

    private int? NumberIn(string prefix)
    {
        foreach (var part in Folder.Split('/'))
        {
            if (part.StartsWith(prefix, StringComparison.Ordinal) && TryParse(part[prefix.Length..], out var number))
            {
                return number;
            }
        }

        return null;
    }

    private static bool TryParse(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
