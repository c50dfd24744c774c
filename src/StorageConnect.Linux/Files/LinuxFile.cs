using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Linux.Native;
using StorageConnect.Linux.Tracing;

namespace StorageConnect.Linux.Files;

/// <summary>File operations that .NET has no API for: private modes, durable folders, whole-file clones, reserved and sparse space.</summary>
public static unsafe class LinuxFile
{
    private const uint PrivateFileMode = 0x180; // 0600
    private const uint PrivateFolderMode = 0x1C0; // 0700

    private const int ReadOnlyFlag = 0;
    private const int ReadWriteFlag = 2;
    private const int CreateFlag = 0x40;
    private const int ExclusiveFlag = 0x80;
    private const int CloseOnExecFlag = 0x80000;
    private const int NoBlockFlag = 0x800;
    private const int TemporaryFlag = 0x400000;
    private const nuint CloneRequest = 0x40049409;
    private const nuint GetFlagsRequest = 0x80086601;
    private const nuint SetFlagsRequest = 0x40086602;
    private const long SyncFlag = 0x8;
    private const long NoCopyOnWriteFlag = 0x800000;
    private const int KeepSizeMode = 0x1;
    private const int UnshareMode = 0x40;
    private const int SeekData = 3;
    private const int SeekHole = 4;

    // The two flags that differ between architectures.
    private static readonly int FolderFlag = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
    private static readonly int NoFollowFlag = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Opens an existing file; links are not followed. Fails at once, instead of waiting, when another process holds a lease on it.</summary>
    public static SafeFileHandle Open(string path, bool write) =>
        OpenCore(path, (write ? ReadWriteFlag : ReadOnlyFlag) | NoFollowFlag | NoBlockFlag);

    /// <summary>As <see cref="Open"/>; null when the file does not exist.</summary>
    public static SafeFileHandle? TryOpen(string path, bool write)
    {
        try
        {
            return Open(path, write);
        }
        catch (LinuxFileException e) when (e.Errno == Errno.NoEntry)
        {
            return null;
        }
    }

    /// <summary>Opens a folder; null when it does not exist.</summary>
    public static SafeFileHandle? TryOpenFolder(string path)
    {
        try
        {
            return OpenCore(path, ReadOnlyFlag | FolderFlag);
        }
        catch (LinuxFileException e) when (e.Errno == Errno.NoEntry)
        {
            return null;
        }
    }

    /// <summary>Creates a file with mode 0600; fails when it exists.</summary>
    public static SafeFileHandle Create(string path) => OpenCore(path, ReadWriteFlag | CreateFlag | ExclusiveFlag | NoFollowFlag);

    /// <summary>Opens a file, or creates it with mode 0600.</summary>
    public static SafeFileHandle OpenOrCreate(string path) => OpenCore(path, ReadWriteFlag | CreateFlag | NoFollowFlag);

