using Microsoft.Win32.SafeHandles;
using StorageConnect.PluginKit.Locks;
using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>
/// Rolling volumes back to a snapshot. Files are independent, so that only the chosen volumes are ever changed. Where blocks can
/// be shared the volume keeps its inode, and its old content is kept beside it until the commit, so that a crash or a full disk undoes
/// everything. Where they can't, the new content is completed before it replaces the volume, and the replacement is redone after a crash.
/// </summary>
internal static class Restores
{
    public static void Restore(LocalArray array, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken)
    {
        var members = array.Database.Read(db => Members(array, db, snapshot, element));
        Steps.At("members");
        using var held = Volumes.Lock(array, [snapshot, .. members], cancellationToken);
        var rows = array.Database.Read(db =>
        {
            _ = Members(array, db, snapshot, element);
            return RequireRestorable(array, db, snapshot, members);
        });
        RequireNotGrown(array, snapshot, members, rows);
        rows.ForEach(row => EnsureFile(array, row));
        using var released = array.Export.Release(rows, evenInUse: false, cancellationToken);
        if (array.Pool.ClonesInstantly)
        {
            InPlace(array, snapshot.Uuid, rows, cancellationToken);
        }
        else
        {
            ByReplacing(array, snapshot.Uuid, rows, cancellationToken);
        }
    }

