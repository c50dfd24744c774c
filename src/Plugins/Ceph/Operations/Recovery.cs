using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>
/// Completes or undoes work whose process died. Rolling back and shrinking are begun again where they were started, because half of them is neither the
/// old nor the new; a snapshot of several elements whose call never returned is removed.
/// </summary>
internal static class Recovery
{
    /// <summary>Settles what processes left that are gone. Work that can't be settled now stays, and keeps everybody away from its images.</summary>
    public static void Run(Elements elements)
    {
        foreach (var (id, _) in elements.Catalog.Intents().Where(intent => IsInterrupted(intent.Entry.Owner)).ToList())
        {
            // This process may be at work on it, or another one of this machine may be settling it already.
            using var held = elements.Pool.Locks.TryTake(id);
            if (held is not null && TryClaim(elements, id) is { } entry)
            {
                TrySettle(elements, id, entry);
            }
        }
    }

    /// <summary>Settles work of this process that failed.</summary>
    public static void TrySettleOwn(Elements elements, string id)
    {
        try
        {
            if (elements.Pool.Store.Read(CancellationToken.None).Intents().FirstOrDefault(intent => intent.Id == id).Entry is { } entry)
            {
                Settle(new(elements.Pool, elements.Server, CancellationToken.None), id, entry);
            }
        }
        catch (StorageConnectException e)
        {
            elements.Pool.Log.Warning($"The interrupted work {id} could not be settled: {e.Message}");
        }
    }

    /// <summary>Removes a snapshot that a process made for a moment and left when it died.</summary>
    /// <param name="elements">The pool.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="isLocked">The caller holds the element's lock: no living process of this machine needs such a snapshot.</param>
    /// <returns>True when it was one, and is gone.</returns>
    public static bool TryRemoveTemporary(Elements elements, ImageSnapshot snapshot, bool isLocked = false)
    {
        if (ImageNames.OwnerOfTemporary(snapshot.Name) is not { } owner || !(Owners.IsGone(owner) || (isLocked && Owners.IsThisProcess(owner))))
        {
            return false;
        }

        try
        {
            elements.Rbd.RemoveSnapshot(snapshot.ImageName, snapshot.Name, elements.Token);
            return true;
        }
        catch (StorageConnectException e)
        {
            elements.Pool.Log.Warning($"The snapshot {snapshot.ImageName}@{snapshot.Name} of an interrupted operation could not be removed: {e.Message}");
            return false;
        }
    }

    /// <summary>Removes an image whose process died, or failed, before it was whole.</summary>
    /// <param name="elements">The pool.</param>
    /// <param name="imageName">The image.</param>
    /// <param name="waits">The tool that wrote it was killed a moment ago, and the cluster still takes it for a client.</param>
    public static void TryRemoveUnfinished(Elements elements, string imageName, bool waits = false)
    {
        try
        {
            if (waits)
            {
                Guards.RequireUnused(new(elements.Pool, elements.Server, CancellationToken.None), new("", imageName, 0, null));
            }

            elements.Rbd.Remove(imageName, CancellationToken.None);
        }
        catch (NotFoundException)
        {
            // It was never made, or has the element's name already.
        }
        catch (StorageConnectException e)
        {
            elements.Pool.Log.Warning($"The image {imageName}, which was never written whole, could not be removed: {e.Message}");
        }
    }

    /// <summary>True for work that nobody does any more, if nobody holds its lock.</summary>
    private static bool IsInterrupted(string owner) => Owners.IsGone(owner) || Owners.IsThisProcess(owner);

    /// <summary>Makes interrupted work this process's own, so that no other machine settles it too.</summary>
    /// <returns>The note as it was; null where the work was settled, or claimed, since the catalog was read.</returns>
    private static IntentEntry? TryClaim(Elements elements, string id)
    {
        Steps.At("interrupted");
        try
        {
            return elements.Pool.Store.Locked(
                (catalog, token) =>
                {
                    elements.Take(catalog);
                    if (catalog.Intent(id) is not { } now || !IsInterrupted(now.Owner))
                    {
                        return null;
                    }

                    elements.Pool.Store.Set(PoolCatalog.IntentKind + id, now with { Owner = Owners.Current }, token);
                    return now;
                },
                elements.Token);
        }
        catch (StorageConnectException e)
        {
            elements.Pool.Log.Warning($"The interrupted work {id} could not be settled yet: {e.Message}");
            return null;
        }
    }

