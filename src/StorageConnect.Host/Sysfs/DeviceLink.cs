using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Sysfs;

/// <summary>Resolves the links in /dev. They are names for users: identity is read from sysfs only.</summary>
internal static class DeviceLink
{
    /// <summary>The folder of links to device-mapper's devices, by name.</summary>
    public const string MultipathFolder = "/dev/mapper/";

    /// <summary>The folder of links to disks, by identity.</summary>
    public const string PlainFolder = "/dev/disk/by-id/";

    /// <summary>The kernel's name of the device that a path such as <c>/dev/mapper/a</c> leads to; null when it leads to none.</summary>
    /// <remarks>For a node that is no link (created without udev) its own name.</remarks>
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
