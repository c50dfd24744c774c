using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Linux.Native;
using StorageConnect.Linux.Waiting;

namespace StorageConnect.Linux.Files;

/// <summary>Files that only the user may read (0600), in folders of mode 0700. They have these modes from the moment they are created.</summary>
public static class PrivateFile
{
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestLockPause = TimeSpan.FromMilliseconds(10);

    /// <summary>Opens a file for reading and writing; one that is created has mode 0600.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Whether it is created.</param>
    /// <param name="share"><see cref="FileShare.None"/> takes an <c>flock</c> on it, and fails at once when another process holds one.</param>
    public static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode600;
        }

        return new(path, options);
    }

    /// <summary>Creates the folder where there is none, durably, and gives it mode 0700 in any case.</summary>
    public static void EnsureFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            DurableFolder.Ensure(folder, CreatePrivateFolder);
        }
    }

    /// <summary>
    /// Whether there is something at a path: a file, a folder or a link. .NET also says that nothing is there where this user may not look.
    /// </summary>
    /// <exception cref="IOException">The kernel refuses to look: this user may not read a folder above it, or its links form a circle.</exception>
    public static bool IsThere(string path) => OperatingSystem.IsLinux()
        ? LinuxFile.TryStatus(path, followLink: false) is not null
        : Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    /// <summary>The content of a file, read as one that another user or program may have put there: an ordinary file, of a bounded size.</summary>
    /// <exception cref="InvalidDataException">It is a folder, a pipe, a device, or larger than <paramref name="largestSize"/> bytes.</exception>
    public static byte[] Read(string path, int largestSize)
    {
        if (Directory.Exists(path))
        {
            throw new InvalidDataException("it is a folder.");
        }

        using var handle = OperatingSystem.IsLinux() ? OpenWithoutWaiting(path) : File.OpenHandle(path);
        long length;
        try
        {
            length = RandomAccess.GetLength(handle);
        }
        catch (NotSupportedException)
        {
            throw new InvalidDataException("it is a pipe or a device, and no file.");
        }

        if (length > largestSize)
        {
            throw new InvalidDataException($"it has {length} bytes, and at most {largestSize} are read.");
        }

        var content = new byte[length];
        var read = 0;
        while (read < content.Length && RandomAccess.Read(handle, content.AsSpan(read), read) is > 0 and var more)
        {
            read += more;
        }

        return read == content.Length ? content : content[..read];
    }

    /// <summary>Creates the folders that are missing, all with mode 0700. Existing ones, which may belong to other software, stay as they are.</summary>
    public static void CreateMissingFolders(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            CreateMissingFolders(Path.GetDirectoryName(folder)!); // the mode applies to the last folder only
            Directory.CreateDirectory(folder, FolderMode700);
        }
    }

    /// <summary>The file itself; of a symbolic link the file that it leads to, there or not.</summary>
    /// <exception cref="IOException">The link leads in a circle.</exception>
    public static string Resolve(string path) =>
        new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;

    /// <summary>
    /// Replaces the file's content as a whole: no reader and no crash sees half of it, and a power cut after the return can't undo it. A symbolic link
    /// stays, and the file that it leads to is replaced.
    /// </summary>
    /// <exception cref="IOException">The folder that a link leads to isn't there, or others could replace the file in it.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        EnsureFolder(Path.GetDirectoryName(path)!);
        path = ResolveToWrite(path);
        var temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        try
        {
            using (var file = Open(temporary, FileMode.CreateNew, FileShare.None))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            DurableFolder.Sync(Path.GetDirectoryName(path)!);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Runs <paramref name="change"/> while no other process runs one for the same file. The lock is a file of its own, because the file
    /// itself is replaced.
    /// </summary>
    /// <exception cref="IOException">Another process held the lock for ten seconds.</exception>
    public static T Locked<T>(string path, Func<T> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        EnsureFolder(Path.GetDirectoryName(path)!);

        // Beside the file itself: another link may lead to it.
        using var held = Lock(ResolveToWrite(path) + ".lock");
        return change();
    }

    // The folder of a link's target may belong to other software: its mode is not changed.
    private static string ResolveToWrite(string path)
    {
        var target = Resolve(path);
        var folder = Path.GetDirectoryName(target)!;
        if (target == path || OperatingSystem.IsWindows())
        {
            return target;
        }

        if (!Directory.Exists(folder))
        {
            throw new IOException($"'{path}' is a link to '{target}', and there is no folder '{folder}'.");
        }

        const UnixFileMode others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        return (File.GetUnixFileMode(folder) & others) == 0
            ? target
            : throw new IOException($"'{path}' is a link to '{target}', and other users can write the folder '{folder}'.");
    }

    private static FileStream Lock(string path)
    {
        var backoff = new Backoff(LockTimeout, longest: LongestLockPause);
        while (true)
        {
            try
            {
                return Open(path, FileMode.OpenOrCreate, FileShare.None);
            }
            catch (IOException e) when (IsLockedByOther(e) && backoff.Wait(CancellationToken.None))
            {
                // Another process holds it for a few milliseconds. The kernel sends no event when it is released.
            }
        }
    }

    // .NET takes an advisory lock for FileShare.None; the error carries EWOULDBLOCK, or a sharing violation on Windows.
    private static bool IsLockedByOther(IOException e) =>
        e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException) && (e.HResult & 0xffff) is 11 or 32 or 33 or 35;

    // Opening a pipe that nobody writes to would block.
    private static SafeFileHandle OpenWithoutWaiting(string path)
    {
        const int readOnlyCloseOnExecAndNonBlocking = 0x80800;
        var descriptor = Libc.Open(path, readOnlyCloseOnExecAndNonBlocking, 0);
        if (descriptor >= 0)
        {
            return new(descriptor, ownsHandle: true);
        }

        var message = $"{Marshal.GetLastPInvokeErrorMessage()}: '{path}'.";
        throw Marshal.GetLastPInvokeError() switch
        {
            Errno.NoEntry => new FileNotFoundException(message, path),
            Errno.Access => new UnauthorizedAccessException(message),
            _ => new IOException(message),
        };
    }

    [UnsupportedOSPlatform("windows")]
    private static void CreatePrivateFolder(string folder)
    {
        // A user who can write a parent folder can replace this one. XDG: base folders that are missing are made with 0700.
        if (Path.GetDirectoryName(folder) is { Length: > 0 } parent && !Directory.Exists(parent))
        {
            CreatePrivateFolder(parent);
        }

        // An existing one may have been created by another tool, open to others.
        if (Directory.CreateDirectory(folder, FolderMode700).UnixFileMode != FolderMode700)
        {
            File.SetUnixFileMode(folder, FolderMode700);
        }
    }
}
