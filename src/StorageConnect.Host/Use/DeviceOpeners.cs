using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Use;

/// <summary>The processes that have a device open.</summary>
internal sealed class DeviceOpeners(HostRoots roots, IKernel kernel)
{
    /// <summary>
    /// Such as <c>open by postgres (4711)</c>, and the number of the device; null when none is visible. Found by the device's number, whatever the node's
    /// name is.
    /// </summary>
    /// <param name="numbers">The numbers of the devices and their partitions, as <see cref="IKernel.ReadDevice"/> gives them.</param>
    public (string Number, DeviceUser User)? Find(IReadOnlyCollection<string> numbers)
    {
        foreach (var process in SysFile.Names(roots.Proc).Where(entry => char.IsAsciiDigit(entry[0])))
        {
            var folder = Path.Combine(roots.Proc, process);
            if (!IsKernelThread(folder)
                && FindOpen(Path.Combine(folder, "fd"), numbers) is { } number
                && SysFile.TryReadText(Path.Combine(folder, "comm")) is var program && !IsObserver(program))
            {
                return (number, new($"open by {(program is { Length: > 0 } ? program : "a process")} ({process})", MayPass: true));
            }
        }

        return null;
    }

    // They probe every device, and close it again.
    private static bool IsObserver(string? program) => program is "multipathd" or "(udev-worker)" or "systemd-udevd" or "udevd";

    // They have no program and no descriptors, and are most of the processes of a small machine.
    private static bool IsKernelThread(string folder)
    {
        try
        {
            return new FileInfo(Path.Combine(folder, "exe")).LinkTarget is null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it has just ended, or is hidden
        }
    }

    private string? FindOpen(string folder, IReadOnlyCollection<string> numbers)
    {
        try
        {
            return KernelFiles.ReadNames(folder)
                .Select(descriptor => kernel.ReadDevice($"{folder}/{descriptor}"))
                .FirstOrDefault(number => number is not null && numbers.Contains(number));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it has just ended, or is hidden
        }
    }
}
