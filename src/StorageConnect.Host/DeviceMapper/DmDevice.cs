using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.DeviceMapper;

/// <summary>A device-mapper device as sysfs shows it.</summary>
/// <param name="KernelName">Such as <c>dm-0</c>. The kernel gives it to the next device as soon as this one is gone: never wait on it.</param>
/// <param name="Name">Its name in <c>/dev/mapper</c>.</param>
/// <param name="Uuid">What it is: <c>mpath-</c> and the WWID for a multipath map.</param>
/// <param name="DeviceNumber">As <c>major:minor</c>.</param>
internal sealed record DmDevice(string KernelName, string Name, string Uuid, string DeviceNumber)
{
    public const string MultipathPrefix = "mpath-";

    /// <summary>True for a multipath map.</summary>
    public bool IsMultipath => Uuid.StartsWith(MultipathPrefix, StringComparison.Ordinal);

    /// <summary>The identity that a multipath map was made for.</summary>
    public string Wwid => Uuid[MultipathPrefix.Length..];

    /// <summary>The device with this kernel name; null when it is gone or no device-mapper device.</summary>
    public static DmDevice? TryRead(HostRoots roots, string kernelName)
    {
        var folder = Path.Combine(roots.Sys, "block", kernelName);
        var before = ReadUuid(roots, kernelName);
        var name = SysFile.TryReadText(Path.Combine(folder, "dm", "name"));
        var number = SysFile.TryReadText(Path.Combine(folder, "dev"));

        // The uuid is read again at the end: name and number could be those of the next device with this kernel name.
        return before is not null && name is { Length: > 0 } && number is { Length: > 0 } && ReadUuid(roots, kernelName) == before
            ? new(kernelName, name, before, number)
            : null;
    }

    /// <summary>The disks it is made of, by kernel name. Without multipathd the kernel also lists those that are gone: they are no paths any more.</summary>
    public IEnumerable<string> Slaves(HostRoots roots) => ListedSlaves(roots).Where(disk => Directory.Exists(Path.Combine(roots.Sys, "block", disk)));

    /// <summary>The same with those that are gone. No other disk gets their names.</summary>
    public IEnumerable<string> ListedSlaves(HostRoots roots) => SysFile.Names(Path.Combine(roots.Sys, "block", KernelName, "slaves"));

    /// <summary>The devices made of it, by kernel name.</summary>
    public IEnumerable<string> Holders(HostRoots roots) => SysFile.Names(Path.Combine(roots.Sys, "block", KernelName, "holders"));

    /// <summary>True for a device that kpartx made of one partition of <paramref name="map"/>.</summary>
    public bool IsPartitionOf(DmDevice map)
    {
        const string part = "part";
        return Uuid.StartsWith(part, StringComparison.Ordinal)
            && Uuid.EndsWith("-" + map.Uuid, StringComparison.Ordinal)
            && Uuid.Length > part.Length + map.Uuid.Length + 1
            && !Uuid.AsSpan(part.Length, Uuid.Length - part.Length - map.Uuid.Length - 1).ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>The device-mapper uuid of a device; null when it is gone or no device-mapper device.</summary>
    public static string? ReadUuid(HostRoots roots, string kernelName) =>
        SysFile.TryReadText(Path.Combine(roots.Sys, "block", kernelName, "dm", "uuid"));
}
