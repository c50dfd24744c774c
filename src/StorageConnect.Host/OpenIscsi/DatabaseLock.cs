using System.Text;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>
/// open-iscsi's lock: a file that must not exist. A process that dies leaves it behind. A lock file of ours is recognised by its content, under a lock of
/// our own, and deleted; another tool's is never deleted.
/// </summary>
internal sealed class DatabaseLock(HostRoots roots, HostDeadlines deadlines)
{
    private const string LockName = "open-iscsi database";

    /// <summary>Runs <paramref name="change"/> while no other process of any tool changes the database.</summary>
    /// <param name="folder">The database's folder, for errors.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<T> RunAsync<T>(string folder, Func<T> change, CancellationToken cancellationToken)
    {
        try
        {
            using var ours = await HostLock.TakeAsync(roots, LockName, deadlines.IscsiDatabase, cancellationToken);
            var lockFile = Path.Combine(roots.Run, "lock", "iscsi", "lock.write");
            PrivateFile.CreateMissingFolders(Path.GetDirectoryName(lockFile)!);
            var waiting = new Backoff(deadlines.IscsiDatabase);
            while (!TryLock(lockFile))
            {
                if (IscsiDatabase.IsOurs(lockFile))
                {
                    File.Delete(lockFile);
                }
                else if (!await waiting.WaitAsync(cancellationToken))
                {
                    throw IscsiErrors.IscsiDatabaseLocked(lockFile, deadlines.IscsiDatabase);
                }
            }

            try
            {
                return change();
            }
            finally
            {
                File.Delete(lockFile);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw HostErrors.RootNeeded(e);
        }
        catch (IOException e)
        {
            throw IscsiErrors.IscsiDatabaseFailed(folder, e);
        }
    }

    /// <summary>False when another tool has the lock.</summary>
    /// <remarks>
    /// The file is whole when it gets its name: one that a dead process left empty would be recognised by nobody, and stop every tool. Our own lock is
    /// held, so no other process of ours uses the same first name.
    /// </remarks>
    private static bool TryLock(string lockFile)
    {
        var fresh = lockFile + ".storage-connect";
        File.Delete(fresh);
        try
        {
            using (var file = PrivateFile.Open(fresh, FileMode.CreateNew, FileShare.None))
            {
                file.Write(Encoding.ASCII.GetBytes(IscsiRecord.Mark));
            }

            LinuxFile.Link(fresh, lockFile);
            return LinuxFile.Identity(fresh) == LinuxFile.Identity(lockFile);
        }
        finally
        {
            File.Delete(fresh);
        }
    }
}
