using System.Runtime.Versioning;

namespace StorageConnect.Engine;

/// <summary>Files that only the user may read (0600 in a 0700 folder), replaced whole so that a reader or a crash never meets half a file.</summary>
internal static class PrivateFile
{
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;

    /// <summary>Makes the folder if it isn't there.</summary>
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

    /// <summary>The content of a file, read as one that another user or program may have put there: an ordinary file, of a bounded size.</summary>
    /// <exception cref="InvalidDataException">It is a folder, a pipe, a device, or larger than <paramref name="largestSize"/> bytes.</exception>
    public static byte[] Read(string path, int largestSize)
    {
        if (Directory.Exists(path))
        {
            throw new InvalidDataException("it is a folder.");
        }

        using var handle = OperatingSystem.IsLinux() ? DurableFolder.OpenWithoutWaiting(path) : File.OpenHandle(path);
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

    /// <summary>Puts <paramref name="content"/> in the place of what the file held; on return a power cut can't undo it.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        EnsureFolder(Path.GetDirectoryName(path)!);
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
    public static T Locked<T>(string path, Func<T> change)
    {
        EnsureFolder(Path.GetDirectoryName(path)!);
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var gate = Open(path + ".lock", FileMode.OpenOrCreate, FileShare.None);
                return change();
            }
            catch (IOException e) when (IsLockedByOther(e) && TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(10))
            {
                // Held for a few milliseconds by another process; there is no event to wait for.
                Thread.Sleep(Random.Shared.Next(1, 10));
            }
        }
    }

    // .NET takes an advisory lock for FileShare.None; the error carries EWOULDBLOCK, or a sharing violation on Windows.
    private static bool IsLockedByOther(IOException e) =>
        e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException) && (e.HResult & 0xffff) is 11 or 32 or 33 or 35;

    private static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode600;
        }

        return new(path, options);
    }

    [UnsupportedOSPlatform("windows")]
    private static void CreatePrivateFolder(string folder)
    {
        // Whoever can write a folder on the way can put another in the place of this one. XDG: base folders that are missing are made with 0700.
        if (Path.GetDirectoryName(folder) is { Length: > 0 } parent && !Directory.Exists(parent))
        {
            CreatePrivateFolder(parent);
        }

        // One that was there already may have been made by another tool, open to others.
        if (Directory.CreateDirectory(folder, FolderMode700).UnixFileMode != FolderMode700)
        {
            File.SetUnixFileMode(folder, FolderMode700);
        }
    }
}
