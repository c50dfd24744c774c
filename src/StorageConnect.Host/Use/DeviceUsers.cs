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
    // The folders in a SCSI device's folder for its nodes that are not block devices.
    private static readonly string[] CharacterKinds = ["scsi_generic", "scsi_tape", "scsi_changer", "bsg"];

    private readonly DeviceOpeners _openers = new(roots, kernel);

    /// <summary>
    /// The user of a device-mapper device, or of a partition of it; null when none is visible. Without processes: see <see cref="FindOpener"/>.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="withOtherNamespaces">Among the mounts of other mount namespaces, too.</param>
    /// <exception cref="IOException">The kernel's tables can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As before.</exception>
    public DeviceUser? Find(DmDevice device, bool withOtherNamespaces) => Find(device, KernelTables.Read(roots, kernel, withOtherNamespaces));

    /// <summary>The process that has a device-mapper device open, or a partition of it.</summary>
    public DeviceUser? FindOpener(DmDevice device) =>
        _openers.Find(
        [
            device.DeviceNumber,
            .. device.Holders(roots).Select(holder => DmDevice.TryRead(roots, holder)).OfType<DmDevice>()
                .Where(holding => holding.IsPartitionOf(device)).Select(holding => holding.DeviceNumber),
        ])?.User;

    /// <summary>A disk of these that is in use itself or by a partition; null when none is. Being a path of a multipath map does not count as in use.</summary>
    /// <param name="disks">The kernel's names.</param>
    /// <param name="others">Devices without a disk, such as tapes and changers: only a process that has one open is a user.</param>
    /// <param name="withOtherNamespaces">Among the mounts of other mount namespaces, too.</param>
    /// <exception cref="IOException">The kernel's tables can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As before.</exception>
    public (string Device, DeviceUser User)? FindOfDevices(IReadOnlyList<string> disks, IReadOnlyList<ScsiDevice> others, bool withOtherNamespaces)
    {
        if (disks.Count == 0 && others.Count == 0)
        {
            return null;
        }

        var tables = KernelTables.Read(roots, kernel, withOtherNamespaces);
        var namesByNumber = new Dictionary<string, string>();
        foreach (var disk in disks)
        {
            var folder = Path.Combine(roots.Sys, "block", disk);
            if (FindOfPart(disk, folder, tables) is { } user)
            {
                return (disk, user);
            }

            namesByNumber[NumberOf(folder)] = disk;
            foreach (var part in SysFile.Names(folder, disk + "*").Where(part => File.Exists(Path.Combine(folder, part, "partition"))))
            {
                if (OfPartition(part, FindOfPart(part, Path.Combine(folder, part), tables)) is { } partUser)
                {
                    return (disk, partUser);
                }

                namesByNumber[NumberOf(Path.Combine(folder, part))] = disk;
            }

            foreach (var (_, number) in CharacterNodes(Path.Combine(folder, "device")))
            {
                namesByNumber[number] = disk;
            }
        }

        foreach (var (node, number) in others.SelectMany(device => CharacterNodes(device.Folder)))
        {
            namesByNumber[number] = node;
        }

        // Last and once for all of them: it takes a call for each descriptor that each process has open.
        return _openers.Find(namesByNumber.Keys) is (var open, var opener) ? (namesByNumber[open], opener) : null;
    }

    /// <summary>The nodes of a SCSI device that are no block devices, with their numbers as <see cref="IKernel.ReadDevice"/> gives them.</summary>
    private static IEnumerable<(string Node, string Number)> CharacterNodes(string folder) =>
        from kind in CharacterKinds
        from node in SysFile.Names(Path.Combine(folder, kind))
        let number = SysFile.TryReadText(Path.Combine(folder, kind, node, "dev"))
        where number is not null
        select (node, "c" + number);

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
