using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Locks;
using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Errors;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>Creates, resizes and removes volumes, and sets them online and offline.</summary>
internal static class Volumes
{
    private const int SectorSize = 512;

    public static async Task<ElementRow> CreateAsync(LocalArray array, StorageElement wanted, bool thin, string? qos, CancellationToken cancellationToken)
    {
        var name = ElementNames.Check(wanted.Name, "the storage element");
        var size = Sectors(wanted.SizeBytes, name);
        var quality = QosLevels.Choose(array.Pool, qos, name);
        if (!string.IsNullOrEmpty(wanted.VolumeGroupName) && wanted.VolumeGroupName != array.Folder.Name)
        {
            throw new InvalidRequestException($"There is no volume group '{wanted.VolumeGroupName}'; the pool has one, '{array.Folder.Name}'.")
            {
                ErrorId = "VolumeGroupUnknown",
                Element = wanted.VolumeGroupName,
                Recommendation = $"Give no volume group, or '{array.Folder.Name}'.",
            };
        }

        array.Database.Read(db => RequireFree(db, name));
        cancellationToken.ThrowIfCancellationRequested();
        var row = new ElementRow
        {
            Uuid = Identities.NewUuid(),
            Name = name,
            Type = StorageElementType.Lun,
            Size = size,
            Page83Id = Identities.NewPage83Id(),
            Qos = quality,
            Thin = thin,
            Online = true,
            Created = Now(),
        };
        using (await PendingFiles.BeginAsync(array, row.Uuid))
        {
            using (var volume = LinuxFile.Create(array.Folder.Volume(row.Uuid)))
            {
                Steps.At("file");
                QosLevels.Apply(array.Pool, volume, quality);
                array.Pool.Allocate(volume, size, thin);
                await PendingFiles.SyncVolumeAsync(array, volume);
            }

            return await array.Database.WriteTogetherAsync(
                db =>
                {
                    RequireFree(db, name);
                    ElementRows.Insert(db, row);
                    return row;
                },
                cancellationToken);
        }
    }

    public static ElementRow Resize(LocalArray array, StorageElement element, long newSize, CancellationToken cancellationToken)
    {
        var size = Sectors(newSize, element.Name);
        using var held = Lock(array, element, cancellationToken);
        var row = array.Database.Read(db => RequireIdle(array, db, element));
        if (size == row.Size)
        {
            return row;
        }

        OvertakenChange.Check(element, row.Size, newSize, size);
        if (!Damages.IsTooLong(array, row))
        {
            Damages.RequireWhole(array, row);
        }

        // An initiator may be using the part that a shrink cuts off.
        using var released = size < row.Size ? array.Export.Release([row], evenInUse: false, cancellationToken) : null;
        using var lease = size < row.Size ? array.Lease(row) : null;
        array.Database.Write(db => IntentRows.Insert(db, new(row.Uuid, IntentKind.Resize, size, null)), cancellationToken);
        Exception? failure = null;
        IReadOnlyList<ExportMark> marks = [];
        try
        {
            using (var volume = lease is null ? array.OpenVolume(row, write: true) : null)
            {
                array.Pool.Resize(volume ?? lease!.File, row.Size, size, row.Thin);
            }

            marks = array.Database.Write(
                db =>
                {
                    ElementRows.SetSize(db, row.Uuid, size);
                    IntentRows.Delete(db, row.Uuid);
                    return released is null && row.Groups.Count > 0 ? ExportRows.Mark(db, [row.Uuid], resized: true) : [];
                },
                CancellationToken.None);
        }
        catch (Exception e)
        {
            failure = e;
            Recovery.TrySettle(array, row.Uuid, isLeased: lease is not null);
        }

        // A completed shrink has succeeded despite the error.
        var now = array.Database.Read(db => array.RequireVolume(db, element));
        array.Export.Targets.Follow(marks, cancellationToken);
        return failure is null || now.Size == size ? now : throw ErrorMapping.Translate(failure, array.Folder, row.Name);
    }

    public static async Task RemoveAsync(LocalArray array, StorageElement element, CancellationToken cancellationToken)
    {
        using var held = Lock(array, element, cancellationToken);
        var row = array.Database.Read(db => RequireRemovable(array, db, element));
        using (LeaseIfThere(array, row))
        {
            await DiscardAsync(array, row.Uuid, db => RequireRemovable(array, db, element), cancellationToken);
        }
    }

