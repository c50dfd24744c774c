using System.Text;

namespace StorageConnect.Host.Sysfs;

/// <summary>Reads the small files of sysfs and procfs, whose reported length is meaningless: 4096 in sysfs, 0 in procfs.</summary>
internal static class SysFile
{
    /// <summary>The text without its last line feed; null when the device is gone or doesn't show it.</summary>
    public static string? TryReadText(string path) => TryReadBytes(path) is { } bytes ? Encoding.UTF8.GetString(bytes).TrimEnd('\n') : null;

    /// <summary>The content; null when the device is gone or doesn't show it.</summary>
    public static byte[]? TryReadBytes(string path)
    {
        try
        {
            return ReadBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The whole text.</summary>
    public static string ReadText(string path) => Encoding.UTF8.GetString(ReadBytes(path));

    /// <summary>Writes to a file that the kernel reads; returns when the kernel has carried it out.</summary>
    public static void Write(string path, string text)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(file, Encoding.ASCII.GetBytes(text), 0);
    }

    /// <summary>The target of a link in sysfs; null when it is gone. Its folder must not be a link.</summary>
    public static string? TryResolve(string path)
    {
        try
        {
            return Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? (Directory.Exists(path) ? path : null);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The names in a folder of devices; none when it isn't there.</summary>
    public static IEnumerable<string> Names(string folder, string pattern = "*")
    {
        try
        {
            // In one go: a folder of sysfs can change while it is walked. Names alone: an entry's other facts cost a call each, and /proc has many.
            return [.. Directory.EnumerateFileSystemEntries(folder, pattern).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static byte[] ReadBytes(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> piece = stackalloc byte[16 * 1024];
        byte[] all = [];
        while (RandomAccess.Read(file, piece, all.Length) is var count && count > 0)
        {
            all = [.. all, .. piece[..count]];
        }

        return all;
    }
}
