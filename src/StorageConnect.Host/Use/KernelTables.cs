using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Use;

/// <summary>The kernel's tables of users of block devices, read once: mounts, swap areas, loop devices, Btrfs, exports.</summary>
internal sealed class KernelTables
{
    private readonly HostRoots _roots;
    private readonly IReadOnlyList<DeviceTable.Mount> _mounts;
    private readonly IReadOnlyList<string> _swaps;
    private readonly IReadOnlyList<(string Loop, string Device)> _loops;
    private readonly IReadOnlyList<string> _exports;

    private KernelTables(HostRoots roots, IKernel kernel, bool withOtherNamespaces)
    {
        _roots = roots;
        _mounts = [.. DeviceTable.ReadMounts(roots), .. withOtherNamespaces ? DeviceTable.ReadMountsOfOthers(roots) : []];
        _swaps = DeviceTable.ReadSwaps(roots);
        _loops = ReadLoops(kernel);
        _exports = ReadExports();
    }

    /// <param name="roots">Where the tables are.</param>
    /// <param name="kernel">For what no table shows.</param>
    /// <param name="withOtherNamespaces">The mounts of other mount namespaces, too. They are claims: where ours succeeds, there is none.</param>
    /// <exception cref="IOException">A table can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read one.</exception>
    public static KernelTables Read(HostRoots roots, IKernel kernel, bool withOtherNamespaces) => new(roots, kernel, withOtherNamespaces);

    /// <summary>The user of a device; null when none is listed.</summary>
    /// <param name="kernelName">The kernel's name, such as <c>dm-0</c>.</param>
    /// <param name="name">Its name in <c>/dev/mapper</c>; for a disk the kernel's name again.</param>
    /// <param name="number">Its number as <c>major:minor</c>.</param>
    public DeviceUser? FindUser(string kernelName, string name, string number)
    {
        // By number and by source: Btrfs and bcachefs show a number of their own, not the device's.
        if (_mounts.FirstOrDefault(mount => mount.DeviceNumber == number || Leads(mount.Source, kernelName, name)) is { } mount)
        {
            return new($"mounted at '{mount.MountPoint}'{mount.Where}");
        }

        if (_mounts.FirstOrDefault(mount => mount.OtherDevices.Any(device => Leads(device, kernelName, name))) is { } logged)
        {
            return new($"the log of the file system that is mounted at '{logged.MountPoint}'{logged.Where}");
        }

        if (_swaps.Any(swap => Leads(swap, kernelName, name)))
        {
            return new("used as swap");
        }

        if (FindBtrfs(kernelName) is { } fileSystem)
        {
            return new($"part of the mounted Btrfs file system {fileSystem}");
        }

        if (_loops.FirstOrDefault(loop => loop.Device == number).Loop is { } over)
        {
            return new($"held by the loop device {over}");
        }

        return _exports.Any(export => Leads(export, kernelName, name)) ? new("exported by this host to others") : null;
    }

    // For a Btrfs on several devices the mount names only one; the kernel lists the others here.
    private string? FindBtrfs(string kernelName)
    {
        var folder = Path.Combine(_roots.Sys, "fs", "btrfs");
        return SysFile.Names(folder).FirstOrDefault(id => SysFile.Names(Path.Combine(folder, id, "devices"), kernelName).Any());
    }

    // By the number of the backing device: the path in sysfs may belong to another namespace.
    private List<(string Loop, string Device)> ReadLoops(IKernel kernel) =>
    [
        .. from name in SysFile.Names(Path.Combine(_roots.Sys, "block"), "loop*")
           where File.Exists(Path.Combine(_roots.Sys, "block", name, "loop", "backing_file"))
           let device = kernel.ReadLoopDevice(Path.Combine(_roots.Dev, name))
           where device is not null
           select (name, device)
    ];

    // Exports that open a device without claiming it: the kernel's NVMe target, and LIO with a file backstore.
    private List<string> ReadExports()
    {
        var config = Path.Combine(_roots.Sys, "kernel", "config");
        var nvme = Path.Combine(config, "nvmet", "subsystems");
        var lio = Path.Combine(config, "target", "core");
        return
        [
            .. (from subsystem in SysFile.Names(nvme)
                from space in SysFile.Names(Path.Combine(nvme, subsystem, "namespaces"))
                select Path.Combine(nvme, subsystem, "namespaces", space, "device_path"))
            .Concat(from store in SysFile.Names(lio, "fileio_*")
                    from name in SysFile.Names(Path.Combine(lio, store))
                    select Path.Combine(lio, store, name, "udev_path"))
            .Select(SysFile.TryReadText)
            .OfType<string>()
        ];
    }

    private bool Leads(string path, string kernelName, string name)
    {
        var leadsTo = DeviceLink.KernelNameOf(_roots, path);
        return leadsTo is not null && (leadsTo == kernelName || (leadsTo == name && path == DeviceLink.MultipathFolder + leadsTo));
    }
}
