using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StorageConnect.Plugins.Local.Native;

/// <summary>
/// Locks on bytes of one file (open file description locks): they hold between processes and between threads of one, cost no
/// write, and the kernel drops them the moment their holder dies.
/// </summary>
internal sealed class RangeLock : IDisposable
{
    private const int SetLock = 37; // F_OFD_SETLK
    private const short WriteLock = 1;

    private readonly SafeFileHandle _file;

    private RangeLock(SafeFileHandle file) => _file = file;

    /// <summary>Locks one byte each at <paramref name="positions"/>, or none when somebody has one of them.</summary>
    public static RangeLock? TryTake(string path, params ReadOnlySpan<long> positions)
    {
        var held = new RangeLock(LinuxFile.OpenOrCreate(path));
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

    /// <summary>Locks those of the bytes that nobody has.</summary>
    public static RangeLock TakeFree(string path, IReadOnlyList<long> positions, out bool[] taken)
    {
        var held = new RangeLock(LinuxFile.OpenOrCreate(path));
        taken = [.. positions.Select(held.TryAdd)];
        return held;
    }

    public void Dispose() => _file.Dispose();

    private bool TryAdd(long position)
    {
        var range = new FileLock { Type = WriteLock, Start = position, Length = 1 };
        if (Libc.FcntlLock(_file, SetLock, ref range) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        if (errno is Errno.Again or Errno.Access)
        {
            return false;
        }

        _file.Dispose();
        throw new LinuxFileException("lock a byte", errno);
    }
}
