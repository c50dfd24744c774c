using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StorageConnect.Plugins.Local.Native;

/// <summary>
/// Proof that nobody else has a file open: the kernel gives a write lease only then, and makes whoever opens the file
/// afterwards wait until it is given back.
/// </summary>
internal sealed class FileLease : IDisposable
{
    private const int SetSignal = 10;
    private const int SetLease = 1024;
    private const int GetLease = 1025;
    private const int WriteLease = 1;

    // The kernel tells the holder of a lease by a signal that somebody waits. The usual one (SIGIO) ends the process; this one is ignored.
    private const int HarmlessSignal = 23; // SIGURG

    private FileLease(SafeFileHandle file) => File = file;

    /// <summary>The file, open for reading and writing.</summary>
    public SafeFileHandle File { get; }

    /// <summary>False as soon as somebody waits to open the file.</summary>
    public bool Undisturbed => Libc.Fcntl(File, GetLease, 0) == WriteLease;

    /// <summary>The lease, or null when somebody has the file open (or it can't be known). Takes <paramref name="file"/> over.</summary>
    public static FileLease? TryTake(SafeFileHandle file)
    {
        var lease = new FileLease(file);
        if (Libc.Fcntl(file, SetSignal, HarmlessSignal) == 0 && Libc.Fcntl(file, SetLease, WriteLease) == 0)
        {
            return lease;
        }

        var errno = Marshal.GetLastPInvokeError();
        lease.Dispose();
        return errno is Errno.Again or Errno.Access or Errno.Invalid ? null : throw new LinuxFileException("take a lease on a file", errno);
    }

    public void Dispose() => File.Dispose();
}
