using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Use;

/// <summary>Who uses a device: a mount, a swap area, a device on top, a process that has it open.</summary>
/// <remarks>
/// An opener that shows up nowhere (a mount in a container) can't be seen here: with a map it makes multipathd refuse.
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

    /// <summary>The same of a disk and its partitions. That it is a path of a multipath map is no use of it.</summary>
    /// <exception cref="IOException">As before.</exception>
    /// <exception cref="UnauthorizedAccessException">As before.</exception>
    public string? FindOfDisk(string disk)
    {
        var mounts = DeviceTable.ReadMounts(roots);
        var swaps = DeviceTable.ReadSwaps(roots);
        var folder = Path.Combine(roots.Sys, "block", disk);
        return FindOfPart(disk, folder, mounts, swaps)
            ?? SysFile.Names(folder, disk + "*")
                .Where(part => File.Exists(Path.Combine(folder, part, "partition")))
                .Select(part => FindOfPart(part, Path.Combine(folder, part), mounts, swaps) is { } use ? $"in use by its partition {part}, which is {use}" : null)
                .FirstOrDefault(use => use is not null);
    }

    private string? FindOfPart(string name, string folder, IReadOnlyList<DeviceTable.Mount> mounts, IReadOnlyList<string> swaps)
    {
        var number = SysFile.TryReadText(Path.Combine(folder, "dev")) ?? "";
        var holder = SysFile.Names(Path.Combine(folder, "holders"))
            .FirstOrDefault(holding => !MultipathMaps.IsMap(roots, holding));
        return FindMount(name, name, number, mounts)
            ?? FindSwap(name, name, swaps)
            ?? FindBtrfs(name)
            ?? (holder is null ? null : $"held by {holder}{(DmDevice.TryRead(roots, holder) is { } holding ? $" ({holding.Name})" : "")}")
            ?? DeviceOpeners.Find(roots, name);
    }

    private string? Find(DmDevice device, IReadOnlyList<DeviceTable.Mount> mounts, IReadOnlyList<string> swaps)
    {
        return FindMount(device.KernelName, device.Name, device.DeviceNumber, mounts)
            ?? FindSwap(device.KernelName, device.Name, swaps)
            ?? FindBtrfs(device.KernelName)
            ?? device.Holders(roots).Select(holder => DescribeHolder(device, holder, mounts, swaps)).FirstOrDefault(use => use is not null);
    }

    // By number and by source: Btrfs and bcachefs show a number of their own, not the device's.
    private string? FindMount(string kernelName, string name, string number, IReadOnlyList<DeviceTable.Mount> mounts) =>
        mounts.FirstOrDefault(mount => mount.DeviceNumber == number || Leads(mount.Source, kernelName, name)) is { } mounted
            ? $"mounted at '{mounted.MountPoint}'"
            : null;

    private string? FindSwap(string kernelName, string name, IReadOnlyList<string> swaps) =>
        swaps.Any(swap => Leads(swap, kernelName, name)) ? "used as swap" : null;

    // Of a Btrfs on several devices the mount names one only; the kernel lists the others here.
    private string? FindBtrfs(string kernelName)
    {
        var folder = Path.Combine(roots.Sys, "fs", "btrfs");
        var fileSystem = SysFile.Names(folder).FirstOrDefault(id => SysFile.Names(Path.Combine(folder, id, "devices"), kernelName).Any());
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

    private bool Leads(string path, string kernelName, string name)
    {
        var leadsTo = DeviceLink.KernelNameOf(roots, path);
        return leadsTo == kernelName || (leadsTo == name && path == DeviceLink.MultipathFolder + leadsTo);
    }
}
