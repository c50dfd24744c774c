using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Linux.Native;

namespace StorageConnect.Linux.Files;

/// <summary>
/// A write lease: proof that no other process has a file open. The kernel grants one only then, and blocks later opens by others until the lease is
/// released.
/// </summary>
public sealed class FileLease : IDisposable
{
    private const int SetSignal = 10;
    private const int SetLease = 1024;
    private const int GetLease = 1025;
    private const int ReadLease = 0;
    private const int WriteLease = 1;
    private const int NoLease = 2;

    // The kernel signals the holder of a lease when another process waits. The default signal (SIGIO) ends the process; this one is ignored.
    private const int HarmlessSignal = 23; // SIGURG

    private FileLease(SafeFileHandle file) => File = file;

    /// <summary>The file, open for reading and writing.</summary>
    public SafeFileHandle File { get; }

    /// <summary>False as soon as another process waits to open the file.</summary>
    public bool Undisturbed => Libc.Fcntl(File, GetLease, 0) == WriteLease;

    /// <summary>The lease, or null when another process has the file open, or the file system can't tell. Owns <paramref name="file"/> from then on.</summary>
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

    /// <summary>
    /// Waits until nobody has a file open for writing: before, the kernel starts no program from it. A process that is being started has a copy of this
    /// process's descriptors for a moment, also of the one that wrote the file.
    /// </summary>
    /// <param name="path">The file, of this user.</param>
    /// <param name="limit">The longest wait.</param>
    /// <returns>False when somebody still has it open after that.</returns>
    public static bool WaitForWriters(string path, TimeSpan limit)
    {
        using var file = LinuxFile.Open(path, write: false);
        _ = Libc.Fcntl(file, SetSignal, HarmlessSignal);
        var isFree = SpinWait.SpinUntil(() => Libc.Fcntl(file, SetLease, ReadLease) == 0 || Marshal.GetLastPInvokeError() != Errno.Again, limit);
        _ = Libc.Fcntl(file, SetLease, NoLease);
        return isFree;
    }

    /// <summary>Releases the lease and closes the file.</summary>
    public void Dispose()
    {
        if (!File.IsClosed)
        {
            // Not by closing alone: a process that is being started has a copy of the descriptor for a moment, and the lease with it.
            _ = Libc.Fcntl(File, SetLease, NoLease);
            File.Dispose();
        }
    }
}
