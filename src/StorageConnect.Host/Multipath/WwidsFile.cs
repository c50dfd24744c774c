using System.Text;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Multipath;

/// <summary>
/// multipath's list of the identities that may become maps. With <c>find_multipaths strict</c> only LUNs on it become maps, with <c>yes</c> also
/// those with several paths. LUNs that are gone for good should not stay on it.
/// </summary>
/// <remarks>
/// Changed as multipath does it: in place, one line <c>/identity/</c> per LUN. A line is added at the end and taken off by a <c>#</c> over its first
/// character, so that a kill can't tear the file. Under a lock of the whole file that excludes multipathd, which takes POSIX locks, and our own
/// processes and threads, which POSIX locks of our own would not.
/// </remarks>
internal sealed class WwidsFile(HostRoots roots)
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(4); // multipath's own
    private static readonly SemaphoreSlim Turn = new(1); // threads of this process wait here, in order, and not for the timeout of the file's lock

    private const string Heading =
        """
        # Multipath wwids, Version : 1.0
        # NOTE: This file is automatically maintained by multipath and multipathd.
        # You should not need to edit this file in normal circumstances.
        #
        # Valid WWIDs:

        """;

    private readonly string _path = Path.Combine(roots.Etc, "multipath", "wwids");

    /// <summary>Puts an identity on the list, if it isn't there.</summary>
    /// <returns>False when it was listed before.</returns>
    public async Task<bool> AddAsync(string wwid, CancellationToken cancellationToken) =>
        OperatingSystem.IsLinux() && await ChangeAsync((file, content) => Add(file, content, wwid), cancellationToken);

    /// <summary>Takes an identity off the list, if it is there.</summary>
    public async Task RemoveAsync(string wwid, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsLinux() && File.Exists(_path))
        {
            await ChangeAsync((file, content) => Remove(file, content, wwid), cancellationToken);
        }
    }

    private static byte[] Line(string wwid) => Encoding.UTF8.GetBytes($"/{wwid}/");

    private static byte[] RemovedLine(string wwid) => Encoding.UTF8.GetBytes($"#{wwid}/");

    private static bool Add(SafeFileHandle file, ReadOnlySpan<byte> content, string wwid)
    {
        if (FindLine(content, Line(wwid), 0) >= 0)
        {
            return false;
        }

        if (FindLine(content, RemovedLine(wwid), 0) is >= 0 and var removed)
        {
            RandomAccess.Write(file, "/"u8, removed); // its old line, so that the file doesn't grow with each attach
            return true;
        }

        var heading = content.IsEmpty ? Heading : content[^1] == '\n' ? "" : "\n";
        byte[] added = [.. Encoding.UTF8.GetBytes(heading), .. Line(wwid), (byte)'\n'];
        RandomAccess.Write(file, added, content.Length);
        return true;
    }

    private static bool Remove(SafeFileHandle file, ReadOnlySpan<byte> content, string wwid)
    {
        var isChanged = false;
        for (var at = FindLine(content, Line(wwid), 0); at >= 0; at = FindLine(content, Line(wwid), at + 1))
        {
            RandomAccess.Write(file, "#"u8, at);
            isChanged = true;
        }

        return isChanged;
    }

    /// <summary>Where a line begins, at <paramref name="start"/> or later; -1 when there is none.</summary>
    private static int FindLine(ReadOnlySpan<byte> content, ReadOnlySpan<byte> line, int start)
    {
        for (var at = start; at < content.Length;)
        {
            var length = content[at..].IndexOf((byte)'\n') is >= 0 and var found ? found : content.Length - at;
            if ((at == 0 || content[at - 1] == '\n') && content.Slice(at, length).SequenceEqual(line))
            {
                return at;
            }

            at += length + 1;
        }

        return -1;
    }

    private async Task<bool> ChangeAsync(Func<SafeFileHandle, byte[], bool> change, CancellationToken cancellationToken)
    {
        await Turn.WaitAsync(cancellationToken);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            await using var stream = PrivateFile.Open(_path, FileMode.OpenOrCreate, FileShare.ReadWrite);
            var file = stream.SafeFileHandle;
            await LockAsync(file, cancellationToken);
            var isChanged = change(file, Read(file));
            if (isChanged)
            {
                RandomAccess.FlushToDisk(file);
            }

            return isChanged;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw MultipathErrors.WwidsFileNotAccessible(_path, e);
        }
        finally
        {
            Turn.Release();
        }
    }

    private static async Task LockAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        var queue = new Backoff(LockTimeout);
        while (!RangeLock.TryTakeWhole(file))
        {
            if (!await queue.WaitAsync(cancellationToken))
            {
                throw new IOException($"another program has kept it locked for {LockTimeout.TotalSeconds} s.");
            }
        }
    }

    private static byte[] Read(SafeFileHandle file)
    {
        var content = new byte[RandomAccess.GetLength(file)];
        var length = 0;
        while (length < content.Length && RandomAccess.Read(file, content.AsSpan(length), length) is > 0 and var more)
        {
            length += more;
        }

        return content[..length];
    }
}
