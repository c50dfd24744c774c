using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Linux.Files;
using StorageConnect.Linux.Native;

namespace StorageConnect.Linux.Locks;

/// <summary>A lock on a whole file (<c>flock</c>). The kernel drops it when the file is closed or the process dies.</summary>
public static class FileLock
{
    private const int Shared = 1;
    private const int Exclusive = 2;
    private const int WithoutWaiting = 4;
    private const int Unlocked = 8;

    /// <summary>Locks an open file for this handle alone; false when another process or handle holds a lock on it.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="LinuxFileException">The file can't be locked.</exception>
    public static bool TryTake(SafeFileHandle file) => TryTake(file, Exclusive);

    /// <summary>Takes a lock that several may hold; false when another process or handle holds the file alone.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="LinuxFileException">The file can't be locked.</exception>
    public static bool TryTakeShared(SafeFileHandle file) => TryTake(file, Shared);

    /// <summary>Converts the exclusive lock into a shared one.</summary>
    /// <param name="file">The file.</param>
    public static void Share(SafeFileHandle file) => _ = Libc.Flock(file, Shared);

    /// <summary>
    /// Unlocks and closes the file. Closing alone is not enough: a process that is being started has a copy of the descriptor for a moment, and the lock with
    /// it.
    /// </summary>
    /// <param name="file">The file.</param>
    public static void Release(SafeFileHandle file)
    {
        if (!file.IsClosed)
        {
            _ = Libc.Flock(file, Unlocked);
            file.Dispose();
        }
    }

    private static bool TryTake(SafeFileHandle file, int kind)
    {
        if (Libc.Flock(file, kind | WithoutWaiting) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.Again ? false : throw new LinuxFileException("lock a file", errno);
    }
}
