using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Errors;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>
/// A checksum of the database file, kept beside it while no process changes it: the last process that closes the database writes the checksum, the
/// first that opens it compares it, and the first change removes it. SQLite itself doesn't detect a damaged page.
/// </summary>
/// <remarks>A shared lock on the pool's lock file means that the database is open; an exclusive one, that no other process has it open.</remarks>
internal sealed class DatabaseSeal(PoolFolder folder)
{
    private const string Format = "storageconnect-local-1";

    private SafeFileHandle? _use;
    private (ulong Inode, uint Major, uint Minor)? _locks;
    private bool _isBroken;

    /// <summary>True where the database was not closed properly, so that there was no checksum to compare.</summary>
    public bool IsMissing { get; private set; }

    /// <summary>Call it before this process opens its first connection.</summary>
    /// <exception cref="DataCorruptException">The database was changed since it was closed.</exception>
    public void Enter()
    {
        var use = LinuxFile.OpenOrCreate(folder.Locks);
        try
        {
            if (FileLock.TryTake(use))
            {
                // No other process has the database open. Only then may its file be opened without SQLite, whose locks a second handle would drop.
                IsMissing = !Verify();
                folder.RemoveSharedMemoryWithCopyOnWrite();
                FileLock.Share(use);
            }
            else
            {
                IsMissing = false;
                TakeShared(use);
            }

            _use = use;
            _locks = LinuxFile.Identity(folder.Locks);
            _isBroken = false;
        }
        catch
        {
            FileLock.Release(use);
            throw;
        }
    }

    /// <summary>Compares the checksum where no process can change the database: its file system is mounted read-only.</summary>
    /// <exception cref="DataCorruptException">The database was changed since it was closed.</exception>
    public void Check() => IsMissing = !Verify();

    /// <summary>Call it before each change: from here on the checksum is invalid.</summary>
    public void Break()
    {
        if (_isBroken)
        {
            return;
        }

        // Before the change itself is durable: otherwise a power cut could leave the changed database with the old checksum.
        if (LinuxFile.Remove(folder.Seal))
        {
            LinuxFile.SyncFolder(folder.Path);
        }

        _isBroken = true;
    }

    /// <summary>Call it after the last connection of this process was closed.</summary>
    public void Leave()
    {
        try
        {
            // Another pool may be in the folder now: its checksum is not ours.
            if (_use is not null && LinuxFile.Identity(folder.Locks) == _locks && FileLock.TryTake(_use) && !File.Exists(folder.Seal)
                && LinuxFile.TryStatus($"{folder.Database}-wal") is not { Size: > 0 })
            {
                Write();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without a checksum the next open checks the whole database.
        }
        finally
        {
            if (_use is not null)
            {
                FileLock.Release(_use);
                _use = null;
            }
        }
    }

    private void Write()
    {
        var fresh = $"{folder.Seal}.new";
        LinuxFile.Remove(fresh);
        using (var file = LinuxFile.Create(fresh))
        {
            LinuxFile.Write(file, Encoding.ASCII.GetBytes(Text()), 0);
        }

        LinuxFile.Rename(fresh, folder.Seal);
    }

    /// <returns>False where there is no checksum.</returns>
    private bool Verify()
    {
        string? seal = null;
        try
        {
            seal = File.Exists(folder.Seal) ? File.ReadAllText(folder.Seal) : null;
        }
        catch (FileNotFoundException)
        {
        }

        // A file that a power cut left empty counts as none.
        if (seal is null || !seal.StartsWith(Format, StringComparison.Ordinal) || !seal.EndsWith('\n'))
        {
            return false;
        }

        return seal == Text() ? true : throw ErrorMapping.Corrupt(folder,
            $"its database was changed or damaged since it was closed (if you replaced it on purpose, remove {folder.Seal})");
    }

    private string Text()
    {
        using var file = File.OpenRead(folder.Database);
        return string.Create(CultureInfo.InvariantCulture, $"{Format} {file.Length} {Convert.ToHexStringLower(SHA256.HashData(file))}\n");
    }

    private static void TakeShared(SafeFileHandle use)
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(15), longest: TimeSpan.FromMilliseconds(50));
        while (!FileLock.TryTakeShared(use))
        {
            // Another process computes or compares the checksum, which takes milliseconds.
            if (!backoff.Wait(CancellationToken.None))
            {
                throw new LinuxFileException("wait for the checksum of the database", Errno.Again);
            }
        }
    }
}
