using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Tools;

/// <summary>A lock among all processes of this host. The kernel lets go of it when its process dies, however it dies.</summary>
internal sealed class HostLock : IDisposable
{
    private const int WouldBlock = 11; // EAGAIN
    private readonly FileStream _file;

    private HostLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock of this name, which may be any text; and for what a holder that died with it left running.</summary>
    /// <exception cref="StorageElementBusyException">Another process held it all the while (<c>HostLockHeld</c>).</exception>
    /// <exception cref="AccessDeniedException">This user may not (<c>RootNeeded</c>).</exception>
    public static async Task<HostLock> TakeAsync(HostRoots roots, string name, TimeSpan patience, CancellationToken cancellationToken)
    {
        var path = PathOf(roots, name);
        var waiting = new Backoff(patience);
        while (true)
        {
            if (TryTake(path, out var dead) is { } taken)
            {
                try
                {
                    await (dead is null ? Task.CompletedTask : OrphanedTools.WaitAsync(roots, dead.Value, patience, cancellationToken));
                    return taken;
                }
                catch
                {
                    taken.Dispose();
                    throw;
                }
            }

            if (!await waiting.WaitAsync(cancellationToken))
            {
                throw HostErrors.HostLockHeld(name, SysFile.TryReadText(path), patience);
            }
        }
    }

    /// <summary>The lock if it is free at this moment, else null.</summary>
    public static HostLock? TryTake(HostRoots roots, string name) => TryTake(PathOf(roots, name), out _);

    public void Dispose()
    {
        _file.SetLength(0); // who dies leaves its number there
        _file.Dispose();
    }

    private static HostLock? TryTake(string path, out int? deadHolder)
    {
        deadHolder = null;
        try
        {
            RootFile.MakeFolder(Path.GetDirectoryName(path)!);
            var file = RootFile.Open(path, FileMode.OpenOrCreate, FileShare.None); // an flock that doesn't wait
            deadHolder = ReadHolder(file);
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"));
            file.Flush();
            return new(file);
        }
        catch (UnauthorizedAccessException e)
        {
            throw HostErrors.RootNeeded(e);
        }
        catch (IOException e) when ((e.HResult & 0xffff) == WouldBlock)
        {
            return null;
        }
    }

    private static int? ReadHolder(FileStream file)
    {
        Span<byte> text = stackalloc byte[16];
        var length = file.Read(text);
        return int.TryParse(text[..length], NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var process)
            && process != Environment.ProcessId ? process : null;
    }

    // By digest, because a name may hold what no file name can.
    private static string PathOf(HostRoots roots, string name) =>
        Path.Combine(roots.Run, "storage-connect", "locks", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..32]);
}
