using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>
/// Cleans up after a process that died, or a power cut. Afterwards:
/// every row has its files, complete; every file has its row; no change in place is half done; an element that is online has its file
/// in <c>volumes</c>, one that is offline in <c>offline</c>. (Before the clean-up it may still be in the other; a volume is searched
/// in both.)
/// </summary>
internal static class Recovery
{
    private const string SpareEnding = ".spare";

    public static void Run(LocalArray array)
    {
        RemoveDiscarded(array);
        SettleAll(array);
        PendingFiles.SweepAll(array);
        SweepSpares(array);
        ParkOffline(array);
        array.Jobs.Adopt();
    }

    /// <summary>Settles all changes that no process works on.</summary>
    public static void SettleAll(LocalArray array)
    {
        foreach (var intent in array.Database.Read(IntentRows.All).Where(intent => Identities.IsUuid(intent.Element)))
        {
            // A process that holds the lock still works on it.
            using var held = array.Locks.TryTake(intent.Element);
            if (held is not null)
            {
                // A change that can't be settled damages only its element; the others stay usable.
                TrySettle(array, intent.Element);
            }
        }
    }

    /// <summary>Redoes or undoes an element's interrupted change. Call it with the element's lock held.</summary>
    /// <param name="array">The pool.</param>
    /// <param name="element">The element's Uuid.</param>
    /// <param name="isLeased">The caller holds a lease on the element's volume.</param>
    /// <exception cref="StorageElementBusyException">A process has opened the volume since, and would lose what it writes. Nothing is done.</exception>
    public static void Settle(LocalArray array, string element, bool isLeased = false)
    {
        if (array.Database.Read(db => IntentRows.Of(db, element)) is not { } intent)
        {
            return;
        }

        var row = array.Database.Read(db => ElementRows.ByUuid(db, element));
        long? size = null;
        switch (row is null ? (IntentKind?)null : intent.Kind)
        {
            case IntentKind.RestoreInPlace:
                TakePlace(array, row!, isLeased);
                break;
            case IntentKind.RestoreByReplacing:
                TakePlace(array, row!, isLeased);
                size = intent.Size;
                break;
            case IntentKind.Resize when Damages.Find(array, row!) == Damages.FileGone:
                // Nothing to settle: the element is damaged, and its status reports it.
                break;
            case IntentKind.Resize:
                using (var lease = intent.Size < row!.Size && !isLeased ? Lease(array, row) : null)
                using (var opened = lease is null ? array.OpenVolume(row, write: true) : null)
                {
                    var volume = opened ?? lease!.File;

                    // Data cut off by a shrink can't be restored; space added by a growth was never acknowledged.
                    size = Math.Min(intent.Size, row.Size);
                    LinuxFile.SetLength(volume, size.Value);
                    LinuxFile.Sync(volume);
                }

                break;
            default:
                break;
        }

        array.Database.Write(
            db =>
            {
                if (size is { } actual)
                {
                    ElementRows.SetSize(db, element, actual);
                }

                IntentRows.Delete(db, element);
                if (row is { Groups.Count: > 0 })
                {
                    // It was served to nobody; the next use of the pool follows the mark.
                    ExportRows.Mark(db, [element]);
                }
            },
            CancellationToken.None);
        LinuxFile.Remove(array.Folder.Spare(element));
    }

    /// <summary>As <see cref="Settle"/>, after an error that must reach the user: the next open settles the rest.</summary>
    public static void TrySettle(LocalArray array, string element, bool isLeased = false)
    {
        try
        {
            Settle(array, element, isLeased);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException or StorageConnectException)
        {
        }
    }

