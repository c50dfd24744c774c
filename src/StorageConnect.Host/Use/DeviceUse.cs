using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Use;

/// <summary>Who uses a device-mapper device: a mount, a swap area, a device on top.</summary>
/// <remarks>
/// An opener that shows up nowhere (a database on the bare device, a mount in a container) can't be seen here: it makes multipathd refuse.
/// </remarks>
internal sealed class DeviceUse(HostRoots roots)
{
    /// <summary>The use in words that go on from "it is"; null when there is none.</summary>
    /// <exception cref="IOException">The kernel's tables can't be read, so nobody can tell.</exception>
    /// <exception cref="UnauthorizedAccessException">As before.</exception>
    public string? Find(DmDevice device)
    {
        var mounts = DeviceTable.ReadMounts(roots);
        var swaps = DeviceTable.ReadSwaps(roots);
        return Find(device, mounts, swaps);
    }

    private string? Find(DmDevice device, IReadOnlyList<DeviceTable.Mount> mounts, IReadOnlyList<string> swaps)
    {
        // By number and by source: Btrfs and bcachefs show a number of their own, not the device's.
        if (mounts.FirstOrDefault(mount => mount.DeviceNumber == device.DeviceNumber || Leads(mount.Source, device)) is { } mounted)
        {
            return $"mounted at '{mounted.MountPoint}'";
        }

        if (swaps.Any(swap => Leads(swap, device)))
        {
            return "used as swap";
        }

        return FindBtrfs(device)
            ?? device.Holders(roots).Select(holder => DescribeHolder(device, holder, mounts, swaps)).FirstOrDefault(use => use is not null);
    }

    // Of a Btrfs on several devices the mount names one only; the kernel lists the others here.
    private string? FindBtrfs(DmDevice device)
    {
        var folder = Path.Combine(roots.Sys, "fs", "btrfs");
        var fileSystem = SysFile.Names(folder).FirstOrDefault(id => SysFile.Names(Path.Combine(folder, id, "devices"), device.KernelName).Any());
        return fileSystem is null ? null : $"part of the mounted Btrfs file system {fileSystem}";
    }

    private string? DescribeHolder(DmDevice device, string holder, IReadOnlyList<DeviceTable.Mount> mounts, IReadOnlyList<string> swaps)
    {
        if (DmDevice.TryRead(roots, holder) is not { } holding)
        {
            return $"held by {holder}";
        }

        // multipathd takes a map's partitions away with it, so they are a use only when something uses them.
        return !holding.IsPartitionOf(device) ? $"held by {holder} ({holding.Name})"
            : Find(holding, mounts, swaps) is { } use ? $"in use by its partition {holding.Name}, which is {use}"
            : null;
    }

    private bool Leads(string path, DmDevice device)
    {
        var leadsTo = DeviceLink.KernelNameOf(roots, path);
        return leadsTo == device.KernelName || (leadsTo == device.Name && path == DevicePathFinder.MultipathFolder + leadsTo);
    }
}
