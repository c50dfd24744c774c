using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.DeviceMapper;

/// <summary>The multipath maps as sysfs shows them: the one place where they are looked up.</summary>
internal static class MultipathMaps
{
    /// <summary>The map with this WWID, whatever its name; null when there is none.</summary>
    public static DmDevice? Find(HostRoots roots, string wwid)
    {
        var uuid = DmDevice.MultipathPrefix + wwid;
        foreach (var kernelName in SysFile.Names(Path.Combine(roots.Sys, "block"), "dm-*"))
        {
            if (DmDevice.ReadUuid(roots, kernelName) == uuid && DmDevice.TryRead(roots, kernelName) is { } device && device.Uuid == uuid)
            {
                return device;
            }
        }

        return null;
    }

    /// <summary>All maps.</summary>
    public static IEnumerable<DmDevice> ReadAll(HostRoots roots) => SysFile.Names(Path.Combine(roots.Sys, "block"), "dm-*")
        .Select(name => DmDevice.TryRead(roots, name))
        .OfType<DmDevice>()
        .Where(device => device.IsMultipath);

    /// <summary>The map that a disk is a path of; null when it is in none.</summary>
    public static DmDevice? FindOver(HostRoots roots, string disk) => SysFile.Names(Path.Combine(roots.Sys, "block", disk, "holders"))
        .Select(holder => DmDevice.TryRead(roots, holder))
        .FirstOrDefault(holder => holder?.IsMultipath == true);

    /// <summary>True for a disk that is a path of a map and so must not be used by itself.</summary>
    public static bool HavePath(HostRoots roots, string disk) =>
        SysFile.Names(Path.Combine(roots.Sys, "block", disk, "holders")).Any(holder => IsMap(roots, holder));

    /// <summary>True when the device of this kernel name is a map.</summary>
    public static bool IsMap(HostRoots roots, string kernelName) =>
        DmDevice.ReadUuid(roots, kernelName)?.StartsWith(DmDevice.MultipathPrefix, StringComparison.Ordinal) == true;
}
