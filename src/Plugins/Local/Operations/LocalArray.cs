using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using StorageConnect.PluginKit.Locks;
using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Errors;
using StorageConnect.Plugins.Local.Export;
using StorageConnect.Plugins.Local.Pools;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>An open pool: its folder, its database, the abilities of its file system, and the jobs this process works on.</summary>
internal sealed class LocalArray : IDisposable
{
    private readonly Lazy<FilePool> _pool;
    private readonly (ulong, uint, uint)? _identity;

    private LocalArray(PoolFolder folder, PoolDatabase database, Type keeper)
    {
        Folder = folder;
        Database = database;
        Reserve = new(folder);
        Locks = new(folder.Locks);
        Jobs = new(this, keeper);
        Export = new(folder, database, Locks);
        _pool = new(() => PoolProbe.Probe(folder, database.IsReadOnly), LazyThreadSafetyMode.PublicationOnly);
        _identity = LinuxFile.Identity(folder.Database);
    }

    public PoolFolder Folder { get; }

    public PoolDatabase Database { get; }

    /// <summary>True where its file system was mounted read-only when it was opened: nothing is written.</summary>
    public bool IsReadOnly => Database.IsReadOnly;

    public ElementLocks Locks { get; }

    public CopyJobs Jobs { get; }

    /// <summary>The pool's export to iSCSI initiators.</summary>
    public LocalExport Export { get; }

    /// <summary>Elements whose files are gone; a later removal's commit takes their notes away, too, so that none costs a commit of its own.</summary>
    public ConcurrentQueue<string> Discarded { get; } = new();

    /// <summary>What could not be cleaned up since the pool was opened: reasons, by the Uuids of the elements. The next open tries again.</summary>
    public ConcurrentDictionary<string, string> Leftovers { get; } = new(StringComparer.Ordinal);

    /// <summary>Reserved space for removals on a full file system.</summary>
    public RemovalReserve Reserve { get; }

    /// <summary>Held while a removal on a full file system is retried with the reserve, one at a time.</summary>
    public SemaphoreSlim FreeingTurn { get; } = new(1);

    /// <summary>Makes new files durable, those that come at the same time together.</summary>
    public SharedSyncs Syncs { get; } = new();

    public FilePool Pool => _pool.Value;

    /// <summary>The pool's identity.</summary>
    public string Uuid { get; private set; } = "";

    /// <summary>A notice for users about a change of the pool before it was opened; null for none.</summary>
    public string? Notice { get; set; }

    /// <summary>False once the folder was unmounted, removed, replaced, or its file system mounted read-only or writable again.</summary>
    public bool IsCurrent => Folder.CurrentDatabase is { } now && now == _identity && Folder.IsReadOnly == IsReadOnly;

    /// <summary>Opens a pool, and cleans up after a crash.</summary>
    /// <param name="folder">The pool's folder.</param>
    /// <param name="request">The request of the server that is being validated; null where a validated server is used.</param>
    /// <param name="keeper">The entry point of the keeper's process.</param>
    public static LocalArray Open(PoolFolder folder, PoolRequest? request, Type keeper)
    {
        var create = MustCreate(folder, request);
        folder.Check(mayBeReadOnly: !create);
        PoolTrust.Require(folder);
        var array = new LocalArray(folder, PoolDatabase.Open(folder, create), keeper);
        try
        {
            array.CheckSeat(request);
            if (!array.IsReadOnly)
            {
                folder.EnsureLayout();
                Recovery.Run(array);
                array.Reserve.Keep();
            }

            return array;
        }
        catch
        {
            array.Dispose();
            throw;
        }
    }

    /// <summary>Checks that this is the server's pool, and not a copy of another.</summary>
    public void CheckSeat(PoolRequest? request)
    {
        if (request is { Expected: { } expected } && Database.Read(SeatRow.Read)?.Uuid != expected)
        {
            throw SeatCheck.Changed(Folder, request.Server);
        }

        Uuid = SeatCheck.Run(this, request).Uuid;
    }

    /// <summary>The element; an error when it doesn't exist.</summary>
    public ElementRow Require(PoolConnection db, StorageElement element) => ElementRows.ByUuid(db, element.Uuid) ?? throw Missing(element);

    /// <summary>The LUN or clone, or an error.</summary>
    public ElementRow RequireVolume(PoolConnection db, StorageElement element) => Require(db, element) is { IsSnapshot: false } row
        ? row
        : throw new InvalidRequestException($"'{element.Name}' is a snapshot; this can be done with LUNs and clones only.")
        {
            ErrorId = "StorageElementIsSnapshot",
            Element = element.Name,
            Recommendation = "Make a clone of the snapshot and use that.",
        };