    public static void Online(LocalArray array, StorageElement element, CancellationToken cancellationToken)
    {
        using var held = Lock(array, element, cancellationToken);
        var row = array.Database.Read(db => array.RequireVolume(db, element));
        if (row.Online)
        {
            return;
        }

        // Its data must not change while it is copied.
        array.Database.Read(db => RequireIdle(array, db, element));
        IReadOnlyList<ExportMark> marks;
        try
        {
            Unpark(array, row.Uuid);
            marks = array.Database.Write(
                db =>
                {
                    ElementRows.SetOnline(db, row.Uuid, true);
                    return row.Groups.Count > 0 ? ExportRows.Mark(db, [row.Uuid]) : [];
                },
                cancellationToken);
        }
        catch
        {
            // What stays offline must not be reachable.
            Recovery.TryPlace(array, row.Uuid);
            throw;
        }

        array.Export.Targets.Follow(marks, cancellationToken);
    }

    public static void Offline(LocalArray array, StorageElement element, CancellationToken cancellationToken)
    {
        using var held = Lock(array, element, cancellationToken);
        var row = array.Database.Read(db => array.RequireVolume(db, element));
        if (Recovery.IsOffline(array, row))
        {
            return;
        }

        using var released = array.Export.Release([row], evenInUse: true, cancellationToken);
        using var lease = LeaseIfThere(array, row);
        array.Database.Write(db => ElementRows.SetOnline(db, row.Uuid, false), cancellationToken);
        try
        {
            if (File.Exists(array.Folder.Volume(row.Uuid)))
            {
                Steps.At("parking");
                LinuxFile.Rename(array.Folder.Volume(row.Uuid), array.Folder.ParkedVolume(row.Uuid));
            }
        }
        catch
        {
            // The caller gets an error, so the element must not stay offline.
            array.Database.Write(db => ElementRows.SetOnline(db, row.Uuid, true), CancellationToken.None);
            throw;
        }

        Steps.At("parked");
        if (lease is { Undisturbed: false })
        {
            // Another process is opening it at this moment, and continues when the lease is released.
            Unpark(array, row.Uuid);
            array.Database.Write(db => ElementRows.SetOnline(db, row.Uuid, true), CancellationToken.None);
            throw new StorageElementBusyException($"'{row.Name}' was opened while it was being taken offline.")
            {
                ErrorId = "StorageElementInUse",
                Element = row.Name,
                Retryable = true,
                Recommendation = $"Stop what uses {array.Folder.Volume(row.Uuid)}, then try again.",
            };
        }
    }

    public static void SetQos(LocalArray array, StorageElement element, string qos, CancellationToken cancellationToken)
    {
        var quality = QosLevels.Choose(array.Pool, qos, element.Name);
        using var held = Lock(array, element, cancellationToken);
        var row = array.Database.Read(db => array.RequireVolume(db, element));
        if (row.Qos == quality)
        {
            return;
        }

        using var released = array.Export.Release([row], evenInUse: false, cancellationToken);
        using var volume = array.OpenVolume(row, write: true);

        // In this order writes are never less durable than the record shows.
        if (quality == QosLevels.Durable)
        {
            QosLevels.Apply(array.Pool, volume, quality);

            // Btrfs keeps no order between the flag of the file and the record.
            LinuxFile.Sync(volume);
        }

        array.Database.Write(db => ElementRows.SetQos(db, row.Uuid, quality), cancellationToken);
        if (quality != QosLevels.Durable)
        {
            QosLevels.Apply(array.Pool, volume, quality);
        }
    }

    /// <summary>Waits until no other operation changes the element, and settles an interrupted change.</summary>
    public static RangeLock Lock(LocalArray array, StorageElement element, CancellationToken cancellationToken) => Lock(array, [element], cancellationToken);

