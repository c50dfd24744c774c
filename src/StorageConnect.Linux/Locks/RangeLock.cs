using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Linux.Files;
using StorageConnect.Linux.Native;

namespace StorageConnect.Linux.Locks;

/// <summary>
/// Locks on single bytes of one file (open file description locks). They exclude other processes and other threads of this one, cost no
/// write, and the kernel drops them the moment their holder dies.
/// </summary>
public sealed class RangeLock : IDisposable
{
    private const int SetLock = 37; // F_OFD_SETLK
    private const int GetLock = 36; // F_OFD_GETLK
    private const short WriteLock = 1;
    private const short Unlocked = 2;

    private readonly SafeFileHandle _file;

    private RangeLock(SafeFileHandle file) => _file = file;

    /// <summary>Locks one byte at each position, or none when one of them is locked already.</summary>
    /// <param name="path">The lock file. It is created, for this user alone, if it is missing.</param>
    /// <param name="positions">The bytes' offsets.</param>
    /// <returns>The lock, or null.</returns>
    /// <exception cref="IOException">The file can't be opened or locked.</exception>
    public static RangeLock? TryTake(string path, params ReadOnlySpan<long> positions)
    {
        var held = Open(path);
        foreach (var position in positions)
        {
            if (!held.TryAdd(position))
            {
                held.Dispose();
                return null;
            }
        }

        return held;
    }

    /// <summary>Whether a byte is locked at this moment. The query itself takes no lock.</summary>
    /// <exception cref="IOException">The file can't be opened or asked.</exception>
    public static bool IsHeld(string path, long position)
    {
        using var file = LinuxFile.OpenOrCreate(path);
        var range = new ByteRange { Type = WriteLock, Start = position, Length = 1 };
        return Libc.FcntlLock(file, GetLock, ref range) == 0 ? range.Type != Unlocked : throw LinuxFileException.Last("ask for a lock");
    }

    /// <summary>
    /// Locks an open file from its beginning to its end, wherever that will be, until the handle is closed. It also excludes POSIX locks, which other
    /// programs take. False when another handle, of this process or another, holds a lock on it.
    /// </summary>
    /// <param name="file">The file, open for writing.</param>
    /// <exception cref="IOException">The file can't be locked.</exception>
    public static bool TryTakeWhole(SafeFileHandle file)
    {
        var range = new ByteRange { Type = WriteLock };
        if (Libc.FcntlLock(file, SetLock, ref range) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno is Errno.Again or Errno.Access ? false : throw new LinuxFileException("lock a file", errno);
    }

    /// <summary>Unlocks.</summary>
    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            // Not by closing alone: a process that is being started has a copy of the descriptor for a moment.
            var all = new ByteRange { Type = Unlocked };
            _ = Libc.FcntlLock(_file, SetLock, ref all);
            _file.Dispose();
        }
    }

    /// <summary>A lock that holds nothing yet.</summary>
    /// <param name="path">The lock file. It is created, for this user alone, if it is missing.</param>
    /// <exception cref="IOException">The file can't be opened.</exception>
    public static RangeLock Open(string path) => new(LinuxFile.OpenOrCreate(path));

    /// <summary>Locks one more byte if it is free. One that this lock holds already counts as free.</summary>
    /// <param name="position">The byte's offset.</param>
    /// <exception cref="IOException">The file can't be locked.</exception>
    public bool TryAdd(long position)
    {
        var range = new ByteRange { Type = WriteLock, Start = position, Length = 1 };
        if (Libc.FcntlLock(_file, SetLock, ref range) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        if (errno is Errno.Again or Errno.Access)
        {
            return false;
        }

        Dispose();
        throw new LinuxFileException("lock a byte", errno);
    }
}
