using StorageConnect.PluginKit.Locks;
using StorageConnect.Plugins.Local.Native;

namespace StorageConnect.Plugins.Local.Configuration;

/// <summary>The layout of a pool folder. Files are named by uuid, so that no name a user chose ever becomes part of a path.</summary>
internal sealed class PoolFolder(string path)
{
    public string Path { get; } = path;

    /// <summary>The pool's name, which is also that of its one volume group.</summary>
    public string Name => System.IO.Path.GetFileName(Path) is { Length: > 0 } name ? name : Path;

    public string Database => System.IO.Path.Combine(Path, "local.db");

    /// <summary>Volumes that may be opened.</summary>
    public string Volumes => System.IO.Path.Combine(Path, "volumes");

    /// <summary>Where a volume goes while it is offline, so that the path it had leads nowhere.</summary>
    public string Parked => System.IO.Path.Combine(Path, "offline");

    /// <summary>A folder per snapshot, in it a file per member.</summary>
    public string Snapshots => System.IO.Path.Combine(Path, "snapshots");

    /// <summary>A marker per thing that is being made, locked by whoever makes it.</summary>
    public string Pending => System.IO.Path.Combine(Path, "making");

    /// <summary>The file whose bytes stand for elements and jobs in <see cref="RangeLock"/>s.</summary>
    public string Locks => System.IO.Path.Combine(Path, "locks");

    public string Volume(string uuid) => System.IO.Path.Combine(Volumes, uuid);

    public string ParkedVolume(string uuid) => System.IO.Path.Combine(Parked, uuid);

    public string Snapshot(string uuid) => System.IO.Path.Combine(Snapshots, uuid);

    public string SnapshotMember(string uuid, string member) => System.IO.Path.Combine(Snapshots, uuid, member);

    public string Marker(string uuid) => System.IO.Path.Combine(Pending, uuid);

    /// <summary>What a volume was, kept while it is restored or replaced.</summary>
    public string Spare(string uuid) => System.IO.Path.Combine(Pending, uuid + ".spare");

    /// <summary>Checks the folder itself: there, on a file system of this machine, writable.</summary>
    public void Check()
    {
        if (!Directory.Exists(Path))
        {
            throw PoolAddress.NoFolder(Path);
        }

        if (System.IO.Path.GetDirectoryName(Path) is null)
        {
            throw new InvalidStorageArrayException($"The folder {Path} is the root of the file system, which is no place for a pool.")
            {
                ErrorId = "ExtraInfoInvalid",
                Element = Path,
                Recommendation = "Give a folder that is for the pool alone, such as Pool=/srv/storage.",
            };
        }

        if (NetworkFileSystems.NameOf(LinuxFile.FileSystem(Path).Type) is { } network)
        {
            throw new InvalidStorageArrayException($"The folder {Path} is on a network or user-space file system ({network}); its locks and syncs can't be relied on.")
            {
                ErrorId = "PoolOnNetworkFileSystem",
                Element = Path,
                Recommendation = "Use a folder on a disk of this machine: XFS or Btrfs for instant snapshots, or any other local file system.",
            };
        }

        if (!LinuxFile.IsWritable(Path))
        {
            throw NotWritable(null);
        }
    }

    /// <summary>Makes the sub-folders that are missing.</summary>
    public void EnsureLayout()
    {
        foreach (var folder in (ReadOnlySpan<string>)[Volumes, Parked, Snapshots, Pending])
        {
            LinuxFile.EnsureFolder(folder);
        }
    }

    /// <summary>Makes the database's file where there is none: the first that a new pool makes at all.</summary>
    public void EnsureDatabase()
    {
        try
        {
            LinuxFile.EnsureFile(Database);
        }
        catch (LinuxFileException e) when (e.Errno is Errno.NoEntry or Errno.Invalid or Errno.NotSupported or Errno.NotImplemented)
        {
            // The folder itself is there (see Check), so it is one that only looks like a folder of files.
            throw new InvalidStorageArrayException($"The folder {Path} takes no files, though it can be written: {e.Message}.", e)
            {
                ErrorId = "PoolUnsuitable",
                Element = Path,
                Recommendation = "Choose a folder on a disk's file system, such as XFS or Btrfs. In /proc, /sys and the like the kernel shows itself; nothing can be kept there.",
            };
        }
    }

    /// <summary>True when there are volumes or snapshots, so that a pool without a database has lost it.</summary>
    public bool HoldsData() => ((ReadOnlySpan<string>)[Volumes, Parked, Snapshots]).ToArray().Any(folder => Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any());

    public AccessDeniedException NotWritable(Exception? inner) => new($"The pool folder {Path} can't be written by the user {Environment.UserName}.", inner)
    {
        ErrorId = "PoolNotWritable",
        Element = Path,
        Recommendation = "Give this user the right to write in the folder (and check that its file system isn't mounted read-only), or choose another folder.",
    };
}
