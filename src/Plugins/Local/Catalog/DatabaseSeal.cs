using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Errors;
using StorageConnect.Plugins.Local.Native;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>
/// A checksum of the database file, kept beside it while no process changes it: the last process that closes the database writes the checksum, the
/// first that opens it compares it, and the first change removes it. SQLite itself believes whatever a damaged page says.
/// </summary>
/// <remarks>A shared lock on the pool's lock file says that the database is open; who gets it exclusively is alone.</remarks>
internal sealed class DatabaseSeal(PoolFolder folder)
{
    private const string Format = "storageconnect-local-1";
    private const int LongestPauseMilliseconds = 50;
    private const int Shared = 1;
    private const int ExclusiveNow = 2 | 4;
    private const int SharedNow = 1 | 4;

    private SafeFileHandle? _use;
    private (ulong Inode, uint Major, uint Minor)? _locks;
    private bool _isBroken;

    /// <summary>True where the database was not closed properly, so that there was no checksum to compare.</summary>
    public bool IsMissing { get; private set; }

    /// <summary>To be called before the first connection of this process is opened.</summary>
    /// <exception cref="DataCorruptException">The database is not what it was when it was closed.</exception>
    public void Enter()
    {
        var use = LinuxFile.OpenOrCreate(folder.Locks);
        try
        {
            if (Libc.Flock(use, ExclusiveNow) == 0)
            {
                // Nobody else has the database open: only then may its file be opened past SQLite, whose locks a second handle would drop.
                IsMissing = !Verify();
                folder.RemoveSharedMemoryWithCopyOnWrite();
                _ = Libc.Flock(use, Shared);
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
            use.Dispose();
            throw;
        }
    }

    /// <summary>To be called before each change: from here on the checksum does not hold.</summary>
    public void Break()
    {
        if (_isBroken)
        {
            return;
        }

        // Before the change itself is durable, or a power cut leaves the changed database with the old checksum.
        if (LinuxFile.Remove(folder.Seal))
        {
            LinuxFile.SyncFolder(folder.Path);
        }

        _isBroken = true;
    }

    /// <summary>To be called after the last connection of this process was closed.</summary>
    public void Leave()
    {
        try
        {
            // Another pool may have taken the place of this one: its checksum is none of ours.
            if (_use is not null && LinuxFile.Identity(folder.Locks) == _locks && Libc.Flock(_use, ExclusiveNow) == 0 && !File.Exists(folder.Seal)
                && LinuxFile.TryStatus($"{folder.Database}-wal") is not { Size: > 0 })
            {
                Write();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without a checksum the database is looked through at the next open.
        }
        finally
        {
            _use?.Dispose();
            _use = null;
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

        // One that a power cut left without its content counts as none.
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
        var begin = Environment.TickCount64;
        for (var pause = 1; Libc.Flock(use, SharedNow) != 0; pause = Math.Min(pause * 2, LongestPauseMilliseconds))
        {
            // Another process computes or compares the checksum, which takes milliseconds.
            if (Environment.TickCount64 - begin > 15_000)
            {
                throw new LinuxFileException("wait for the checksum of the database", Errno.Again);
            }

            Thread.Sleep(pause);
        }
    }
}
