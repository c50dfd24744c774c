using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Devices;

/// <summary>
/// Links to a device that is gone. udev removes them late or never. Until then they dangle, and lead to another device as soon as that gets
/// the kernel's name.
/// </summary>
internal static class DeviceLinks
{
    /// <summary>Removes dangling links with this identity.</summary>
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
            return []; // udev escapes it, so the link's name is unknown
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
            // Best effort: identity is never derived from link names.
        }
    }
}
