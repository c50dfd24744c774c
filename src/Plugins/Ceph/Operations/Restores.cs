using StorageConnect.PluginKit.Locks;
using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>Rolling images back. The cluster does it under writers; here it is done only when nobody has the image open.</summary>
internal static class Restores
{
    public static void Restore(Elements elements, StorageElement snapshot, StorageElement? element)
    {
        var found = elements.RequireSnapshot(snapshot);
        RequireMember(elements, found, element, snapshot.Name);
        var known = found.Images.ToDictionary(id => id, id => elements.Rbd.FindById(id, elements.Token)?.Size ?? 0, StringComparer.Ordinal);
        using var held = Volumes.Lock(
            elements, found.Images.Select(image => new StorageElement { Uuid = elements.Pool.Identity.OfImage(image), Name = snapshot.Name }));
        var images = found.Images.Select(image => elements.Rbd.FindById(image, elements.Token)
            ?? throw CephErrors.Missing(CephObject.Image, $"{snapshot.Name} (image {image})")).ToList();
        Guards.RequireFree(elements, elements.Catalog, images);
        images.ForEach(image => RequireNotGrown(elements, found, image, known[image.Id]));
        using var released = elements.Pool.Export.Release(elements, images, evenInUse: false);
        images.ForEach(image => Guards.RequireUnused(elements, image));
        using var intent = Intent.Begin(
            elements,
            new()
            {
                Kind = found.Single is null ? IntentKind.RestoreMulti : IntentKind.Restore,
                Images = found.Images,
                Snapshot = found.Single?.Name ?? found.Uuid,
                SnapshotId = found.Single?.Id,
            },
            images);

        // The image may have been renamed, enlarged or opened, while nobody was kept away from it.
        images = images.ConvertAll(image => Volumes.Again(elements, image));
        foreach (var image in images)
        {
            RequireNotGrown(elements, found, image, known[image.Id]);
            Guards.RequireUnused(elements, image);
        }

        if (found.Single is { } single)
        {
            var image = Volumes.Again(elements, images[0]);
            single = Copies.Again(elements, image, single);
            intent.Change("rolling back", () => elements.Rbd.Rollback(image.Name, single.Name, intent.GoOn, elements.Token));
        }
        else
        {
            MultiSnapshots.Join(elements, found.Uuid, images);
            intent.Change("rolling back", () => MultiSnapshots.RollBack(elements, found.Uuid, intent.GoOn));
            MultiSnapshots.Tidy(elements, found.Uuid, keep: true);
        }

        Steps.At("rolled back");
        intent.End();
        elements.Reload();
    }

    /// <summary>
    /// Whether an image may become smaller was decided by its size before this call. One that has been enlarged since must not lose what was added.
    /// </summary>
    private static void RequireNotGrown(Elements elements, FoundSnapshot found, Image image, long known)
    {
        if (image.Size > known && elements.Rbd.ListSnapshots(image, elements.Token).Find(IsIt) is { } content && content.Size < image.Size)
        {
            throw OvertakenChange.Error(elements.NameOf(image.Name), image.Size, content.Size);
        }

        bool IsIt(ImageSnapshot snapshot) => found.Single is { } single
            ? snapshot.Id == single.Id
            : snapshot.Kind == SnapshotKind.Group && snapshot.Group == ImageNames.MultiGroup(found.Uuid);
    }

    /// <summary>Whether it would go at this moment.</summary>
    public static bool IsPossible(Elements elements, StorageElement snapshot, StorageElement? element)
    {
        var found = elements.RequireSnapshot(snapshot);
        if (element is not null && (found.Images.Count > 1 || elements.Pool.Identity.OfImage(found.Images[0]) != element.Uuid))
        {
            return false;
        }

        return found.Images.All(id => elements.Rbd.FindById(id, elements.Token) is { } image && IsIdle(elements, image));
    }

    /// <summary>True when no client has the image open. The target daemon closes an image that no initiator is logged in to.</summary>
    private static bool IsIdle(Elements elements, Image image)
    {
        if (elements.Catalog.Intents().Any(intent => intent.Entry.Images.Contains(image.Id)))
        {
            return false;
        }

        var sessions = elements.Pool.Export.GetSessions(elements, image);
        return sessions is { Count: > 0 } ? false : elements.Rbd.ListWatchers(image.Name, elements.Token).Count <= (sessions is null ? 0 : 1);
    }

    private static void RequireMember(Elements elements, FoundSnapshot found, StorageElement? element, string name)
    {
        if (element is null)
        {
            return;
        }

        if (!found.Images.Any(image => elements.Pool.Identity.OfImage(image) == element.Uuid))
        {
            throw PluginError.SnapRestoreNotSafe(name, $"The snapshot '{name}' does not hold '{element.Name}', and a restore would change another element.",
                "List the snapshots of the element, and take one of them.", id: "SnapRestoreNotSafe");
        }

        if (found.Images.Count > 1)
        {
            throw PluginError.SnapRestoreNotSafe(name,
                $"'{name}' is a snapshot of {found.Images.Count} elements, which the cluster rolls back together only.",
                "Restore all of its elements, or take a snapshot of the element alone.", id: "SnapRestoreNotSafe");
        }
    }
}
