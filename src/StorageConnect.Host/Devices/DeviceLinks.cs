using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Devices;

/// <summary>
/// The links to a device that is gone. udev removes them when it comes to it, and has forgotten some; until then they are names of nothing, and
/// of another device as soon as that gets the kernel's name.
/// </summary>
internal static class DeviceLinks
{
    /// <summary>Removes those by this identity that lead nowhere.</summary>
    public static void Clear(HostRoots roots, string wwid)
    {
        foreach (var link in Find(roots, wwid).Where(link => DeviceLink.KernelNameOf(roots, "/dev/" + Path.GetRelativePath(roots.Dev, link)) is null))
        {
            TryDelete(link);
        }
    }

    private static IEnumerable<string> Find(HostRoots roots, string wwid)
    {
        if (wwid.Contains('/', StringComparison.Ordinal))
        {
            return []; // udev writes it in its own way
        }

        var byId = Path.Combine(roots.Dev, "disk", "by-id");
        string[] links = [Path.Combine(byId, "scsi-" + wwid), Path.Combine(byId, "dm-uuid-mpath-" + wwid), Path.Combine(byId, "dm-name-" + wwid),
            Path.Combine(roots.Dev, "mapper", wwid)];
        return links.Where(link => new FileInfo(link).LinkTarget is not null);
    }

    private static void TryDelete(string link)
    {
        try
        {
            File.Delete(link);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is a name, no more: what a device is, this module never takes from it.
        }
    }
}
