using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StorageConnect.PluginKit.Locks;

/// <summary>
/// Locks on single bytes of one file (open file description locks). They exclude other processes and other threads of this one, cost no
/// write, and the kernel drops them the moment their holder dies.
/// </summary>
public sealed partial class RangeLock : IDisposable
{
    private const int SetLock = 37; // F_OFD_SETLK
    private const short WriteLock = 1;
    private const int OpenFlags = 2 | 0x40 | 0x20000 | 0x80000; // O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC
    private const uint PrivateMode = 0x180; // 0600
    private const int Again = 11;
    private const int Access = 13;

    private readonly SafeFileHandle _file;

    private RangeLock(SafeFileHandle file) => _file = file;

    /// <summary>Locks one byte at each position, or none when one of them is locked by someone else.</summary>
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

    /// <summary>Unlocks.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>A lock that holds nothing yet.</summary>
    internal static RangeLock Open(string path)
    {
        var descriptor = OpenFile(path, OpenFlags, PrivateMode);
        return descriptor < 0 ? throw Error($"open {path}") : new(new SafeFileHandle(descriptor, ownsHandle: true));
    }

    /// <summary>Locks one more byte if it is free. One that this lock holds already counts as free.</summary>
    internal bool TryAdd(long position)
    {
        var range = new FileLock { Type = WriteLock, Start = position, Length = 1 };
        if (Lock(_file, SetLock, ref range) == 0)
        {
            return true;
        }

        if (Marshal.GetLastPInvokeError() is Again or Access)
        {
            return false;
        }

        _file.Dispose();
        throw Error("lock a byte");
    }

    private static IOException Error(string what) => new($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int command, ref FileLock range);

    /// <summary><c>struct flock</c>, as 64-bit Linux has it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }
}
