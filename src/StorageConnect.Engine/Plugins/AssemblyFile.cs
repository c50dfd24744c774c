using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;

namespace StorageConnect.Engine.Plugins;

/// <summary>Whether a file can be a .NET assembly. Says in one sentence what it is otherwise. Reads headers and metadata, loads nothing.</summary>
internal static partial class AssemblyFile
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

    /// <summary>What a path leads to where that is no regular file: a named pipe, a socket, a folder, a device.</summary>
    public static string? KindOf(string path)
    {
        return OperatingSystem.IsLinux() ? ModeOf(path) switch
        {
            0x8000 or 0 => null,
            0x1000 => "a named pipe",
            0xC000 => "a socket",
            0x4000 => "a folder",
            _ => "a device",
        } : null;
    }

    /// <summary>The file type bits of what a path leads to; 0 where it can't be told.</summary>
    private static unsafe int ModeOf(string path)
    {
        const int currentFolder = -100;
        const uint typeMask = 0x1;
        const int modeOffset = 28; // stx_mode: mask 4, blksize 4, attributes 8, nlink 4, uid 4, gid 4
        var buffer = stackalloc byte[256];
        return Statx(currentFolder, path, 0, typeMask, buffer) == 0 ? *(ushort*)(buffer + modeOffset) & 0xF000 : 0;
    }

    // statx has the same layout on every architecture, unlike stat.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* buffer);

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
            // Headers that hold together only halfway fail in any way there is.
            return "is damaged.";
        }
    }
}
