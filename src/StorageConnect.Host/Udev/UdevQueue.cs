using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Udev;

/// <summary>Whether udev has queued events.</summary>
internal static class UdevQueue
{
    /// <summary>True while events are queued: links in /dev may still be added or removed, and multipathd doesn't have all devices yet.</summary>
    public static bool IsBusy(HostRoots roots) => File.Exists(Path.Combine(roots.Run, "udev", "queue"));
}
