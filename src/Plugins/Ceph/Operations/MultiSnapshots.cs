using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>
/// Snapshots of several elements at one instant. The cluster makes them of groups of images only, so the elements become members of a group for
/// the occasion; the group stays, without members, as long as the snapshot does.
/// </summary>
internal static class MultiSnapshots
{
    /// <summary>The snapshot's name in its group.</summary>
    public const string SnapshotName = "at";

    public static StorageElement Create(Elements elements, IReadOnlyList<StorageElement> wanted, StorageElement? destination)
    {
        var members = wanted.DistinctBy(element => element.Uuid).ToList();
        using var held = Volumes.Lock(elements, members);
        var images = members.ConvertAll(elements.Require);
        var name = Copies.ChooseSnapshotName(destination, elements.NameOf(images[0].Name));
        Copies.RequireFree(elements, name);
        var uuid = Identities.NewUuid();
        var group = ImageNames.MultiGroup(uuid);
        using var intent = Intent.Begin(
            elements, new() { Kind = IntentKind.CreateMulti, Images = [.. images.Select(image => image.Id)], Snapshot = uuid }, images);
        elements.Rbd.CreateGroup(group, elements.Token);
        Join(elements, uuid, images);
        Steps.At("grouped");
        elements.Rbd.CreateGroupSnapshot(group, SnapshotName, elements.Token);
        Steps.At("group snapshot");
        var entry = new MultiEntry
        {
            Name = name,
            Created = Volumes.Now(),
            Images = [.. images.Select(image => image.Id)],
            Names = [.. images.Select(image => elements.NameOf(image.Name))],
            Size = images.Aggregate(0L, (sum, image) => sum > long.MaxValue - image.Size ? long.MaxValue : sum + image.Size),
        };
        elements.Pool.Store.Locked(
            (catalog, token) =>
            {
                elements.Take(catalog);
                Copies.RequireFree(elements, name);
                elements.Pool.Store.Set(PoolCatalog.MultiKind + uuid, entry, token);
                return true;
            },
            elements.Token);
        Steps.At("noted");
        Tidy(elements, uuid, keep: true);
        intent.End();
        elements.Reload();
        return elements.ToElement(uuid, entry);
    }

    public static void Remove(Elements elements, FoundSnapshot found)
    {
        using var held = elements.Pool.Locks.Take([(found.Uuid, found.Multi!.Name)], elements.Token);

        // A rollback to a snapshot that goes meanwhile would leave holes.
        using var intent = Intent.Begin(
            elements, new() { Kind = IntentKind.RemoveMulti, Images = found.Images, Snapshot = found.Uuid }, found.Multi.Name);
        Erase(elements, found.Uuid);
        intent.End();
    }

    /// <summary>Makes images members of a snapshot's group. Releases after Pacific roll back groups only with the members of the snapshot.</summary>
    public static void Join(Elements elements, string uuid, IReadOnlyList<Image> images)
    {
        foreach (var image in images)
        {
            if (!elements.Rbd.TryAddToGroup(ImageNames.MultiGroup(uuid), image.Name, elements.Token))
            {
                throw PluginError.StorageElementBusy(elements.NameOf(image.Name),
                    $"'{elements.NameOf(image.Name)}' is a member of a group of images that others made, and an image is a member of one group only.",
                    "Remove it from that group ('rbd group image rm') first, or use snapshots of each element.", id: "ImageInGroup");
            }
        }
    }

    /// <summary>Rolls the members of a snapshot's group back.</summary>
    public static void RollBack(Elements elements, string uuid, Action<string> onProgress) =>
        elements.Rbd.RollbackGroup(ImageNames.MultiGroup(uuid), SnapshotName, onProgress, elements.Token);

    /// <summary>Removes a snapshot with its group and its note. What is gone already is fine.</summary>
    public static void Erase(Elements elements, string uuid)
    {
        Tidy(elements, uuid, keep: false);
        Steps.At("tidied");
        elements.Pool.Store.Remove(PoolCatalog.MultiKind + uuid, elements.Token);
    }

    /// <summary>Takes the members out of a snapshot's group, which keeps the snapshot, or removes both.</summary>
    public static void Tidy(Elements elements, string uuid, bool keep)
    {
        var group = ImageNames.MultiGroup(uuid);
        if (!elements.Rbd.ListGroups(elements.Token).Contains(group))
        {
            return;
        }

        if (!keep)
        {
            elements.Rbd.RemoveGroupSnapshot(group, SnapshotName, elements.Token);
        }

        foreach (var member in elements.Rbd.ListMembers(group, elements.Token))
        {
            elements.Rbd.RemoveFromGroup(group, member, elements.Token);
        }

        if (!keep)
        {
            elements.Rbd.RemoveGroup(group, elements.Token);
        }
    }
}
