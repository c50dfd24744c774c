using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StorageConnect.Engine;

/// <summary>A synced file may still be lost in a power cut with its name, unless the folder it is in is synced too.</summary>
internal static partial class DurableFolder
{
    /// <summary>Makes the folder where it isn't there, by <paramref name="create"/>, so that a power cut doesn't take it away again.</summary>
    public static void Ensure(string folder, Action<string> create)
    {
        var absent = new Stack<string>();
        for (var parent = Path.GetDirectoryName(folder); parent is { Length: > 0 } && !Directory.Exists(parent); parent = Path.GetDirectoryName(parent))
        {
            absent.Push(parent);
        }

        // Each of them by itself: those on the way get the same mode, whatever the umask is.
        var isNew = !Directory.Exists(folder);
        foreach (var each in absent.Append(folder))
        {
            create(each);
        }

        foreach (var each in isNew ? absent.Append(folder) : [])
        {
            Sync(Path.GetDirectoryName(each)!);
        }
    }

    /// <summary>Makes the names in a folder durable.</summary>
    public static void Sync(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // Elsewhere the file system keeps names in order by itself, or gives no way to ask for it.
        }

        // .NET opens no folders; what it can't open it can sync.
        const int readOnlyAndCloseOnExec = 0x80000;
        using var handle = Open(folder, readOnlyAndCloseOnExec);
        if (handle.IsInvalid)
        {
            throw new IOException($"The folder '{folder}' can't be opened to be synced: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Opens a file for reading. A pipe that nobody writes to doesn't keep the caller waiting.</summary>
    public static SafeFileHandle OpenWithoutWaiting(string path)
    {
        const int readOnlyCloseOnExecAndNonBlocking = 0x80800;
        var handle = Open(path, readOnlyCloseOnExecAndNonBlocking);
        if (!handle.IsInvalid)
        {
            return handle;
        }

        const int notFound = 2;
        const int accessDenied = 13;
        var message = $"{Marshal.GetLastPInvokeErrorMessage()}: '{path}'.";
        throw Marshal.GetLastPInvokeError() switch
        {
            notFound => new FileNotFoundException(message, path),
            accessDenied => new UnauthorizedAccessException(message),
            _ => new IOException(message),
        };
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);
}
