using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Devices;

/// <summary>From a page 0x83 identity to the paths a user opens. The identity is always read from sysfs, never taken from a link's name.</summary>
internal sealed class DevicePathFinder(HostRoots roots)
{
    /// <summary>The map's path when there is a map, else the plain disks', the by-id link first; empty when nothing proves to be it.</summary>
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

        // A map made while the disks were read has taken them.
        return MultipathMaps.Find(roots, page83Id) is { } newMap
            ? PathsOf(newMap, page83Id)
            : PathsOf(disks.Where(disk => !MultipathMaps.HavePath(roots, disk)), page83Id);
    }

    private ValueList<string> PathsOf(DmDevice map, string page83Id)
    {
        // A map keeps its WWID when the array gives a LUN number beneath it to another element. Nothing is the only safe answer then.
        if (map.Slaves(roots).Any(disk => ScsiDisk.ReadIdentity(roots, disk) is { } id && id != page83Id))
        {
            return [];
        }

        // The kernel's name where the link leads astray. Where it is missing, udev has not come to it yet: the name is right.
        var path = DeviceLink.MultipathFolder + map.Name;
        var leadsTo = DeviceLink.KernelNameOf(roots, path);
        return [leadsTo is null || leadsTo == map.KernelName || leadsTo == map.Name ? path : "/dev/" + map.KernelName];
    }

    private ValueList<string> PathsOf(IEnumerable<string> disks, string page83Id)
    {
        // udev writes an identity with other characters in its own way: then there is no link of this name.
        var link = page83Id.Contains('/', StringComparison.Ordinal) ? null : DeviceLink.PlainFolder + "scsi-" + page83Id;
        var linked = link is null ? null : DeviceLink.KernelNameOf(roots, link);
        return disks
            .Select(disk => disk == linked ? link! : "/dev/" + disk)
            .OrderBy(path => path != link) // false comes first; the sort is stable
            .ToValueList();
    }
}
