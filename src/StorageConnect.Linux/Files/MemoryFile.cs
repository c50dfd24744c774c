using System.Globalization;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Linux.Native;

namespace StorageConnect.Linux.Files;

/// <summary>
/// A file that exists in memory alone (memfd). Tools that want a secret in a file read it by <see cref="Path"/> while this process lives; it
/// never reaches a disk, and other users can't open it.
/// </summary>
public sealed class MemoryFile : IDisposable
{
    private const uint CloseOnExec = 1;
    private readonly SafeFileHandle _file;

    /// <summary>A file with this content. The caller may wipe its copy.</summary>
    /// <param name="name">A name that /proc shows.</param>
    /// <param name="content">The content.</param>
    /// <exception cref="LinuxFileException">The kernel refuses.</exception>
    public MemoryFile(string name, ReadOnlySpan<byte> content)
    {
        var descriptor = Libc.MemoryFile(name, CloseOnExec);
        if (descriptor < 0)
        {
            throw LinuxFileException.Last("make a file in memory");
        }

        _file = new(descriptor, ownsHandle: true);
        RandomAccess.Write(_file, content, 0);
        Path = string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{descriptor}");
    }

    /// <summary>The path by which processes of the same user, and of root, open it.</summary>
    public string Path { get; }

    /// <summary>Closes it; its memory is freed once no process has it open.</summary>
    public void Dispose() => _file.Dispose();
}
