using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Use;

/// <summary>
/// Finds the users of a device in the kernel's tables: mounts of all visible namespaces, swap, devices on top, loop devices, processes.
/// </summary>
internal sealed class DeviceUsers(HostRoots roots, IKernel kernel)
{
    private readonly DeviceOpeners _openers = new(roots, kernel);

    /// <summary>
    /// The user of a device-mapper device, or of a partition of it; null when none is visible. Without processes: see <see cref="FindOpener"/>.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="withOtherNamespaces">Among the mounts of other mount namespaces, too.</param>
    /// <exception cref="IOException">The kernel's tables can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As before.</exception>
    public DeviceUser? Find(DmDevice device, bool withOtherNamespaces) => Find(device, KernelTables.Read(roots, kernel, withOtherNamespaces));

    /// <summary>The process that has a device-mapper device open.</summary>
    public DeviceUser? FindOpener(DmDevice device) => _openers.Find([device.DeviceNumber])?.User;

    /// <summary>A disk of these that is in use itself or by a partition; null when none is. Being a path of a multipath map does not count as in use.</summary>
    /// <param name="disks">The kernel's names.</param>
    /// <param name="withOtherNamespaces">Among the mounts of other mount namespaces, too.</param>
    /// <exception cref="IOException">The kernel's tables can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As before.</exception>
    public (string Disk, DeviceUser User)? FindOfDisks(IReadOnlyList<string> disks, bool withOtherNamespaces)
    {
        if (disks.Count == 0)
        {
            return null;
        }

        var tables = KernelTables.Read(roots, kernel, withOtherNamespaces);
        var disksByNumber = new Dictionary<string, string>();
        foreach (var disk in disks)
        {
            var folder = Path.Combine(roots.Sys, "block", disk);
            if (FindOfPart(disk, folder, tables) is { } user)
            {
                return (disk, user);
            }

            disksByNumber[NumberOf(folder)] = disk;
            foreach (var part in SysFile.Names(folder, disk + "*").Where(part => File.Exists(Path.Combine(folder, part, "partition"))))
            {
                if (OfPartition(part, FindOfPart(part, Path.Combine(folder, part), tables)) is { } partUser)
                {
                    return (disk, partUser);
                }

                disksByNumber[NumberOf(Path.Combine(folder, part))] = disk;
            }
        }

        // Last and once for all of them: it takes a call for each descriptor that each process has open.
        return _openers.Find(disksByNumber.Keys) is (var number, var opener) ? (disksByNumber[number], opener) : null;
    }

    private DeviceUser? FindOfPart(string name, string folder, KernelTables tables)
    {
        var holder = SysFile.Names(Path.Combine(folder, "holders")).FirstOrDefault(holding => !MultipathMaps.IsMap(roots, holding));
        return tables.FindUser(name, name, NumberOf(folder))
            ?? (holder is null ? null : new($"held by {holder}{(DmDevice.TryRead(roots, holder) is { } holding ? $" ({holding.Name})" : "")}"));
    }

    private DeviceUser? Find(DmDevice device, KernelTables tables) =>
        tables.FindUser(device.KernelName, device.Name, device.DeviceNumber)
        ?? device.Holders(roots).Select(holder => OfHolder(device, holder, tables)).FirstOrDefault(use => use is not null);

    private DeviceUser? OfHolder(DmDevice device, string holder, KernelTables tables)
    {
        if (DmDevice.TryRead(roots, holder) is not { } holding)
        {
            return new($"held by {holder}");
        }

        // multipathd removes a map's partitions with it, so they count only while they are in use.
        return holding.IsPartitionOf(device) ? OfPartition(holding.Name, Find(holding, tables)) : new($"held by {holder} ({holding.Name})");
    }

    private static DeviceUser? OfPartition(string partition, DeviceUser? user) =>
        user is null ? null : user with { Description = $"in use by its partition {partition}, which is {user.Description}" };

    private static string NumberOf(string folder) => SysFile.TryReadText(Path.Combine(folder, "dev")) ?? "";
}