    private static void TrySettle(Elements elements, string id, IntentEntry entry)
    {
        try
        {
            Settle(elements, id, entry);
            elements.Pool.Log.Information($"Interrupted work was settled: {entry.Kind}, begun {entry.Began:u}.");
        }
        catch (StorageConnectException e)
        {
            elements.Pool.Log.Warning($"Interrupted work could not be settled yet: {entry.Kind}, begun {entry.Began:u}: {e.Message}");
            TryGiveBack(elements, id, entry.Owner);
        }

        elements.Reload();
    }

    /// <summary>Other processes may be able to settle the work before this one tries again.</summary>
    private static void TryGiveBack(Elements elements, string id, string owner)
    {
        try
        {
            elements.Pool.Store.Locked(
                (catalog, token) =>
                {
                    if (catalog.Intent(id) is { } now)
                    {
                        elements.Pool.Store.Set(PoolCatalog.IntentKind + id, now with { Owner = owner }, token);
                    }

                    return true;
                },
                CancellationToken.None);
        }
        catch (StorageConnectException)
        {
            // This process tries again, or others once it ended.
        }
    }

    private static void Settle(Elements elements, string id, IntentEntry entry)
    {
        if (!entry.IsPlanned)
        {
            Complete(elements, id, entry);
        }

        if (entry.Kind == IntentKind.RestoreMulti)
        {
            MultiSnapshots.Tidy(elements, entry.Snapshot, keep: true);
        }

        elements.Pool.Store.Remove(PoolCatalog.IntentKind + id, elements.Token);
        if (entry.ChangesContent)
        {
            // After the note is gone: a mark that is followed before has the daemon serve nothing.
            elements.Reload();
            foreach (var image in entry.Images)
            {
                elements.Pool.Export.Mark(image, resized: false, elements);
            }
        }
    }

    private static void Complete(Elements elements, string id, IntentEntry entry)
    {
        var renewal = new IntentRenewal(elements.Pool, id);
        var images = entry.Images.Select(image => elements.Rbd.FindById(image, elements.Token)).OfType<Image>().ToList();
        switch (entry.Kind)
        {
            case IntentKind.Restore:
                RollBack(elements, images, entry, renewal);
                break;
            case IntentKind.Shrink:
                foreach (var image in images.Where(image => image.Size > entry.Size))
                {
                    RequireUnused(elements, image);
                    elements.Rbd.Resize(image.Name, entry.Size, shrinks: true, _ => renewal.GoOn(), elements.Token);
                }

                break;
            case IntentKind.RestoreMulti:
                if (images.Count == entry.Images.Count && elements.Catalog.Multi(entry.Snapshot) is not null)
                {
                    images.ForEach(image => RequireUnused(elements, image));
                    MultiSnapshots.Join(elements, entry.Snapshot, images);
                    MultiSnapshots.RollBack(elements, entry.Snapshot, _ => renewal.GoOn());
                }

                break;
            case IntentKind.CreateMulti:
                MultiSnapshots.Tidy(elements, entry.Snapshot, keep: elements.Pool.Store.Read(elements.Token).Multi(entry.Snapshot) is not null);
                break;
            case IntentKind.RemoveMulti:
                MultiSnapshots.Erase(elements, entry.Snapshot);
                break;
            case IntentKind.CreateSnapshot:
                images.ForEach(image => Copies.NoteSnapshot(elements, image, entry.Snapshot, entry.Name, elements.Token));
                break;
        }
    }

    private static void RollBack(Elements elements, List<Image> images, IntentEntry entry, IntentRenewal renewal)
    {
        foreach (var image in images)
        {
            if (elements.Rbd.ListSnapshots(image, elements.Token).Find(IsIt) is { } snapshot)
            {
                RequireUnused(elements, image);
                elements.Rbd.Rollback(image.Name, snapshot.Name, _ => renewal.GoOn(), elements.Token);
            }
        }

        bool IsIt(ImageSnapshot found) =>
            found.Kind == SnapshotKind.User && (entry.SnapshotId is { } id ? found.Id == id : found.Name == entry.Snapshot);
    }

    private static void RequireUnused(Elements elements, Image image)
    {
        if (!Guards.IsUnused(elements, image))
        {
            throw CephErrors.InUse(elements.NameOf(image.Name), "a client has it open");
        }
    }
}
