namespace StorageConnect.Plugins.Local.Configuration;

/// <summary>The layout of a pool folder. Files are named by uuid, so that no name a user chose ever becomes part of a path.</summary>
/// <param name="given">The folder as the user gave it.</param>
internal sealed class PoolFolder(string given)
{
    private const string DatabaseName = "local.db";

    private long? _type;

    /// <summary>The folder without links, as it was found.</summary>
    public string Path { get; } = LinuxFile.TryResolve(given) ?? given;

    /// <summary>The pool's name, which is also that of its one volume group.</summary>
    public string Name => System.IO.Path.GetFileName(given) is { Length: > 0 } name ? name : given;

    /// <summary>The identity of the database file at the given path at this moment; null when there is none.</summary>
    public (ulong Inode, uint Major, uint Minor)? CurrentDatabase => LinuxFile.Identity(System.IO.Path.Combine(given, DatabaseName));

    /// <summary>All folders of the pool, itself first.</summary>
    public IReadOnlyList<string> Folders => [Path, Volumes, Parked, Snapshots, Pending];

    /// <summary>The files beside those folders.</summary>
    public IReadOnlyList<string> Files => [Database, $"{Database}-wal", $"{Database}-shm", Locks, Seal, Reserve];

    public string Database => System.IO.Path.Combine(Path, DatabaseName);

    /// <summary>Volumes that may be opened.</summary>
    public string Volumes => System.IO.Path.Combine(Path, "volumes");

    /// <summary>The folder of offline volumes: moving a volume there makes its former path invalid.</summary>
    public string Parked => System.IO.Path.Combine(Path, "offline");

    /// <summary>A folder per snapshot, in it a file per member.</summary>
    public string Snapshots => System.IO.Path.Combine(Path, "snapshots");

    /// <summary>A marker per pending file, locked by its creator.</summary>
    public string Pending => System.IO.Path.Combine(Path, "making");

    /// <summary>The file whose bytes stand for elements and jobs in <see cref="RangeLock"/>s.</summary>
    public string Locks => System.IO.Path.Combine(Path, "locks");

    /// <summary>The database's checksum, while no process changes it.</summary>
    public string Seal => System.IO.Path.Combine(Path, "local.sum");

    /// <summary>Reserved space for removals on a full file system.</summary>
    public string Reserve => System.IO.Path.Combine(Path, "reserve");

    /// <summary>True while the folder's file system is mounted read-only.</summary>
    public bool IsReadOnly => LinuxFile.FileSystem(Path).IsReadOnly;

    /// <summary>False on Btrfs: after a power cut the order in which names were created and removed is lost.</summary>
    public bool KeepsOrderOfNames => !IsBtrfs;

    public string Volume(string uuid) => System.IO.Path.Combine(Volumes, Checked(uuid));

    public string ParkedVolume(string uuid) => System.IO.Path.Combine(Parked, Checked(uuid));

    public string Snapshot(string uuid) => System.IO.Path.Combine(Snapshots, Checked(uuid));

    public string SnapshotMember(string uuid, string member) => System.IO.Path.Combine(Snapshots, Checked(uuid), Checked(member));

    public string Marker(string uuid) => System.IO.Path.Combine(Pending, Checked(uuid));

    /// <summary>The old content of a volume, kept while it is restored or replaced.</summary>
    public string Spare(string uuid) => System.IO.Path.Combine(Pending, Checked(uuid) + ".spare");

