using StorageConnect.Host.Connectors;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Attaching;

/// <summary>Waits for multipathd to make an element's map of all its disks, and tells it of disks it leaves aside.</summary>
internal sealed class MapWaiter(LinuxHost host)
{
    /// <summary>The map with all these disks, and its link in /dev.</summary>
    /// <param name="element">The element.</param>
    /// <param name="paths">Its disks.</param>
    /// <param name="tellFirst">The identity came to multipath's list after the disks: multipathd may have left them aside.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NoSuchOperationException">multipathd is configured not to use it.</exception>
    /// <exception cref="HostNotReadyException">It does not come.</exception>
    public async Task<DmDevice> RunAsync(StorageElement element, IReadOnlyList<FoundPath> paths, bool tellFirst,
        CancellationToken cancellationToken)
    {
        if (tellFirst && FindWhole(element.Page83Id, paths) is null)
        {
            await AddMissingPathsAsync(element, paths, cancellationToken);
        }

        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            // multipathd finds new disks by itself, from udev's events. Only when it doesn't is it told.
            if (await Watch.ForAsync(host.Roots, () => FindWhole(element.Page83Id, paths), host.Deadlines.MultipathdDetection, cancellationToken) is { } map)
            {
                return map;
            }

            if (FindPartial(element.Page83Id, paths) is { } partial)
            {
                return partial;
            }

            var isLate = TimeProvider.System.GetElapsedTime(started) > host.Deadlines.MapMade;
            if (!isLate && UdevQueue.IsBusy(host.Roots))
            {
                continue; // it will hear of them: with many disks at once udev takes its time, and being told as well only adds to the work
            }

            var reply = await AddMissingPathsAsync(element, paths, cancellationToken);
            if (isLate)
            {
                return FindWhole(element.Page83Id, paths) ?? FindPartial(element.Page83Id, paths) ?? throw Missing(element, paths, reply);
            }
        }
    }

    private DmDevice? FindWhole(string page83Id, IReadOnlyList<FoundPath> paths)
    {
        if (MultipathMaps.Find(host.Roots, page83Id) is not { } map)
        {
            return null;
        }

        var slaves = map.Slaves(host.Roots).ToHashSet();
        return paths.All(path => slaves.Contains(path.Disk)) && IsOpenable(map) ? map : null;
    }

    /// <summary>The map with the paths that are left, where one was lost since it was found: multipathd can't take a path that doesn't answer.</summary>
    private DmDevice? FindPartial(string page83Id, IReadOnlyList<FoundPath> paths) =>
        paths.Where(IsUsable).ToList() is [_, ..] usable && usable.Count < paths.Count ? FindWhole(page83Id, usable) : null;

    private bool IsUsable(FoundPath path) => path.Device.State is "running"
        && (path.Device.SessionId is not { } id || host.Initiator.Sessions().Any(session => session.Id == id && session.IsLoggedIn));

    private bool IsOpenable(DmDevice map) =>
        DeviceLink.KernelNameOf(host.Roots, DeviceLink.MultipathFolder + map.Name) is { } leadsTo && (leadsTo == map.KernelName || leadsTo == map.Name);

    private async Task<string> AddMissingPathsAsync(StorageElement element, IReadOnlyList<FoundPath> paths, CancellationToken cancellationToken)
    {
        var slaves = MultipathMaps.Find(host.Roots, element.Page83Id)?.Slaves(host.Roots).ToHashSet() ?? [];
        var reply = "";
        foreach (var path in paths.Where(path => !slaves.Contains(path.Disk) && IsUsable(path)))
        {
            host.Step("add path");
            reply = await host.Multipath.AddPathAsync(path.Disk, cancellationToken);
            if (reply.Contains("blacklisted", StringComparison.Ordinal))
            {
                throw MultipathErrors.DeviceBlacklisted(element, path.Disk);
            }
        }

        return reply;
    }

    private HostNotReadyException Missing(StorageElement element, IReadOnlyList<FoundPath> paths, string reply)
    {
        var disks = string.Join(", ", paths.Select(path => path.Disk));
        return MultipathMaps.Find(host.Roots, element.Page83Id) is { } map
            ? MultipathErrors.MultipathdUnreachableAdding(element, map.Name, disks, host.Deadlines.MapMade)
            : MultipathErrors.MultipathdUnreachableMaking(element, disks, host.Deadlines.MapMade, reply);
    }
}
