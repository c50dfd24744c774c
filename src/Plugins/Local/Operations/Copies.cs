using Microsoft.Win32.SafeHandles;
using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>Creates snapshots and clones: immediately where blocks can be shared, by a job where they must be copied.</summary>
internal static class Copies
{
    /// <summary>One snapshot of one or several elements, all at the same instant.</summary>
    /// <returns>The snapshot, with its job while it is being copied.</returns>
    public static async Task<(ElementRow Row, JobRow? Job)> SnapshotAsync(LocalArray array, IReadOnlyList<StorageElement> elements, StorageElement? wanted,
        CancellationToken cancellationToken)
    {
        using var held = Volumes.Lock(array, elements, cancellationToken);
        var members = array.Database.Read(db => elements.DistinctBy(element => element.Uuid).Select(element => array.RequireVolume(db, element)).ToList());
        var uuid = Identities.NewUuid();
        var now = Volumes.Now();
        var name = ChooseName(wanted, members[0].Name, "snapshot", uuid, now);
        var row = new ElementRow
        {
            Uuid = uuid,
            Name = name,
            Type = StorageElementType.Snapshot,
            Size = members.Aggregate(0L, (sum, member) => sum > long.MaxValue - member.Size ? long.MaxValue : sum + member.Size),
            Qos = members[0].Qos,
            Thin = true,

            // Snapshots are never exported.
            Online = false,
            Ready = array.Pool.ClonesInstantly,
            Created = now,
            Sources = members.Select(member => member.Uuid).ToValueList(),
            SourceNames = members.Select(member => member.Name).ToValueList(),
        };
        var sources = members.Select(member => new Source(member.Uuid, member.Uuid)).ToArray();
        array.Database.Read(db => Volumes.RequireFree(db, name));
        members.ForEach(member => RequireWhole(array, member));
        if (!array.Pool.ClonesInstantly)
        {
            members.ForEach(member => RequireOffline(array, member));
            RequireRoom(array, sources);
            return (row, array.Jobs.Begin(row, sources, cancellationToken));
        }

        using var released = members.Count > 1 ? array.Export.Release(members, evenInUse: false, cancellationToken) : null;
        using var making = await PendingFiles.BeginAsync(array, uuid);
        LinuxFile.EnsureFolder(array.Folder.Snapshot(uuid));
        var files = new List<SafeFileHandle>();
        try
        {
            CloneMembers(array, row, members, files, cancellationToken);
            await array.Syncs.SyncAsync(files, array.Folder.Snapshot(uuid), array.Folder.Snapshots);
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }

        await InsertAsync(array, row, sources, cancellationToken);
        return (row, null);
    }

    /// <summary>A clone of an element, or of its state in a snapshot.</summary>
    /// <returns>The clone, with its job while it is being copied.</returns>
    public static async Task<(ElementRow Row, JobRow? Job)> CloneAsync(LocalArray array, StorageElement element, StorageElement? snapshot,
        StorageElement? wanted, string? qos, CancellationToken cancellationToken)
    {
        using var held = Volumes.Lock(array, snapshot is null ? [element] : [element, snapshot], cancellationToken);
        var (source, frozen) = array.Database.Read(
            db => (array.RequireVolume(db, element), snapshot is null ? null : RequireMember(array, db, snapshot, element)));
        var uuid = Identities.NewUuid();
        var now = Volumes.Now();
        var name = ChooseName(wanted, source.Name, "clone", uuid, now);
        var quality = QosLevels.Choose(array.Pool, qos, name, otherwise: frozen?.Qos ?? source.Qos);
        RequireWhole(array, frozen ?? source);
        using var content = frozen is null
            ? array.OpenVolume(source, write: false)
            : LinuxFile.Open(array.Folder.SnapshotMember(frozen.Uuid, source.Uuid), write: false);
        var made = new Source(frozen?.Uuid ?? source.Uuid, source.Uuid);
        var row = new ElementRow
        {
            Uuid = uuid,
            Name = name,

            // A copy shares nothing, and is independent at once.
            Type = array.Pool.ClonesInstantly ? StorageElementType.SnapClone : StorageElementType.Lun,
            Size = Math.Min(RandomAccess.GetLength(content), frozen is { Sources.Count: > 1 } ? long.MaxValue : (frozen ?? source).Size),
            Page83Id = Identities.NewPage83Id(),
            Qos = quality,
            Thin = true,
            Online = true,
            IsClone = true,
            Ready = array.Pool.ClonesInstantly,
            Created = now,
            Sources = [made.Uuid],
            SourceNames = [(frozen ?? source).Name],
        };
        array.Database.Read(db => Volumes.RequireFree(db, name));
        if (!array.Pool.ClonesInstantly)
        {
            if (frozen is null)
            {
                RequireOffline(array, source);
            }

            RequireRoom(array, [made]);
            return (row, array.Jobs.Begin(row, [made], cancellationToken));
        }

        using var making = await PendingFiles.BeginAsync(array, uuid);
        using (var volume = CloneFile(array, content, row.Size, array.Folder.Volume(uuid), quality, cancellationToken))
        {
            await PendingFiles.SyncVolumeAsync(array, volume);
        }

        await InsertAsync(array, row, [made], cancellationToken);
        return (row, null);
    }

