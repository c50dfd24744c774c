using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Use;

/// <summary>The processes that have a device open.</summary>
internal static class DeviceOpeners
{
    /// <summary>Such as <c>open by postgres (4711)</c>; null when none is seen. Other containers' processes and the kernel's own users never are.</summary>
    public static string? Find(HostRoots roots, string kernelName, string? name = null)
    {
        var paths = name is null ? ["/dev/" + kernelName] : new[] { "/dev/" + kernelName, DeviceLink.MultipathFolder + name };
        foreach (var process in SysFile.Names(roots.Proc).Where(entry => char.IsAsciiDigit(entry[0])))
        {
            var folder = Path.Combine(roots.Proc, process);
            var program = SysFile.TryReadText(Path.Combine(folder, "comm"));
            if (!LooksOnly(program) && HasOpen(Path.Combine(folder, "fd"), paths))
            {
                return $"open by {(program is { Length: > 0 } ? program : "a process")} ({process})";
            }
        }

        return null;
    }

    // They look at every device, and let go of it by themselves.
    private static bool LooksOnly(string? program) => program is "multipathd" or "(udev-worker)" or "systemd-udevd" or "udevd";

    private static bool HasOpen(string folder, string[] paths)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFileSystemInfos().Any(entry => Array.IndexOf(paths, entry.LinkTarget) >= 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it has just ended, or is hidden
        }
    }
}