    /// <summary>
    /// Moves a volume's file where its row says that it is: a process died between commit and move, or one of the two failed. Call it with the element's
    /// lock held. A volume that was to be offline and that a process has opened since stays where it is: see <see cref="IsOffline"/>.
    /// </summary>
    public static void TryPlace(LocalArray array, string element)
    {
        try
        {
            if (!array.IsReadOnly && array.Database.Read(db => ElementRows.ByUuid(db, element)) is { IsSnapshot: false } row)
            {
                Place(array, row);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException or StorageConnectException)
        {
            // What relies on the place looks at it.
        }
    }

    /// <summary>True when nobody can open a volume: its row says so, and its file is where no path leads to it.</summary>
    public static bool IsOffline(LocalArray array, ElementRow row) => !row.Online && !File.Exists(array.Folder.Volume(row.Uuid));

    /// <summary>Removes an element's files after the commit that removed its row: from here on the element is gone, whatever happens to its files.</summary>
    public static void RemoveDiscarded(LocalArray array, string uuid)
    {
        if (array.TryCleanUp(uuid, () => PendingFiles.RemoveFiles(array, uuid)))
        {
            array.Discarded.Enqueue(uuid);
        }
    }

    /// <summary>Elements whose files are gone for good, so that their records can be deleted with the next commit.</summary>
    public static List<string> TakeGone(LocalArray array)
    {
        // Where the order of names is not kept, syncs are needed to be sure that files are gone: one for many.
        const int many = 64;
        var gone = new List<string>();
        if (array.Folder.KeepsOrderOfNames || array.Discarded.Count >= many)
        {
            while (array.Discarded.TryDequeue(out var uuid))
            {
                gone.Add(uuid);
            }

            SyncRemovals(array, gone);
        }

        return gone;
    }

    private static void SyncRemovals(LocalArray array, List<string> gone)
    {
        if (gone.Count > 0 && !array.Folder.KeepsOrderOfNames)
        {
            LinuxFile.SyncFolder(array.Folder.Volumes);
            LinuxFile.SyncFolder(array.Folder.Parked);
            LinuxFile.SyncFolder(array.Folder.Snapshots);
        }
    }

    /// <summary>Replaces a volume by its spare content, atomically and durably.</summary>
    private static void TakePlace(LocalArray array, ElementRow row, bool isLeased)
    {
        var spare = array.Folder.Spare(row.Uuid);
        if (File.Exists(spare))
        {
            var volume = array.LocateVolume(row.Uuid);
            using var lease = isLeased || !File.Exists(volume) ? null : Lease(array, row);
            LinuxFile.Rename(spare, volume);
            LinuxFile.SyncFolder(Path.GetDirectoryName(volume)!);
        }
    }

    /// <summary>Proof that no process uses a volume whose change is half done. The target daemon must not, and gives it back.</summary>
    private static FileLease Lease(LocalArray array, ElementRow row)
    {
        if (array.TryLease(row) is { } lease)
        {
            return lease;
        }

        // The export leaves out what is half done.
        array.Export.Release([row], evenInUse: true, CancellationToken.None)?.Dispose();
        return array.Lease(row);
    }

    private static void Place(LocalArray array, ElementRow row)
    {
        var (volume, parked) = (array.Folder.Volume(row.Uuid), array.Folder.ParkedVolume(row.Uuid));
        var (from, to) = row.Online ? (parked, volume) : (volume, parked);

        // After a power cut both may be names of the same file.
        if (!File.Exists(from) || (File.Exists(to) && LinuxFile.Identity(from) != LinuxFile.Identity(to)))
        {
            return;
        }

        using var lease = row.Online ? null : array.TryLease(row);
        if (row.Online || lease is not null)
        {
            LinuxFile.Rename(from, to);
            LinuxFile.SyncFolder(Path.GetDirectoryName(to)!);
        }
    }

    private static void RemoveDiscarded(LocalArray array)
    {
        // Files that can't be deleted keep nobody from using the pool. Their note stays, so that the next open tries again.
        var gone = array.Database.Read(IntentRows.Discarded).FindAll(
            uuid => Identities.IsUuid(uuid) && array.TryCleanUp(uuid, () => PendingFiles.RemoveFiles(array, uuid)));
        if (gone.Count == 0)
        {
            return;
        }

        SyncRemovals(array, gone);
        array.Database.WriteIfRoom(db => gone.ForEach(uuid => IntentRows.Forget(db, uuid)));
    }

    /// <summary>An element is offline from the commit on; its file is moved after it, or, going online, before it.</summary>
    private static void ParkOffline(LocalArray array)
    {
        foreach (var path in Directory.EnumerateFiles(array.Folder.Parked))
        {
            var uuid = Path.GetFileName(path);
            using var held = Identities.IsUuid(uuid) ? array.Locks.TryTake(uuid) : null;
            if (held is not null && array.Database.Read(db => ElementRows.ByUuid(db, uuid)) is { Online: true })
            {
                // A power cut restored the name that it had while it was offline, or undid the move.
                array.TryCleanUp(uuid, () =>
                {
                    LinuxFile.Rename(path, array.Folder.Volume(uuid));
                    LinuxFile.SyncFolder(array.Folder.Volumes);
                });
            }
        }

        foreach (var uuid in array.Database.Read(ElementRows.Offline))
        {
            if (File.Exists(array.Folder.Volume(uuid)))
            {
                using var held = array.Locks.TryTake(uuid);
                if (held is not null)
                {
                    TryPlace(array, uuid);
                }
            }
        }
    }

    /// <summary>Spares whose change has ended.</summary>
    private static void SweepSpares(LocalArray array)
    {
        foreach (var path in Directory.EnumerateFiles(array.Folder.Pending, "*" + SpareEnding))
        {
            var element = Path.GetFileName(path)[..^SpareEnding.Length];
            using var held = Identities.IsUuid(element) ? array.Locks.TryTake(element) : null;
            if (held is not null && array.Database.Read(db => IntentRows.Of(db, element)) is null)
            {
                array.TryCleanUp(element, () => LinuxFile.Remove(path));
            }
        }
    }
}