    /// <summary>Gives a clone blocks of its own.</summary>
    public static ElementRow Split(LocalArray array, StorageElement element, CancellationToken cancellationToken)
    {
        using var held = Volumes.Lock(array, element, cancellationToken);
        var row = array.Database.Read(db => array.RequireVolume(db, element));
        if (row.Type != StorageElementType.SnapClone)
        {
            throw new NoSuchOperationException($"'{row.Name}' shares no blocks with a source; there is nothing to split.")
            {
                Element = row.Name,
                Recommendation = "Use it as it is.",
            };
        }

        if (array.Pool.Capabilities.SplitClone == Ability.Offline)
        {
            RequireOffline(array, row);
        }

        // No intent: the content never changes, and a partly split clone is still a clone.
        using (var volume = array.OpenVolume(row, write: true))
        {
            array.Pool.Split(volume, cancellationToken);
        }

        array.Database.Write(db => ElementRows.SetSplit(db, row.Uuid), cancellationToken);
        return array.Database.Read(db => array.RequireVolume(db, element));
    }

    public static async Task RemoveSnapshotAsync(LocalArray array, StorageElement snapshot, CancellationToken cancellationToken)
    {
        using var held = Volumes.Lock(array, snapshot, cancellationToken);
        await Volumes.DiscardAsync(
            array,
            snapshot.Uuid,
            db =>
            {
                var row = array.RequireSnapshot(db, snapshot);
                Volumes.RequireNotCopied(db, row);
                return row;
            },
            cancellationToken);
    }

    /// <summary>The snapshot, when the element is in it.</summary>
    public static ElementRow RequireMember(LocalArray array, PoolConnection db, StorageElement snapshot, StorageElement element)
    {
        var row = array.RequireSnapshot(db, snapshot);
        return row.Sources.Contains(element.Uuid)
            ? row
            : throw new NotFoundException($"The snapshot '{row.Name}' does not hold '{element.Name}'.")
            {
                ErrorId = "SnapshotNotFound",
                Element = row.Name,
                Recommendation = "List the snapshots of the element, and take one of them.",
            };
    }

    public static void RequireOffline(LocalArray array, ElementRow row)
    {
        if (!Recovery.IsOffline(array, row))
        {
            throw new StorageElementBusyException($"'{row.Name}' is online; in this pool this can be done only while it is offline.")
            {
                ErrorId = "StorageElementOnline",
                Element = row.Name,
                Recommendation = "Take it offline first.",
            };
        }
    }

    /// <summary>A clone or snapshot of a truncated volume would look complete.</summary>
    public static void RequireWhole(LocalArray array, ElementRow row)
    {
        if (Damages.Find(array, row) is { } problem && !Damages.IsTooLong(array, row))
        {
            throw Damages.Error(array, row, problem);
        }
    }

    /// <summary>A copy that can't fit is refused before it uses up the space of the thin volumes.</summary>
    public static void RequireRoom(LocalArray array, IReadOnlyList<Source> sources) =>
        array.Pool.RequireFree(checked(CopyPlan.CountData(array, sources) + array.Database.Read(JobRows.BytesToCopy)));

    /// <param name="array">The pool.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="members">The elements.</param>
    /// <param name="clones">Gets the new files, open: they are not synced.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    private static void CloneMembers(LocalArray array, ElementRow snapshot, List<ElementRow> members, List<SafeFileHandle> clones,
        CancellationToken cancellationToken)
    {
        var files = new List<SafeFileHandle>();
        var held = new List<IDisposable>();
        try
        {
            // Several files are one point in time only if none of them is written between the first clone and the last.
            var proof = members.Count > 1;
            var open = new List<string>();
            var waiting = LocalArray.NewLeaseWait();
            foreach (var member in members)
            {
                if (!proof)
                {
                    var file = array.OpenVolume(member, write: false);
                    held.Add(file);
                    files.Add(file);
                }
                else if (array.TryLease(member, waiting, cancellationToken) is { } lease)
                {
                    held.Add(lease);
                    files.Add(lease.File);
                }
                else
                {
                    open.Add(member.Name);
                }
            }

            if (open.Count > 0)
            {
                throw new StorageElementBusyException(
                    $"A snapshot of several elements needs all of them unused for a moment; open: '{string.Join("', '", open)}'.")
                {
                    ErrorId = "StorageElementInUse",
                    Element = open[0],
                    Retryable = true,
                    Recommendation = "Stop what uses them or take them offline, or make a snapshot of each.",
                };
            }

            for (var i = 0; i < members.Count; i++)
            {
                var path = array.Folder.SnapshotMember(snapshot.Uuid, members[i].Uuid);
                clones.Add(CloneFile(array, files[i], members[i].Size, path, QosLevels.Standard, cancellationToken));
            }
        }
        finally
        {
            held.ForEach(file => file.Dispose());
        }
    }

    /// <returns>The clone, open: it is not synced.</returns>
    private static SafeFileHandle CloneFile(LocalArray array, SafeFileHandle source, long size, string path, string quality,
        CancellationToken cancellationToken)
    {
        var target = LinuxFile.Create(path);
        try
        {
            QosLevels.Apply(array.Pool, target, quality);
            array.Pool.Clone(source, target, cancellationToken);
            if (RandomAccess.GetLength(target) > size)
            {
                // Earlier versions enlarged files to whole blocks when they were split.
                LinuxFile.SetLength(target, size);
            }

            Steps.At("cloned");
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    private static Task<bool> InsertAsync(LocalArray array, ElementRow row, Source[] sources, CancellationToken cancellationToken) =>
        array.Database.WriteTogetherAsync(
            db =>
            {
                Volumes.RequireFree(db, row.Name);
                ElementRows.Insert(db, row, sources);
                return true;
            },
            cancellationToken);

    private static string ChooseName(StorageElement? wanted, string source, string word, string uuid, DateTimeOffset now) =>
        wanted is null ? ElementNames.Derive(source, word, uuid, now) : ElementNames.Check(wanted.Name, word == "clone" ? "the clone" : "the snapshot");
}