    /// <summary>Checks the folder itself: there, on a file system of this machine, writable.</summary>
    /// <param name="mayBeReadOnly">True where a pool in it may be on a file system that is mounted read-only.</param>
    public void Check(bool mayBeReadOnly)
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
            throw new InvalidStorageArrayException(
                $"The folder {Path} is on a network or user-space file system ({network}); its locks and syncs can't be relied on.")
            {
                ErrorId = "PoolOnNetworkFileSystem",
                Element = Path,
                Recommendation = "Use a folder on a disk of this machine: XFS or Btrfs for instant snapshots, or any other local file system.",
            };
        }

        if (!LinuxFile.IsWritable(Path) && !(mayBeReadOnly && IsReadOnly))
        {
            throw NotWritable(null);
        }
    }

    /// <summary>Makes the sub-folders that are missing.</summary>
    public void EnsureLayout()
    {
        foreach (var folder in (ReadOnlySpan<string>)[Volumes, Parked, Snapshots, Pending])
        {
            if (LinuxFile.EnsureFolder(folder) && IsBtrfs)
            {
                // Volumes share blocks, so they need what the pool folder itself must not have.
                LinuxFile.SetCopyOnWrite(folder, on: true);
            }
        }
    }

    /// <summary>Makes the files that SQLite creates beside the database be overwritten in place. Call it before SQLite creates them.</summary>
    /// <remarks>
    /// SQLite maps its shared memory file. On a copy-on-write file system a write to a mapped page needs a new block, and without one the process
    /// gets SIGBUS.
    /// </remarks>
    public void PrepareSharedMemory()
    {
        if (IsBtrfs)
        {
            LinuxFile.SetCopyOnWrite(Path, on: false);
        }
    }

    /// <summary>Removes a shared memory file that an older version or a copy left with copy on write. Only while no process has the database open.</summary>
    public void RemoveSharedMemoryWithCopyOnWrite()
    {
        if (IsBtrfs && LinuxFile.IsCopyOnWrite(Path) is false && LinuxFile.IsCopyOnWrite($"{Database}-shm") is true)
        {
            LinuxFile.Remove($"{Database}-shm");
        }
    }

    /// <summary>Makes the database's file where there is none: the first that a new pool makes at all.</summary>
    public void EnsureDatabase() => WithFiles(() => LinuxFile.EnsureFile(Database));

    /// <summary>True when there are volumes or snapshots, so that a pool without a database has lost it.</summary>
    public bool HoldsData() => ((ReadOnlySpan<string>)[Volumes, Parked, Snapshots]).ToArray()
        .Any(folder => Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any());

    /// <summary>A pool is created in an empty folder only. Files of an interrupted creation don't count, nor those of a new file system.</summary>
    public void RequireEmpty()
    {
        WithFiles(() => LinuxFile.CreateTemporary(Path).Dispose());
        var ours = Folders.Skip(1).Concat(Files).Append(System.IO.Path.Combine(Path, "lost+found")).ToHashSet(StringComparer.Ordinal);
        if (Directory.EnumerateFileSystemEntries(Path)
            .FirstOrDefault(entry => !ours.Contains(entry) && !entry.StartsWith($"{Database}.", StringComparison.Ordinal)) is { } stranger)
        {
            throw new InvalidStorageArrayException(
                $"The folder {Path} is not empty ('{System.IO.Path.GetFileName(stranger)}' is in it), so that no pool is made there.")
            {
                ErrorId = "PoolFolderNotEmpty",
                Element = Path,
                Recommendation = "Give an empty folder that is for the pool alone, such as Pool=/srv/storage.",
            };
        }
    }

    public DataCorruptException Corrupt(string reason, Exception? inner = null) => new($"The pool {Path} is damaged: {reason}. Nothing was changed.", inner)
    {
        ErrorId = "PoolCorrupt",
        Element = Path,
        Recommendation =
            $"Put the whole folder {Path} back from a backup (docs/local-array.md). If only the database is damaged: " +
            $"move {Database}, {Database}-wal and {Database}-shm "
            + $"aside, and put the backup's {DatabaseName} in their place; the files in {Volumes} are untouched.",
    };

    public AccessDeniedException NotWritable(Exception? inner) => Directory.Exists(Path) && IsReadOnly
        ? ReadOnly(inner)
        : new($"The pool folder {Path} can't be written by the user {Environment.UserName}.", inner)
        {
            ErrorId = "PoolNotWritable",
            Element = Path,
            Recommendation = "Give this user the right to write in the folder, or choose another folder.",
        };

    /// <summary>The error for a change of a pool on a file system that is mounted read-only.</summary>
    public AccessDeniedException ReadOnly(Exception? inner = null) =>
        new($"The file system of the pool {Path} is mounted read-only: what is in the pool can be listed, and not changed.", inner)
        {
            ErrorId = "PoolNotWritable",
            Element = Path,
            Recommendation = "Mount it writable, then try again. After an error of its disk the kernel mounts a file system read-only: see its log first.",
        };

    /// <summary>The error for a pool that wasn't closed, on a file system that is mounted read-only.</summary>
    public ArrayUnreachableException ReadOnlyWithLog() => new(
        $"The pool {Path} can't be read while its file system is mounted read-only: its last changes are in {Database}-wal, without the file {Database}-shm.")
    {
        ErrorId = "PoolUnreadable",
        Element = Path,
        Recommendation = "Mount it writable once, and list the pool: that completes its database.",
    };

    private const long BtrfsType = 0x9123683E;

    private bool IsBtrfs => (_type ??= LinuxFile.FileSystem(Path).Type & 0xFFFFFFFF) == BtrfsType;

    private void WithFiles(Action make)
    {
        try
        {
            make();
        }
        catch (LinuxFileException e) when (e.Errno is Errno.NoEntry or Errno.Invalid or Errno.NotSupported or Errno.NotImplemented)
        {
            // The folder itself is there (see Check), so it is one that only looks like a folder of files.
            throw new InvalidStorageArrayException($"The folder {Path} takes no files, though it can be written: {e.Message}.", e)
            {
                ErrorId = "PoolUnsuitable",
                Element = given,
                Recommendation =
                    "Choose a folder on a disk's file system, such as XFS or Btrfs. In /proc, /sys and the like the kernel shows itself; nothing can be " +
                        "kept there.",
            };
        }
    }

    // Values from the database become paths: only uuids are allowed.
    private string Checked(string uuid) =>
        uuid.Length == 32 && uuid.All(char.IsAsciiHexDigitLower) ? uuid : throw Corrupt("its database names an element by something that is no uuid");
}
