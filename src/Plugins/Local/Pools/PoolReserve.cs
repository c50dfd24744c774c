using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Native;

namespace StorageConnect.Plugins.Local.Pools;

/// <summary>
/// Room that is kept for the way out of a full file system: removing an element needs a few blocks for the database's log before it gives back what
/// the element has.
/// </summary>
internal sealed class PoolReserve(PoolFolder folder)
{
    private const long Wanted = 4L << 20;
    private const long Least = 256L << 10;

    /// <summary>Sets the room aside, as much as there is.</summary>
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
            // The file system is full or failing; whoever needs the room finds none, and says so.
        }
    }

    /// <summary>Gives the room back to the file system. False when there was none.</summary>
    public bool TryRelease()
    {
        try
        {
            if (!LinuxFile.Remove(folder.Reserve))
            {
                return false;
            }

            // Most file systems give freed blocks out again only after their journal has the release.
            LinuxFile.SyncFileSystem(folder.Path);
            return true;
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
