using StorageConnect.Plugins.Local.Configuration;

namespace StorageConnect.Plugins.Local.Pools;

/// <summary>
/// Reserved space for removals on a full file system: removing an element needs a few blocks for the database's log before the element's space becomes
/// free.
/// </summary>
internal sealed class RemovalReserve(PoolFolder folder)
{
    private const long Wanted = 4L << 20;
    private const long Least = 256L << 10;

    /// <summary>Reserves the space, as far as it is free.</summary>
    public void Keep()
    {
        try
        {
            if (LinuxFile.TryStatus(folder.Reserve) is { Size: >= (ulong)Wanted })
            {
                return;
            }

            using var file = LinuxFile.OpenOrCreate(folder.Reserve);
            for (var size = Wanted; size >= Least; size /= 2)
            {
                if (TryReserve(file, size))
                {
                    return;
                }
            }

            LinuxFile.Remove(folder.Reserve);
        }
        catch (LinuxFileException)
        {
            // The file system is full or failing. A later use finds no reserve, and fails with the reason.
        }
    }

    /// <summary>Releases the space, and makes what removals have freed available. False when there was no reserve.</summary>
    public bool Release()
    {
        try
        {
            var isReleased = LinuxFile.Remove(folder.Reserve);

            // Most file systems reuse freed blocks only after their journal has the release.
            LinuxFile.SyncFileSystem(folder.Path);
            return isReleased;
        }
        catch (LinuxFileException)
        {
            return false;
        }
    }

    private static bool TryReserve(Microsoft.Win32.SafeHandles.SafeFileHandle file, long size)
    {
        try
        {
            LinuxFile.Reserve(file, 0, size);
            return true;
        }
        catch (LinuxFileException e) when (e.IsOutOfSpace || e.Errno == Errno.NotSupported)
        {
            return false;
        }
    }
}
