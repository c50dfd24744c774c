using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Linux.Native;

namespace StorageConnect.Linux.Files;

/// <summary>
/// Reads the files and folders of sysfs and procfs with the fewest calls. .NET locks each file that it opens, and looks at each link in a folder
/// twice; a search through all descriptors of all processes takes three times as long that way.
/// </summary>
public static unsafe class KernelFiles
{
    private const int CloseOnExec = 0x80000;
    private const int NameAt = 19; // d_name of a struct dirent, after two numbers of 8 bytes, one of 2 and one of 1

    /// <summary>The whole content. The length that the kernel reports is meaningless: 4096 in sysfs, 0 in procfs.</summary>
    /// <exception cref="IOException">It can't be read; a <see cref="FileNotFoundException"/> when it doesn't exist.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static byte[] Read(string path)
    {
        var descriptor = Libc.Open(path, CloseOnExec, 0);
        if (descriptor < 0)
        {
            throw ToException(path, Marshal.GetLastPInvokeError());
        }

        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        const int pieceLength = 16 * 1024;
        var piece = stackalloc byte[pieceLength];
        byte[] all = [];
        while (true)
        {
            var count = (int)Libc.Read(file, piece, pieceLength);
            if (count == 0)
            {
                return all;
            }

            if (count > 0)
            {
                all = [.. all, .. new ReadOnlySpan<byte>(piece, count)];
            }
            else if (Marshal.GetLastPInvokeError() is var error && error != Errno.Interrupted)
            {
                throw ToException(path, error);
            }
        }
    }

    /// <summary>The names in a folder, in no order, without <c>.</c> and <c>..</c>.</summary>
    /// <exception cref="IOException">It can't be read; a <see cref="DirectoryNotFoundException"/> when there is no such folder.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static List<string> ReadNames(string folder)
    {
        var stream = Libc.OpenFolder(folder);
        if (stream == 0)
        {
            throw ToException(folder, Marshal.GetLastPInvokeError(), isFolder: true);
        }

        try
        {
            var names = new List<string>();
            while (true)
            {
                var entry = Libc.ReadFolder(stream);
                if (entry == 0)
                {
                    // Null is the end, too: then there is no error number.
                    return Marshal.GetLastPInvokeError() is 0 ? names : throw ToException(folder, Marshal.GetLastPInvokeError(), isFolder: true);
                }

                if (Marshal.PtrToStringUTF8(entry + NameAt) is { } name and not ("." or ".."))
                {
                    names.Add(name);
                }
            }
        }
        finally
        {
            _ = Libc.CloseFolder(stream);
        }
    }

    private static Exception ToException(string path, int error, bool isFolder = false) => error switch
    {
        Errno.NoEntry or Errno.NotFolder when isFolder => new DirectoryNotFoundException($"There is no folder {path}."),
        Errno.NoEntry or Errno.NotFolder => new FileNotFoundException($"There is no file {path}.", path),
        Errno.Access or Errno.NotPermitted => new UnauthorizedAccessException($"This user may not read {path}."),
        _ => new LinuxFileException($"read {path}", error),
    };
}
