using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Scsi;

/// <summary>The SCSI disks as sysfs shows them.</summary>
internal static class ScsiDisk
{
    /// <summary>The disks with this page 0x83 identity, by kernel name, in the order the kernel named them.</summary>
    public static IReadOnlyList<string> FindAll(HostRoots roots, string page83Id) =>
    [
        .. SysFile.Names(Path.Combine(roots.Sys, "block"), "sd*")
            .Where(disk => ReadIdentity(roots, disk) == page83Id)
            .OrderBy(disk => disk.Length) // sdz before sdaa; the sort is stable
    ];

    /// <summary>The identity in a disk's own page 0x83; null when it has none, or is being removed.</summary>
    public static string? ReadIdentity(HostRoots roots, string disk) =>
        SysFile.TryReadBytes(Path.Combine(roots.Sys, "block", disk, "device", "vpd_pg83")) is { } page && Page83.TryGetMultipathId(page, out var id)
            ? id
            : null;
}
