using System.Security.Cryptography;
using System.Text;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Tools;

/// <summary>A lock among all processes of this host. The kernel releases it when its process ends in any way.</summary>
internal sealed class HostLock : IDisposable
{
    private readonly ProcessLock _taken;

    private HostLock(ProcessLock taken) => _taken = taken;

    /// <summary>
    /// Waits for the lock of this name, which may be any text. When the last holder died with the lock, it also waits for the tools that holder started.
    /// </summary>
    /// <exception cref="StorageElementBusyException">Another process held the lock until the timeout (<c>HostLockHeld</c>).</exception>
    /// <exception cref="AccessDeniedException">The user isn't root (<c>RootNeeded</c>).</exception>
    public static async Task<HostLock> TakeAsync(HostRoots roots, string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var path = PathOf(roots, name);
        var waiting = new Backoff(timeout);
        var hasReported = false;
        while (true)
        {
            if (TryTake(path, out var dead) is { } taken)
            {
                try
                {
                    await (dead is null ? Task.CompletedTask : OrphanedTools.WaitAsync(roots, dead.Value, timeout, cancellationToken));
                    return taken;
                }
                catch
                {
                    taken.Dispose();
                    throw;
                }
            }

            if (!hasReported)
            {
                Tracer.Verbose($"Host: wait for the lock of {name}");
                hasReported = true;
            }

            if (!await waiting.WaitAsync(cancellationToken))
            {
                throw HostErrors.HostLockHeld(name, SysFile.TryReadText(path), timeout);
            }
        }
    }

    /// <summary>Waits for a share of the lock: several may have one at once, while nobody has the lock alone.</summary>
    /// <exception cref="StorageElementBusyException">Another process held the lock alone until the timeout (<c>HostLockHeld</c>).</exception>
    /// <exception cref="AccessDeniedException">The user isn't root (<c>RootNeeded</c>).</exception>
    public static async Task<IDisposable> TakeSharedAsync(HostRoots roots, string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var path = PathOf(roots, name);
        var waiting = new Backoff(timeout);
        while (true)
        {
            if (TryTakeShared(path) is { } taken)
            {
                return taken;
            }

            if (!await waiting.WaitAsync(cancellationToken))
            {
                throw HostErrors.HostLockHeld(name, SysFile.TryReadText(path), timeout);
            }
        }
    }

    private static FileStream? TryTakeShared(string path)
    {
        try
        {
            PrivateFile.CreateMissingFolders(Path.GetDirectoryName(path)!);
            return PrivateFile.Open(path, FileMode.OpenOrCreate, FileShare.ReadWrite); // a shared flock that doesn't wait
        }
        catch (IOException e) when ((e.HResult & 0xffff) == Errno.Again)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw HostErrors.RootNeeded(e);
        }
    }

    /// <summary>The lock if it is free at this moment, else null.</summary>
    public static HostLock? TryTake(HostRoots roots, string name) => TryTake(PathOf(roots, name), out _);

    public void Dispose() => _taken.Dispose();

    private static HostLock? TryTake(string path, out int? deadHolder)
    {
        try
        {
            return ProcessLock.TryTake(path, out deadHolder) is { } taken ? new(taken) : null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw HostErrors.RootNeeded(e);
        }
    }

    // By digest, because a name may hold what no file name can.
    private static string PathOf(HostRoots roots, string name) =>
        Path.Combine(roots.Run, "storage-connect", "locks", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..32]);
}