    public static RangeLock Lock(LocalArray array, IReadOnlyList<StorageElement> elements, CancellationToken cancellationToken)
    {
        // An identity that can't be ours has no lock position: the same error as for a missing element.
        if (elements.FirstOrDefault(element => !Identities.IsUuid(element.Uuid)) is { } stranger)
        {
            throw array.Missing(stranger);
        }

        var held = array.Locks.Take(elements.Select(element => (element.Uuid, element.Name)), cancellationToken);
        try
        {
            foreach (var element in elements)
            {
                Recovery.Settle(array, element.Uuid);
                Recovery.TryPlace(array, element.Uuid);
            }

            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Removes a row in one commit, its files afterwards.</summary>
    public static async Task DiscardAsync(LocalArray array, string uuid, Func<PoolConnection, ElementRow> check, CancellationToken cancellationToken)
    {
        var gone = Recovery.TakeGone(array);
        try
        {
            await array.Database.WriteTogetherAsync(
                db =>
                {
                    check(db);
                    ElementRows.Delete(db, uuid);
                    IntentRows.Discard(db, uuid);
                    gone.ForEach(removed => IntentRows.Forget(db, removed));
                    return true;
                },
                cancellationToken);
        }
        catch
        {
            // The next removal deletes the records.
            gone.ForEach(array.Discarded.Enqueue);
            throw;
        }

        Recovery.RemoveDiscarded(array, uuid);
    }

    /// <summary>The element, unless a job reads it.</summary>
    public static ElementRow RequireIdle(LocalArray array, PoolConnection db, StorageElement element)
    {
        var row = array.RequireVolume(db, element);
        RequireNotCopied(db, row);
        return row;
    }

    public static void RequireNotCopied(PoolConnection db, ElementRow row)
    {
        if (JobRows.CopiedFrom(db, row.Uuid) is { } copy)
        {
            throw new StorageElementBusyException($"'{row.Name}' is being copied to '{copy}'.")
            {
                ErrorId = "StorageElementInUse",
                Element = row.Name,
                Retryable = true,
                Recommendation = "Wait until the copy ends, or stop it.",
            };
        }
    }

    /// <exception cref="AlreadyExistsException">The name is in use by a LUN, a clone or a snapshot.</exception>
    public static bool RequireFree(PoolConnection db, string name) => ElementRows.ByName(db, name) is not { } other
        ? true
        : throw new AlreadyExistsException(other.Ready
            ? $"There is a {(other.IsSnapshot ? "snapshot" : "storage element")} named '{name}' already."
            : $"'{name}' is being made already.")
        {
            ErrorId = "StorageElementExists",
            Element = name,
            Recommendation = "Choose another name, or remove that one first.",
        };

    public static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    /// <summary>A lost file needs no proof that it is not open: its element can still be removed or set offline.</summary>
    private static FileLease? LeaseIfThere(LocalArray array, ElementRow row) => File.Exists(array.LocateVolume(row.Uuid)) ? array.Lease(row) : null;

    private static void Unpark(LocalArray array, string uuid)
    {
        if (File.Exists(array.Folder.ParkedVolume(uuid)))
        {
            LinuxFile.Rename(array.Folder.ParkedVolume(uuid), array.Folder.Volume(uuid));
            Steps.At("unparked");
            LinuxFile.SyncFolder(array.Folder.Volumes);
        }
    }

    private static ElementRow RequireRemovable(LocalArray array, PoolConnection db, StorageElement element)
    {
        var row = RequireIdle(array, db, element);
        if (row.Groups.Count > 0)
        {
            throw new StorageElementBusyException($"'{row.Name}' is still presented to {string.Join(", ", row.Groups)}.")
            {
                ErrorId = "StorageElementPresented",
                Element = row.Name,
                Recommendation = "Stop presenting it first.",
            };
        }

        if (ElementRows.HasSnapshots(db, row.Uuid))
        {
            throw new StorageElementBusyException($"'{row.Name}' has snapshots.")
            {
                ErrorId = "StorageElementHasSnapshots",
                Element = row.Name,
                Recommendation = "Remove its snapshots first.",
            };
        }

        return row;
    }

    /// <summary>Disks have whole sectors, one at least: a size is rounded up to the next multiple of 512 bytes.</summary>
    private static long Sectors(long size, string name)
    {
        if (size is >= SectorSize and <= long.MaxValue - (SectorSize - 1))
        {
            return (size + SectorSize - 1) / SectorSize * SectorSize;
        }

        throw new InvalidRequestException(size < SectorSize
            ? $"The size {size} of '{name}' is less than a sector of {SectorSize} bytes."
            : $"The size {size} of '{name}' is more than any file system holds.")
        {
            ErrorId = "SizeInvalid",
            Element = name,
            Recommendation =
                $"Give a size in bytes from {SectorSize} up to what the pool's file system holds, such as 10GB; it is rounded up to a multiple " +
                    $"of {SectorSize}.",
        };
    }
}
