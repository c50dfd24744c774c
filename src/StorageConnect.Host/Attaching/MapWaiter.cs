using StorageConnect.Host.Connectors;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Attaching;

/// <summary>Waits until multipathd has created an element's map of all its disks, and sends it "add path" for disks it ignored.</summary>
internal sealed class MapWaiter(LinuxHost host)
{
    /// <summary>The map with all these disks, and its link in /dev.</summary>
    /// <param name="element">The element.</param>
    /// <param name="paths">Its disks.</param>
    /// <param name="addFirst">Sends "add path" before the first wait: the identity came to multipath's list after the disks appeared.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NoSuchOperationException">multipathd's configuration excludes the disk.</exception>
    /// <exception cref="HostNotReadyException">The map was not created in time.</exception>
    /// <exception cref="NotFoundException">All the disks are gone.</exception>
    public async Task<DmDevice> RunAsync(StorageElement element, IReadOnlyList<FoundPath> paths, bool addFirst,
        CancellationToken cancellationToken)
    {
        if (addFirst && FindWhole(element.Page83Id, paths) is null)
        {
            await AddMissingPathsAsync(element, paths, cancellationToken);
        }

        var started = TimeProvider.System.GetTimestamp();
        var idleSince = started;
        var hasAdded = false;
        while (true)
        {
            // multipathd finds new disks from udev's events. "add path" is for those it missed.
            if (await Watch.ForAsync(
                host.Roots,
                $"the map {element.Page83Id} of {paths.Count} paths",
                () => FindWhole(element.Page83Id, paths),
                host.Deadlines.MultipathdDetection,
                cancellationToken) is { } map)
            {
                return map;
            }

            if (FindPartial(element.Page83Id, paths) is { } partial)
            {
                return partial;
            }

            if (!paths.Any(path => path.IsThere))
            {
                throw AttachErrors.ElementNotSeenAnyMore(element);
            }

            var isBusy = UdevQueue.IsBusy(host.Roots);
            idleSince = isBusy ? TimeProvider.System.GetTimestamp() : idleSince;
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            var isLate = (!isBusy && TimeProvider.System.GetElapsedTime(idleSince) > host.Deadlines.MapMade)
                || elapsed > host.Deadlines.MapMade + host.Deadlines.UdevBehind;
            if (isBusy && !isLate && (hasAdded || elapsed < host.Deadlines.MapMade))
            {
                continue; // the events are still queued: with many disks udev is slow, and "add path" would only add to its work
            }

            hasAdded = true;
            var reply = await AddMissingPathsAsync(element, paths, cancellationToken);
            if (isLate)
            {
                return FindWhole(element.Page83Id, paths) ?? FindPartial(element.Page83Id, paths) ?? throw Missing(element, paths, reply, elapsed);
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

    /// <summary>The map with the remaining paths, where one was lost after it was found: multipathd can't add a path that doesn't answer.</summary>
    private DmDevice? FindPartial(string page83Id, IReadOnlyList<FoundPath> paths) =>
        paths.Where(IsUsable).ToList() is [_, ..] usable && usable.Count < paths.Count ? FindWhole(page83Id, usable) : null;

    private bool IsUsable(FoundPath path) => path.IsThere && host.IsUsable(path.Device);

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

    private HostNotReadyException Missing(StorageElement element, IReadOnlyList<FoundPath> paths, string reply, TimeSpan elapsed)
    {
        var waited = TimeSpan.FromSeconds(Math.Ceiling(elapsed.TotalSeconds));
        if (MultipathMaps.Find(host.Roots, element.Page83Id) is not { } map)
        {
            return MultipathErrors.MultipathdUnreachableMaking(element, Join(paths.Select(path => path.Disk)), waited, reply);
        }

        var missing = paths.Where(IsUsable).Select(path => path.Disk).Except(map.Slaves(host.Roots)).ToList();
        return missing.Count > 0
            ? MultipathErrors.MultipathdUnreachableAdding(element, map.Name, Join(missing), waited, reply)
            : MultipathErrors.MultipathdUnreachableLinking(element, map.Name, DeviceLink.MultipathFolder + map.Name, waited);

        static string Join(IEnumerable<string> disks) => string.Join(", ", disks);
    }
}