    public ElementRow RequireSnapshot(PoolConnection db, StorageElement snapshot) =>
        ElementRows.ByUuid(db, snapshot.Uuid) is { IsSnapshot: true } row ? row : throw Missing(snapshot, "snapshot", "SnapshotNotFound");

    public NotFoundException Missing(StorageElement element, string kind = "storage element", string errorId = "StorageElementNotFound")
    {
        var name = element.Name.Length > 0 ? element.Name : element.Uuid;
        return new($"There is no {kind} '{name}' ({element.Uuid}) in the pool {Folder.Path}.")
        {
            ErrorId = errorId,
            Element = name,
            Recommendation = "List what is there; it may have been removed since.",
        };
    }

    /// <summary>Cleans up after one element. What fails is that element's problem, which the server's status reports: the others stay usable.</summary>
    /// <returns>True when it succeeded.</returns>
    public bool TryCleanUp(string uuid, Action cleanUp)
    {
        try
        {
            cleanUp();
            Leftovers.TryRemove(uuid, out _);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Tracer.Verbose($"What is left of {uuid} in {Folder.Path} can't be cleaned up: {e.Message}");
            Leftovers[uuid] = e.Message;
            return false;
        }
    }

    /// <summary>Opens a volume's file, which lies in one of two folders (see <see cref="Recovery"/> on offline elements).</summary>
    /// <exception cref="DataCorruptException">The file is gone.</exception>
    public SafeFileHandle OpenVolume(ElementRow row, bool write) =>
        LinuxFile.TryOpen(Folder.Volume(row.Uuid), write) ?? LinuxFile.TryOpen(Folder.ParkedVolume(row.Uuid), write)
            ?? throw Damages.Error(this, row, Damages.FileGone);

    /// <summary>The present path of a volume's file; the one of offline volumes where there is none.</summary>
    public string LocateVolume(string uuid) => File.Exists(Folder.Volume(uuid)) ? Folder.Volume(uuid) : Folder.ParkedVolume(uuid);

    /// <summary>A lease: proof that no process has the volume open, while it is held.</summary>
    public FileLease Lease(ElementRow row) =>
        TryLease(row) ?? throw new StorageElementBusyException($"'{row.Name}' is open: a process on this machine uses its file.")
        {
            ErrorId = "StorageElementInUse",
            Element = row.Name,
            Retryable = true,
            Recommendation = $"Stop what uses {Folder.Volume(row.Uuid)} ('fuser' tells who does), then try again.",
        };

    /// <summary>As <see cref="Lease"/>; null when it is open.</summary>
    public FileLease? TryLease(ElementRow row) => TryLease(row, NewLeaseWait(), CancellationToken.None);

    /// <summary>As <see cref="TryLease(ElementRow)"/>, for several elements that share one wait.</summary>
    public FileLease? TryLease(ElementRow row, Backoff waiting, CancellationToken cancellationToken)
    {
        do
        {
            if (TryLeaseNow(row) is { } lease)
            {
                return lease;
            }
        }
        while (waiting.Wait(cancellationToken));
        return null;
    }

    /// <remarks>
    /// A process that is just being started has copies of all its parent's files for a moment, ours among them. A real user has the volume open for longer.
    /// </remarks>
    public static Backoff NewLeaseWait() => new(TimeSpan.FromMilliseconds(500), longest: TimeSpan.FromMilliseconds(64));

    public void Dispose()
    {
        Jobs.Dispose();
        Database.Dispose();
    }

    /// <summary>True where a pool may be created in the folder; false where there must be one.</summary>
    private static bool MustCreate(PoolFolder folder, PoolRequest? request)
    {
        var mayCreate = request is { IsRegistration: true };
        if (File.Exists(folder.Database))
        {
            // An interrupted registration leaves an empty one.
            return mayCreate && !folder.HoldsData();
        }

        if (!Directory.Exists(folder.Path))
        {
            throw PoolAddress.NoFolder(folder.Path);
        }

        if (folder.HoldsData())
        {
            throw ErrorMapping.Corrupt(folder, "its database is gone, while its volumes are there");
        }

        if (!mayCreate)
        {
            throw PoolAddress.NoPool(folder.Path);
        }

        folder.RequireEmpty();
        return true;
    }

    private FileLease? TryLeaseNow(ElementRow row)
    {
        try
        {
            return FileLease.TryTake(OpenVolume(row, write: true));
        }
        catch (LinuxFileException e) when (e.Errno == Errno.Again)
        {
            return null;
        }
    }
}
