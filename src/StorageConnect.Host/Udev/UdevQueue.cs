using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Udev;

/// <summary>Whether udev is behind with its events.</summary>
internal static class UdevQueue
{
    /// <summary>True while events are queued: links in /dev may be about to come or go, and multipathd has not heard of all devices.</summary>
    public static bool IsBusy(HostRoots roots) => File.Exists(Path.Combine(roots.Run, "udev", "queue"));
}
