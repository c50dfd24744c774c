using System.IO.Enumeration;
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
            return KernelFiles.Read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The whole text.</summary>
    public static string ReadText(string path) => Encoding.UTF8.GetString(KernelFiles.Read(path));

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
            // In one go: a folder of sysfs can change while it is walked.
            return
            [
                .. KernelFiles.ReadNames(folder).Where(name => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
