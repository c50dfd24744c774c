using System.Globalization;
using System.Text;
using StorageConnect.Linux.Files;
using StorageConnect.Linux.Native;

namespace StorageConnect.Linux.Locks;

/// <summary>
/// A lock among all processes of this machine: an <c>flock</c> on a file of mode 0600 that holds the number of the process. The kernel drops the
/// lock when the process dies; the number stays, so that the next holder knows which process died.
/// </summary>
public sealed class ProcessLock : IDisposable
{
    private readonly FileStream _file;

    private ProcessLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; null when another process or handle holds it.</summary>
    /// <param name="path">The lock's file. It and its folders are created, for this user alone, where they are missing.</param>
    /// <param name="deadHolder">The process that died with the lock; null when the last one released it.</param>
    /// <exception cref="UnauthorizedAccessException">This user may not open the file.</exception>
    /// <exception cref="IOException">The file can't be opened or written.</exception>
    public static ProcessLock? TryTake(string path, out int? deadHolder)
    {
        deadHolder = null;
        PrivateFile.CreateMissingFolders(Path.GetDirectoryName(path)!);
        FileStream file;
        try
        {
            file = PrivateFile.Open(path, FileMode.OpenOrCreate, FileShare.None); // an flock that doesn't wait
        }
        catch (IOException e) when ((e.HResult & 0xffff) == Errno.Again)
        {
            return null;
        }

        try
        {
            deadHolder = ReadHolder(file);
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"));
            file.Flush();
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose()
    {
        _file.SetLength(0);
        _file.Dispose();
    }

    private static int? ReadHolder(FileStream file)
    {
        Span<byte> text = stackalloc byte[16];
        var length = file.Read(text);
        return int.TryParse(text[..length], NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var process)
            && process != Environment.ProcessId ? process : null;
    }
}
