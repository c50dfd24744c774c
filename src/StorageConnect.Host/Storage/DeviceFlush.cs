using Microsoft.Win32.SafeHandles;

namespace StorageConnect.Host.Storage;

/// <summary>Writes what the kernel still caches of a device, within a bounded time.</summary>
/// <remarks>
/// Opened for reading: closing a device that was open for writing makes udev look at it anew, which would hold it open while it is removed.
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
            throw new StorageElementBusyException($"What is cached of {what} could not be written within {deadlines.Flush.TotalSeconds:0.###} s; it was not removed.", e)
            {
                ErrorId = "DeviceFlushTimeout",
                Element = what,
                Retryable = true,
                Recommendation = "See its paths with Get-OscDevice: most often none carries I/O. Repair them, then repeat.",
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageElementBusyException($"What is cached of {what} could not be written: {e.Message} It was not removed.", e)
            {
                ErrorId = "DeviceFlushFailed",
                Element = what,
                Retryable = true,
                Recommendation = "See its paths with Get-OscDevice and the kernel's log (dmesg), repair them, then repeat.",
            };
        }
    }

    private static void Flush(string path)
    {
        using SafeFileHandle device = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(device);
    }
}
