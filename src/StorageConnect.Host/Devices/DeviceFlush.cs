using Microsoft.Win32.SafeHandles;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Devices;

/// <summary>Flushes a device's dirty data from the kernel's cache, within a deadline.</summary>
/// <remarks>
/// Opened for reading: closing a device that was open for writing makes udev probe it, which would keep it open while it is removed.
/// </remarks>
internal static class DeviceFlush
{
    public static async Task RunAsync(HostRoots roots, HostDeadlines deadlines, string kernelName, string what, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(() => Flush(Path.Combine(roots.Dev, kernelName)), CancellationToken.None).WaitAsync(deadlines.Flush, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw DeviceErrors.DeviceFlushTimeout(what, deadlines.Flush, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DeviceErrors.DeviceFlushFailed(what, e);
        }
    }

    private static void Flush(string path)
    {
        using SafeFileHandle device = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(device);
    }
}
