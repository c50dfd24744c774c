using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Devices;

/// <summary>Finds the device paths of a page 0x83 identity. The identity is always read from sysfs, never derived from a link's name.</summary>
internal sealed class DevicePathFinder(HostRoots roots)
{
    /// <summary>The map's path when there is a map, else those of the disks, the by-id link first; empty when no device has the identity.</summary>
    public ValueList<string> Find(string page83Id)
    {
        if (MultipathMaps.Find(roots, page83Id) is { } map)
        {
            return PathsOf(map, page83Id);
        }

        var disks = ScsiDisk.FindAll(roots, page83Id);
        if (disks.Count == 0)
        {
            return [];
        }

        // A map that was created while the disks were read has claimed them.
        return MultipathMaps.Find(roots, page83Id) is { } newMap
            ? PathsOf(newMap, page83Id)
            : PathsOf(disks.Where(disk => !MultipathMaps.HavePath(roots, disk)), page83Id);
    }

    private ValueList<string> PathsOf(DmDevice map, string page83Id)
    {
        // A map keeps its WWID when the array gives a path's LUN number to another element. No path is the only safe answer then.
        if (map.Slaves(roots).Any(disk => ScsiDisk.ReadIdentity(roots, disk) is { } id && id != page83Id))
        {
            return [];
        }

        // The kernel's name where the link leads elsewhere. Where the link is missing, udev has not created it yet, and its name is right.
        var path = DeviceLink.MultipathFolder + map.Name;
        var leadsTo = DeviceLink.KernelNameOf(roots, path);
        return [leadsTo is null || leadsTo == map.KernelName || leadsTo == map.Name ? path : "/dev/" + map.KernelName];
    }

    private ValueList<string> PathsOf(IEnumerable<string> disks, string page83Id)
    {
        // udev escapes other characters of an identity: then there is no link of this name.
        var link = page83Id.Contains('/', StringComparison.Ordinal) ? null : DeviceLink.PlainFolder + "scsi-" + page83Id;
        var linked = link is null ? null : DeviceLink.KernelNameOf(roots, link);
        return disks
            .Select(disk => disk == linked ? link! : "/dev/" + disk)
            .OrderBy(path => path != link) // false comes first; the sort is stable
            .ToValueList();
    }
}
