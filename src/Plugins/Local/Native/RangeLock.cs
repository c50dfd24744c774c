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
            var range = new FileLock { Type = WriteLock, Start = position, Length = 1 };
            if (Libc.FcntlLock(held._file, SetLock, ref range) != 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                held.Dispose();
                return errno is Errno.Again or Errno.Access ? null : throw new LinuxFileException($"lock {path}", errno);
            }
        }

        return held;
    }

    public void Dispose() => _file.Dispose();
}