    /// <summary>
    /// Creates an empty file with mode 0600 where there is none. Never opens an existing one: closing it would drop the POSIX locks this process holds on it.
    /// </summary>
    public static void EnsureFile(string path)
    {
        if (TryStatus(path) is not null)
        {
            return;
        }

        var fresh = $"{path}.{Guid.NewGuid():N}";
        Create(fresh).Dispose();
        var linked = Libc.Link(fresh, path) == 0 || Marshal.GetLastPInvokeError() == Errno.Exists;
        var failure = linked ? null : LinuxFileException.Last($"make {path}");
        Remove(fresh);
        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>Creates a file without a name in a folder. It is gone when closed.</summary>
    public static SafeFileHandle CreateTemporary(string folder) => OpenCore(folder, ReadWriteFlag | FolderFlag | TemporaryFlag);

    /// <summary>Creates a folder with mode 0700 where there is none.</summary>
    /// <returns>True when it was created.</returns>
    public static bool EnsureFolder(string path)
    {
        if (Libc.Mkdir(path, PrivateFolderMode) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Errno.Exists ? false : throw LinuxFileException.Last($"make the folder {path}");
    }

    /// <summary>Whether a file's or folder's blocks are copied when they are written; null where that is unknown.</summary>
    public static bool? IsCopyOnWrite(string path)
    {
        using var file = TryOpen(path, write: false);
        long flags = 0;
        return file is null || Libc.IoctlPointer(file, GetFlagsRequest, &flags) != 0 ? null : (flags & NoCopyOnWriteFlag) == 0;
    }

    /// <summary>Sets whether new files in a folder are copied when they are written. No effect where the file system has no such flag.</summary>
    public static void SetCopyOnWrite(string folder, bool on)
    {
        using var file = OpenCore(folder, ReadOnlyFlag | FolderFlag);
        long flags = 0;
        if (Libc.IoctlPointer(file, GetFlagsRequest, &flags) == 0)
        {
            var wanted = on ? flags & ~NoCopyOnWriteFlag : flags | NoCopyOnWriteFlag;
            _ = wanted == flags ? 0 : Libc.IoctlPointer(file, SetFlagsRequest, &wanted);
        }
    }

    /// <summary>Sets the length of a file, in bytes.</summary>
    public static void SetLength(SafeFileHandle file, long length)
    {
        if (Libc.Ftruncate(file, length) != 0)
        {
            throw LinuxFileException.Last("set the length of a file");
        }
    }

    /// <summary>Reserves the blocks of a range, so that writing there never runs out of space.</summary>
    public static void Reserve(SafeFileHandle file, long offset, long length)
    {
        if (Libc.Fallocate(file, 0, offset, length) != 0)
        {
            throw LinuxFileException.Last("reserve space for a file");
        }
    }

    /// <summary>
    /// Replaces the shared blocks of a range by blocks of its own; the length stays. For ranges that hold data only: in a hole it would reserve
    /// blocks.
    /// </summary>
    public static void Unshare(SafeFileHandle file, long offset, long length)
    {
        if (Libc.Fallocate(file, UnshareMode | KeepSizeMode, offset, length) != 0)
        {
            throw LinuxFileException.Last("unshare the blocks of a file");
        }
    }

    /// <summary>
    /// Makes the content of <paramref name="target"/> that of <paramref name="source"/>, sharing its blocks. Atomic with respect to writers of
    /// the source.
    /// </summary>
    public static void CloneInto(SafeFileHandle source, SafeFileHandle target)
    {
        if (Libc.IoctlFile(target, CloneRequest, source) != 0)
        {
            throw LinuxFileException.Last("clone a file");
        }
    }

    /// <summary>Sets or clears "every write is synchronous". False where the file system has no such flag.</summary>
    public static bool TrySetSynchronous(SafeFileHandle file, bool on)
    {
        long flags = 0;
        if (Libc.IoctlPointer(file, GetFlagsRequest, &flags) != 0)
        {
            return !on;
        }

        var wanted = on ? flags | SyncFlag : flags & ~SyncFlag;
        return wanted == flags || Libc.IoctlPointer(file, SetFlagsRequest, &wanted) == 0;
    }

    /// <summary>Makes a file's content and length durable.</summary>
    public static void Sync(SafeFileHandle file)
    {
        Steps.At("sync");
        if (Libc.Fsync(file) != 0)
        {
            throw LinuxFileException.Last("sync a file");
        }
    }

    /// <summary>Makes the names in a folder durable.</summary>
    public static void SyncFolder(string path)
    {
        using var folder = OpenCore(path, ReadOnlyFlag | FolderFlag);
        Sync(folder);
    }

    /// <summary>Writes out all dirty data of a path's file system, including freed blocks.</summary>
    public static void SyncFileSystem(string path)
    {
        using var folder = OpenCore(path, ReadOnlyFlag | FolderFlag);
        if (Libc.SyncFileSystem(folder) != 0)
        {
            throw LinuxFileException.Last($"sync the file system of {path}");
        }
    }

    /// <summary>
    /// Renames a file or folder; an existing target is replaced. Where a file has both names, as after a power cut on Btrfs, the old one is removed.
    /// </summary>
    public static void Rename(string from, string to)
    {
        if (Identity(from) is { } file && file == Identity(to))
        {
            // The kernel does nothing when both are names of the same file.
            Remove(from);
            return;
        }

        if (Libc.Rename(from, to) != 0)
        {
            throw LinuxFileException.Last($"rename {from}");
        }
    }

    /// <summary>Gives a file a second name; one that has it already is fine.</summary>
    public static void Link(string from, string to)
    {
        if (Libc.Link(from, to) != 0 && Marshal.GetLastPInvokeError() != Errno.Exists)
        {
            throw LinuxFileException.Last($"link {from}");
        }
    }

    /// <summary>Removes a file. False when there is none.</summary>
    public static bool Remove(string path)
    {
        if (Libc.Unlink(path) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() is Errno.NoEntry or Errno.NotFolder ? false : throw LinuxFileException.Last($"remove {path}");
    }

    /// <summary>Removes an empty folder where there is one.</summary>
    public static void RemoveFolder(string path)
    {
        if (Libc.Rmdir(path) != 0 && Marshal.GetLastPInvokeError() is not (Errno.NoEntry or Errno.NotFolder))
        {
            throw LinuxFileException.Last($"remove the folder {path}");
        }
    }

    /// <summary>The identity of the file at a path: another one after it was replaced. Null when there is none.</summary>
    public static (ulong Inode, uint Major, uint Minor)? Identity(string path) =>
        TryStatus(path) is { } status ? (status.Inode, status.DeviceMajor, status.DeviceMinor) : null;

    /// <summary>The path without links, or null when it does not exist.</summary>
    public static string? TryResolve(string path)
    {
        const int longest = 4097;
        var buffer = stackalloc byte[longest];
        return Libc.RealPath(path, buffer) is not null ? Marshal.PtrToStringUTF8((nint)buffer) : null;
    }

    /// <summary>The kernel's status of a path, or null when it does not exist.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLink">False: of a link itself.</param>
    public static FileStatus? TryStatus(string path, bool followLink = true)
    {
        const int currentFolder = -100;
        const int noFollow = 0x100;
        const uint basicStats = 0x7ff;
        if (Libc.Statx(currentFolder, path, followLink ? 0 : noFollow, basicStats, out var status) == 0)
        {
            return status;
        }

        return Marshal.GetLastPInvokeError() is Errno.NoEntry or Errno.NotFolder ? null : throw LinuxFileException.Last($"look at {path}");
    }

    /// <summary>Type, size and free space of the file system that holds a path.</summary>
    public static FileSystemStatus FileSystem(string path) =>
        Libc.Statfs(path, out var status) == 0 ? status : throw LinuxFileException.Last($"look at the file system of {path}");

    /// <summary>True when this user may create files in a folder. False on a read-only file system.</summary>
    public static bool IsWritable(string folder)
    {
        const int writeAndSearch = 2 | 1;
        return Libc.Access(folder, writeAndSearch) == 0;
    }

    /// <summary>The next range at or after <paramref name="offset"/> that holds data, or null when the rest is a hole.</summary>
    public static (long Start, long End)? NextData(SafeFileHandle file, long offset)
    {
        var start = Libc.Lseek(file, offset, SeekData);
        if (start < 0)
        {
            return Marshal.GetLastPInvokeError() == Errno.NoDevice ? null : throw LinuxFileException.Last("look for data in a file");
        }

        var end = Libc.Lseek(file, start, SeekHole);
        return end < 0 ? throw LinuxFileException.Last("look for a hole in a file") : (start, end);
    }

    /// <summary>Bytes of data in a file, holes not counted.</summary>
    /// <param name="file">The file.</param>
    /// <param name="end">What lies behind this position doesn't count.</param>
    public static long CountData(SafeFileHandle file, long end = long.MaxValue)
    {
        long bytes = 0;
        long offset = 0;
        while (offset < end && NextData(file, offset) is var (start, dataEnd))
        {
            bytes += Math.Max(Math.Min(dataEnd, end) - start, 0);
            offset = dataEnd;
        }

        return bytes;
    }

    /// <summary>Copies a range within the kernel where it can, otherwise through a buffer.</summary>
    /// <returns>The bytes copied, at most <paramref name="length"/>.</returns>
    public static long CopyRange(SafeFileHandle source, SafeFileHandle target, long offset, long length)
    {
        long from = offset, to = offset;
        var copied = Libc.CopyFileRange(source, &from, target, &to, (nint)length, 0);
        if (copied > 0)
        {
            return copied;
        }

        var errno = copied == 0 ? 0 : Marshal.GetLastPInvokeError();
        if (errno is not (0 or Errno.CrossDevice or Errno.Invalid or Errno.NotSupported or Errno.NotImplemented))
        {
            throw new LinuxFileException("copy a file", errno);
        }

        var buffer = new byte[(int)Math.Min(length, 1 << 20)];
        var read = RandomAccess.Read(source, buffer, offset);
        Write(target, buffer.AsSpan(0, read), offset);
        return read;
    }

    /// <summary>Writes all of <paramref name="data"/>, with the kernel's own error number when it can't.</summary>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset)
    {
        try
        {
            RandomAccess.Write(file, data, offset);
        }
        catch (IOException e) when (Marshal.GetLastPInvokeError() is Errno.NoSpace or Errno.Quota || e.HResult == Errno.NoSpace)
        {
            throw new LinuxFileException("write a file", Errno.NoSpace);
        }
    }

    private static SafeFileHandle OpenCore(string path, int flags)
    {
        var descriptor = Libc.Open(path, flags | CloseOnExecFlag, PrivateFileMode);
        return descriptor >= 0 ? new(descriptor, ownsHandle: true) : throw LinuxFileException.Last($"open {path}");
    }
}
