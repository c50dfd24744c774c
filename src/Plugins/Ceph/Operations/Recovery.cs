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
        foreach (var (id, entry) in elements.Catalog.Intents().Where(intent => IsInterrupted(intent.Entry.Owner)).ToList())
        {
            // This process may be at work on it, or another one of this machine may be settling it already.
            using var held = elements.Pool.Locks.TryTake(id);
            if (held is not null)
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
    public static void TryRemoveUnfinished(Elements elements, string imageName)
    {
        try
        {
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
        }

        elements.Reload();
    }

    private static void Settle(Elements elements, string id, IntentEntry entry)
    {
        if (!entry.IsPlanned)
        {
            Complete(elements, entry);
        }

        elements.Pool.Store.Remove(PoolCatalog.IntentKind + id, elements.Token);
    }

    private static void Complete(Elements elements, IntentEntry entry)
    {
        var images = entry.Images.Select(image => elements.Rbd.FindById(image, elements.Token)).OfType<Image>().ToList();
        switch (entry.Kind)
        {
            case IntentKind.Restore:
                RollBack(elements, images, entry.Snapshot);
                break;
            case IntentKind.Shrink:
                foreach (var image in images.Where(image => image.Size > entry.Size))
                {
                    RequireUnused(elements, image);
                    elements.Rbd.Resize(image.Name, entry.Size, shrinks: true, elements.Token);
                }

                break;
            case IntentKind.RestoreMulti:
                if (images.Count == entry.Images.Count && elements.Catalog.Multi(entry.Snapshot) is not null)
                {
                    images.ForEach(image => RequireUnused(elements, image));
                    elements.Rbd.RollbackGroup(ImageNames.MultiGroup(entry.Snapshot), MultiSnapshots.SnapshotName, elements.Token);
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

    private static void RollBack(Elements elements, List<Image> images, string snapshot)
    {
        foreach (var image in images)
        {
            if (elements.Rbd.ListSnapshots(image, elements.Token).Any(found => found.Kind == SnapshotKind.User && found.Name == snapshot))
            {
                RequireUnused(elements, image);
                elements.Rbd.Rollback(image.Name, snapshot, elements.Token);
            }
        }
    }

    private static void RequireUnused(Elements elements, Image image)
    {
        if (!Guards.IsUnused(elements, image))
        {
            throw CephErrors.InUse(elements.NameOf(image.Name), "a client has it open");
        }
    }
}
