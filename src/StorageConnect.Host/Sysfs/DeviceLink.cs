using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Sysfs;

/// <summary>What the links in /dev lead to. They are names for users: what a device is, sysfs alone says.</summary>
internal static class DeviceLink
{
    /// <summary>Where the links to device-mapper's devices are, by name.</summary>
    public const string MultipathFolder = "/dev/mapper/";

    /// <summary>Where the links to disks are, by identity.</summary>
    public const string PlainFolder = "/dev/disk/by-id/";

    /// <summary>The kernel's name of the device that a path such as <c>/dev/mapper/a</c> leads to; null when it leads to none.</summary>
    /// <remarks>A node that is no link (made without udev) is answered with its own name.</remarks>
    public static string? KernelNameOf(HostRoots roots, string devicePath)
    {
        const string dev = "/dev/";
        if (!devicePath.StartsWith(dev, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            var path = Path.GetFullPath(devicePath[dev.Length..], roots.Dev);
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            return File.Exists(target) ? Path.GetFileName(target) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
