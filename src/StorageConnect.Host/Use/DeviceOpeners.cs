using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Use;

/// <summary>The processes that have a device open.</summary>
internal sealed class DeviceOpeners(HostRoots roots, IKernel kernel)
{
    /// <summary>
    /// Such as <c>open by postgres (4711)</c>; null when none is visible. Found by the device's number, whatever the node's name is.
    /// </summary>
    /// <param name="numbers">The numbers of the device and its partitions, as <c>major:minor</c>.</param>
    public DeviceUser? Find(IReadOnlyCollection<string> numbers)
    {
        foreach (var process in SysFile.Names(roots.Proc).Where(entry => char.IsAsciiDigit(entry[0])))
        {
            var folder = Path.Combine(roots.Proc, process);
            var program = SysFile.TryReadText(Path.Combine(folder, "comm"));
            if (!LooksOnly(program) && HasOpen(Path.Combine(folder, "fd"), numbers))
            {
                return new($"open by {(program is { Length: > 0 } ? program : "a process")} ({process})", MayPass: true);
            }
        }

        return null;
    }

    // They probe every device, and close it again.
    private static bool LooksOnly(string? program) => program is "multipathd" or "(udev-worker)" or "systemd-udevd" or "udevd";

    private bool HasOpen(string folder, IReadOnlyCollection<string> numbers)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFileSystemInfos()
                .Any(entry => entry.LinkTarget?.StartsWith('/') == true && kernel.ReadBlockDevice(entry.FullName) is { } number && numbers.Contains(number));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it has just ended, or is hidden
        }
    }
}
