using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Plugins;

/// <summary>
/// Detects a change of a file without reading it. A change that restores length and times still changes the inode's own time.
/// </summary>
/// <param name="Inode">Its number and its file system's.</param>
/// <param name="Length">Its length, in bytes.</param>
/// <param name="Modified">When its content was changed last, in the file system's own units.</param>
/// <param name="Changed">When anything of it was changed last; no program can set this time.</param>
internal readonly record struct FileStamp((ulong, uint, uint) Inode, long Length, (long, long) Modified, (long, long) Changed)
{
    // File times have the resolution of the kernel's tick: two changes within one tick can leave the same stamp.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <summary>The stamp; null where it is not reliable: not a regular file, or one that was changed just now.</summary>
    public static FileStamp? TryRead(string path, DateTimeOffset now) => OperatingSystem.IsLinux() ? TryReadStatus(path, now) : TryReadInfo(path, now);

    private static unsafe FileStamp? TryReadStatus(string path, DateTimeOffset now)
    {
        if (LinuxFile.TryStatus(path) is not { IsRegular: true } status)
        {
            return null;
        }

        // Access, creation, change and modification: seconds and nanoseconds each.
        var times = status.Times;
        return now - DateTimeOffset.FromUnixTimeSeconds(times[4]) < Settled
            ? null
            : new((status.Inode, status.DeviceMajor, status.DeviceMinor), (long)status.Size, (times[6], times[7]), (times[4], times[5]));
    }

    private static FileStamp? TryReadInfo(string path, DateTimeOffset now)
    {
        var file = new FileInfo(path);
        return !file.Exists || now - file.LastWriteTimeUtc < Settled
            ? null
            : new((0, 0, 0), file.Length, (file.LastWriteTimeUtc.Ticks, 0), (file.CreationTimeUtc.Ticks, 0));
    }
}
