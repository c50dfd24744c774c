using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Plugins;

/// <summary>Whether a file can be a .NET assembly, and what it is otherwise. Reads headers and metadata, loads nothing.</summary>
internal static class AssemblyFile
{
    /// <summary>What is wrong with a file that should be an assembly, or null.</summary>
    public static string? FindProblem(string path)
    {
        // Before it is opened: opening a named pipe waits for a writer.
        if (KindOf(path) is { } kind)
        {
            return $"'{path}' is {kind}, not a file.";
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (file.Length == 0)
        {
            return $"'{path}' is empty.";
        }

        Span<byte> start = stackalloc byte[4];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (!start.StartsWith("MZ"u8))
        {
            return start.SequenceEqual("\u007fELF"u8) ? $"'{path}' is a native library, not a .NET assembly." : $"'{path}' is not a .NET assembly.";
        }

        file.Position = 0;
        return FindProblemOfImage(file) is { } problem ? $"'{path}' {problem}" : null;
    }

    /// <summary>The kind of a path that is not a regular file: a named pipe, a socket, a folder, a device.</summary>
    public static string? KindOf(string path) => !OperatingSystem.IsLinux() ? null : LinuxFile.TryStatus(path) switch
    {
        null or { IsRegular: true } => null,
        { IsPipe: true } => "a named pipe",
        { IsSocket: true } => "a socket",
        { IsFolder: true } => "a folder",
        _ => "a device",
    };

    /// <summary>
    /// Whether a file may define a class: an assembly has the names of its classes as UTF-8. A search for the name takes a fraction of what reading the
    /// metadata does.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="className">The class's full name.</param>
    public static bool MayDefine(string path, string className)
    {
        var name = className[(className.LastIndexOfAny(['.', '+']) + 1)..];
        return KindOf(path) is not null || File.ReadAllBytes(path).AsSpan().IndexOf(Encoding.UTF8.GetBytes(name)) >= 0;
    }

    private static string? FindProblemOfImage(FileStream file)
    {
        try
        {
            using var image = new PEReader(file, PEStreamOptions.LeaveOpen);
            if (image.PEHeaders.SectionHeaders.Any(section => (long)section.PointerToRawData + section.SizeOfRawData > file.Length))
            {
                return "is damaged: its end is missing.";
            }

            if (image.PEHeaders.CorHeader is null)
            {
                return "is a native library, not a .NET assembly.";
            }

            return image.GetMetadataReader().IsAssembly ? null : "is a part of a .NET assembly, not an assembly.";
        }
        catch (Exception)
        {
            // Damaged headers can cause any exception.
            return "is damaged.";
        }
    }
}