    /// <summary>Whether a restore is possible at this moment.</summary>
    public static bool IsPossible(LocalArray array, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken)
    {
        var members = array.Database.Read(db => array.RequireSnapshot(db, snapshot).Sources);
        if (element is not null && !members.Contains(element.Uuid))
        {
            return false;
        }

        var records = (element is null ? members : [element.Uuid]).Select(uuid => new StorageElement { Uuid = uuid }).ToList();
        using var held = Volumes.Lock(array, records, cancellationToken);
        foreach (var record in records)
        {
            var row = array.Database.Read(db => ElementRows.ByUuid(db, record.Uuid) is { } found && JobRows.CopiedFrom(db, found.Uuid) is null ? found : null);
            if (row is not null && Damages.Find(array, row) == Damages.FileGone)
            {
                continue;
            }

            if (row is not null && array.Export.GetSessions(row, cancellationToken) is { } users)
            {
                // The target daemon has it open, and releases volumes that are not in use.
                if (users.Count > 0)
                {
                    return false;
                }

                continue;
            }

            using var lease = row is null ? null : array.TryLease(row);
            if (lease is null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Makes the checks of <see cref="Restore"/> without changing anything.</summary>
    /// <returns>The elements that it would roll back.</returns>
    public static List<ElementRow> Check(LocalArray array, StorageElement snapshot, StorageElement? element)
    {
        var rows = array.Database.Read(db => RequireRestorable(array, db, snapshot, Members(array, db, snapshot, element)));
        if (!array.Pool.ClonesInstantly)
        {
            RequireRoom(array, snapshot.Uuid, rows);
        }

        return rows;
    }

    private static List<ElementRow> RequireRestorable(LocalArray array, PoolConnection db, StorageElement snapshot, List<StorageElement> members)
    {
        Damages.RequireWhole(array, array.RequireSnapshot(db, snapshot));
        return members.ConvertAll(member => Volumes.RequireIdle(array, db, member));
    }

    /// <summary>
    /// Whether an element may become smaller was decided by its size before this call. One that has been enlarged since, while the call waited for the
    /// operation that did it, must not lose what was added.
    /// </summary>
    private static void RequireNotGrown(LocalArray array, StorageElement snapshot, List<StorageElement> members, List<ElementRow> rows)
    {
        foreach (var (member, row) in members.Zip(rows))
        {
            if (row.Size > member.SizeBytes && LinuxFile.TryStatus(array.Folder.SnapshotMember(snapshot.Uuid, row.Uuid), followLink: false) is { } content
                && content.Size < (ulong)row.Size)
            {
                throw OvertakenChange.Error(row.Name, row.Size, (long)content.Size);
            }
        }
    }

    /// <summary>The elements to roll back, with their present sizes.</summary>
    private static List<StorageElement> Members(LocalArray array, PoolConnection db, StorageElement snapshot, StorageElement? element)
    {
        if (element is not null)
        {
            var row = array.RequireSnapshot(db, snapshot);
            return row.Sources.Contains(element.Uuid)
                ? [element with { SizeBytes = ElementRows.ByUuid(db, element.Uuid)?.Size ?? 0 }]
                : throw new SnapRestoreNotSafeException($"'{element.Name}' can't be rolled back to the snapshot '{row.Name}', which does not hold it.")
                {
                    Element = element.Name,
                    Recommendation = "List the snapshots of the element, and take one of them.",
                };
        }

        return [.. array.RequireSnapshot(db, snapshot).Sources
            .Select(uuid => ElementRows.ByUuid(db, uuid) is { } member
                ? new StorageElement { Uuid = uuid, Name = member.Name, SizeBytes = member.Size }
                : new StorageElement { Uuid = uuid })];
    }

    private static void InPlace(LocalArray array, string snapshot, List<ElementRow> rows, CancellationToken cancellationToken)
    {
        using var leases = Leases.Take(array, rows);
        Finish(array, rows, () =>
        {
            for (var i = 0; i < rows.Count; i++)
            {
                using var spare = NewSpare(array, rows[i]);
                array.Pool.Clone(leases[i].File, spare, cancellationToken);
                LinuxFile.Sync(spare);
            }

            LinuxFile.SyncFolder(array.Folder.Pending);
            array.Database.Write(db => rows.ForEach(row => IntentRows.Insert(db, new(row.Uuid, IntentKind.RestoreInPlace, row.Size, snapshot))),
                cancellationToken);
            for (var i = 0; i < rows.Count; i++)
            {
                using var content = LinuxFile.Open(array.Folder.SnapshotMember(snapshot, rows[i].Uuid), write: false);
                var size = RandomAccess.GetLength(content);
                if (size < RandomAccess.GetLength(leases[i].File))
                {
                    // Clones share whole blocks, and leave what lies behind them.
                    LinuxFile.SetLength(leases[i].File, size);
                }

                Steps.At("restoring");
                array.Pool.Clone(content, leases[i].File, CancellationToken.None);
                Steps.At("restored");
                if (!rows[i].Thin)
                {
                    // Holes from the snapshot get reserved blocks again.
                    LinuxFile.Reserve(leases[i].File, 0, size);
                }

                LinuxFile.Sync(leases[i].File);
                rows[i] = rows[i] with { Size = size };
            }

            Settled(array, rows);
        }, isCompleted: static () => false, isLeased: true);
    }

    private static void ByReplacing(LocalArray array, string snapshot, List<ElementRow> rows, CancellationToken cancellationToken)
    {
        // Refused before the long copy.
        Leases.Take(array, rows).Dispose();
        RequireRoom(array, snapshot, rows);
        var isDecided = false;
        Finish(array, rows, Work, () => isDecided, isLeased: false);

        void Work()
        {
            for (var i = 0; i < rows.Count; i++)
            {
                using var content = LinuxFile.Open(array.Folder.SnapshotMember(snapshot, rows[i].Uuid), write: false);
                using var spare = NewSpare(array, rows[i]);
                array.Pool.Allocate(spare, RandomAccess.GetLength(content), rows[i].Thin);
                array.Pool.Clone(content, spare, cancellationToken);
                LinuxFile.Sync(spare);
                rows[i] = rows[i] with { Size = RandomAccess.GetLength(content) };
            }

            LinuxFile.SyncFolder(array.Folder.Pending);
            using var leases = Leases.Take(array, rows);
            array.Database.Write(db => rows.ForEach(row => IntentRows.Insert(db, new(row.Uuid, IntentKind.RestoreByReplacing, row.Size, snapshot))),
                cancellationToken);
            isDecided = true;
            foreach (var row in rows)
            {
                var volume = array.LocateVolume(row.Uuid);
                LinuxFile.Rename(array.Folder.Spare(row.Uuid), volume);
                Steps.At("replaced");
                LinuxFile.SyncFolder(Path.GetDirectoryName(volume)!);
            }

            Settled(array, rows);
        }
    }

    /// <summary>New content that can't fit, that of all volumes together, is refused before it uses up the space of the thin volumes.</summary>
    private static void RequireRoom(LocalArray array, string snapshot, List<ElementRow> rows)
    {
        var needed = array.Database.Read(JobRows.BytesToCopy);
        foreach (var row in rows)
        {
            using var content = LinuxFile.Open(array.Folder.SnapshotMember(snapshot, row.Uuid), write: false);
            needed = checked(needed + (row.Thin ? LinuxFile.CountData(content) : RandomAccess.GetLength(content)));
        }

        array.Pool.RequireFree(needed);
    }

    /// <summary>A file beside the volume. An existing one was left by a process that died before it saved its intent: the element is locked here.</summary>
    private static SafeFileHandle NewSpare(LocalArray array, ElementRow row)
    {
        LinuxFile.Remove(array.Folder.Spare(row.Uuid));
        var spare = LinuxFile.Create(array.Folder.Spare(row.Uuid));
        QosLevels.Apply(array.Pool, spare, row.Qos);
        return spare;
    }

    /// <summary>A volume whose file is gone gets an empty one, which the restore fills.</summary>
    private static void EnsureFile(LocalArray array, ElementRow row)
    {
        if (Damages.Find(array, row) == Damages.FileGone)
        {
            using var file = LinuxFile.Create(row.Online ? array.Folder.Volume(row.Uuid) : array.Folder.ParkedVolume(row.Uuid));
            QosLevels.Apply(array.Pool, file, row.Qos);
            LinuxFile.Sync(file);
            LinuxFile.SyncFolder(row.Online ? array.Folder.Volumes : array.Folder.Parked);
        }
    }

    private static void Settled(LocalArray array, List<ElementRow> rows) => array.Database.Write(
        db => rows.ForEach(row =>
        {
            ElementRows.SetSize(db, row.Uuid, row.Size);
            IntentRows.Delete(db, row.Uuid);
        }),
        CancellationToken.None);

    /// <summary>
    /// Does the work; an error restores everything, or what is decided is completed nevertheless. No file stays beside the volumes in any case.
    /// </summary>
    private static void Finish(LocalArray array, List<ElementRow> rows, Action work, Func<bool> isCompleted, bool isLeased)
    {
        try
        {
            work();
        }
        catch
        {
            rows.ForEach(row => Recovery.TrySettle(array, row.Uuid, isLeased));
            if (!isCompleted() || array.Database.Read(db => rows.Exists(row => IntentRows.Of(db, row.Uuid) is not null)))
            {
                throw;
            }
        }
        finally
        {
            foreach (var row in rows)
            {
                RemoveSpare(array, row.Uuid);
            }
        }
    }

    private static void RemoveSpare(LocalArray array, string uuid)
    {
        try
        {
            // It is needed while its intent exists: the next open settles it.
            if (array.Database.Read(db => IntentRows.Of(db, uuid)) is null)
            {
                LinuxFile.Remove(array.Folder.Spare(uuid));
            }
        }
        catch (Exception e) when (e is IOException or Microsoft.Data.Sqlite.SqliteException)
        {
        }
    }

    private sealed class Leases : IDisposable
    {
        private readonly List<FileLease> _leases = [];

        public FileLease this[int index] => _leases[index];

        public static Leases Take(LocalArray array, List<ElementRow> rows)
        {
            var taken = new Leases();
            try
            {
                rows.ForEach(row => taken._leases.Add(array.Lease(row)));
                return taken;
            }
            catch
            {
                taken.Dispose();
                throw;
            }
        }

        public void Dispose() => _leases.ForEach(lease => lease.Dispose());
    }
}
