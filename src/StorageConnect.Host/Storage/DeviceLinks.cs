using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Storage;

/// <summary>udev's links to a device that is gone. udev removes them a moment after the device; what it forgets leads astray later.</summary>
internal static class DeviceLinks
{
    /// <summary>Waits until no link names the identity any more, and removes those left that lead nowhere.</summary>
    public static async Task ClearAsync(HostRoots roots, HostDeadlines deadlines, string wwid, CancellationToken cancellationToken)
    {
        if (await Watch.UntilAsync(roots, () => !Find(roots, wwid).Any(), deadlines.LinksSettled, cancellationToken))
        {
            return;
        }

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
        string[] links = [Path.Combine(byId, "scsi-" + wwid), Path.Combine(byId, "dm-uuid-mpath-" + wwid), Path.Combine(byId, "dm-name-" + wwid), Path.Combine(roots.Dev, "mapper", wwid)];
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
