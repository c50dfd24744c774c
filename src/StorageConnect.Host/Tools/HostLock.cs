using System.Security.Cryptography;
using System.Text;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Tools;

/// <summary>A lock among all processes of this host. The kernel lets go of it when its process dies, however it dies.</summary>
internal sealed class HostLock : IDisposable
{
    private readonly ProcessLock _taken;

    private HostLock(ProcessLock taken) => _taken = taken;

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

            Tracer.Debug($"Waiting for the lock of '{name}'");
            if (!await waiting.WaitAsync(cancellationToken))
            {
                throw HostErrors.HostLockHeld(name, SysFile.TryReadText(path), patience);
            }
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
