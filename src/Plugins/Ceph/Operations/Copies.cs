using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>Snapshots and clones.</summary>
internal static class Copies
{
    public static StorageElement Snapshot(Elements elements, StorageElement element, StorageElement? wanted)
    {
        using var held = Volumes.Lock(elements, [element]);
        var image = elements.Require(element);
        var name = ChooseSnapshotName(wanted, elements.NameOf(image.Name));
        return elements.Pool.Store.Locked(
            (catalog, token) =>
            {
                elements.Take(catalog);
                Guards.RequireFree(elements, catalog, [image]);
                RequireFree(elements, name);
                var snapshotName = ImageNames.Of(name);
                using var intent = Intent.Note(
                    elements, new() { Kind = IntentKind.CreateSnapshot, Images = [image.Id], Snapshot = snapshotName, Name = name }, token);
                Steps.At("intent");
                try
                {
                    elements.Rbd.CreateSnapshot(image.Name, snapshotName, name, token);
                }
                catch (AlreadyExistsException)
                {
                    // The image that has the name was made by another process: it stays.
                    intent.End();
                    throw;
                }

                Steps.At("snapshot");
                var (made, key, entry) = NoteSnapshot(elements, image, snapshotName, name, token) ?? throw CephErrors.Missing(CephObject.Snapshot, name);
                Steps.At("noted");
                intent.End();
                elements.Take(new(new Dictionary<string, string>(catalog.Notes) { [key] = PoolCatalog.Write(entry) }));
                return elements.ToElement(made);
            },
            elements.Token);
    }

    /// <summary>Notes the element's name of a snapshot that was made; null when it isn't there.</summary>
    public static (ImageSnapshot Made, string Key, SnapshotEntry Entry)? NoteSnapshot(
        Elements elements, Image image, string snapshotName, string name, CancellationToken cancellationToken)
    {
        if (elements.Rbd.ListSnapshots(image, cancellationToken).FirstOrDefault(found => found.Kind == SnapshotKind.User && found.Name == snapshotName)
            is not { } made)
        {
            return null;
        }

        var key = PoolCatalog.SnapshotKey(image.Id, made.Id);
        var entry = new SnapshotEntry { Name = name, Created = made.Created ?? Volumes.Now() };
        elements.Pool.Store.Set(key, entry, cancellationToken);
        return (made, key, entry);
    }

    public static void RemoveSnapshot(Elements elements, StorageElement snapshot)
    {
        var found = elements.RequireSnapshot(snapshot);
        if (found.Multi is not null)
        {
            MultiSnapshots.Remove(elements, found);
            return;
        }

        var (image, single) = (found.Image!, found.Single!);
        using var held = Volumes.Lock(elements, [new() { Uuid = elements.Pool.Identity.OfImage(image.Id), Name = elements.NameOf(image.Name) }]);

        // A rollback to a snapshot that goes meanwhile would leave holes.
        using var intent = Intent.Begin(
            elements,
            new() { Kind = IntentKind.RemoveSnapshot, Images = [image.Id], Snapshot = single.Name, SnapshotId = single.Id },
            elements.NameOf(image.Name));
        image = Volumes.Again(elements, image);
        single = Again(elements, image, single);
        if (single.IsProtected)
        {
            elements.Rbd.Unprotect(image.Name, single.Name, elements.Token);
        }

        elements.Rbd.RemoveSnapshot(image.Name, single.Name, elements.Token);
        intent.End();
        var key = PoolCatalog.SnapshotKey(image.Id, single.Id);
        elements.Pool.Store.TryRemove(elements.Catalog.Notes.ContainsKey(key) ? [key] : []);
    }

    /// <summary>A clone of an element as it is now.</summary>
    public static StorageElement Clone(Elements elements, StorageElement element, StorageElement? wanted, string? qos)
    {
        using var held = Volumes.Lock(elements, [element]);
        var image = elements.Require(element);
        Guards.RequireFree(elements, elements.Catalog, [image]);
        var source = elements.NameOf(image.Name);
        var name = ChooseCloneName(wanted, source);
        var quality = QosSets.Choose(elements.Catalog, qos, name, elements.Catalog.Image(image.Id)?.Qos ?? QosSets.Standard);
        Volumes.RequireFreeOfSnapshots(elements, name);
        var imageName = Volumes.ReserveName(elements, name);
        var temporary = ImageNames.NewTemporary();
        elements.Rbd.CreateSnapshot(image.Name, temporary, source, elements.Token);
        try
        {
            Steps.At("temporary");
            elements.Rbd.Clone(image.Name, temporary, imageName, name, elements.Token);
        }
        finally
        {
            // The blocks that the clone shares stay; the snapshot is gone from sight at once.
            RemoveTemporary(elements, image, temporary);
        }

        Steps.At("cloned");
        RememberSource(elements, PoolCatalog.ImageKind + image.Id, new ImageEntry { Created = image.Created });
        return Volumes.Complete(elements, name, imageName, new() { SourceImage = image.Id, SourceName = source }, quality);
    }

    /// <summary>A clone of an element as it was at a snapshot.</summary>
    public static StorageElement CloneSnapshot(Elements elements, StorageElement element, StorageElement snapshot, StorageElement? wanted, string? qos)
    {
        using var held = Volumes.Lock(elements, [element]);
        var image = elements.Require(element);
        var found = elements.RequireSnapshot(snapshot);
        if (!found.Images.Contains(image.Id))
        {
            throw PluginError.NotFound(snapshot.Name, $"The snapshot '{snapshot.Name}' does not hold '{element.Name}'.",
                "List the snapshots of the element, and take one of them.", id: "SnapshotNotFound");
        }

        if (found.Single is not { } single)
        {
            throw PluginError.NoSuchOperation(snapshot.Name,
                $"'{snapshot.Name}' is a snapshot of several elements at one instant, of which this release of Ceph makes no clones.",
                "Restore it, or make a snapshot of each element and clone those.", id: "NoSuchOperation");
        }

        var source = elements.SnapshotName(single);
        var name = ChooseCloneName(wanted, elements.NameOf(image.Name));
        var quality = QosSets.Choose(elements.Catalog, qos, name, elements.Catalog.Image(image.Id)?.Qos ?? QosSets.Standard);
        Volumes.RequireFreeOfSnapshots(elements, name);
        var imageName = Volumes.ReserveName(elements, name);
        elements.Rbd.Clone(image.Name, single.Name, imageName, name, elements.Token);
        Steps.At("cloned");
        RememberSource(elements, PoolCatalog.SnapshotKey(image.Id, single.Id), new SnapshotEntry { Name = source, Created = single.Created });
        return Volumes.Complete(
            elements, name, imageName, new() { SourceImage = image.Id, SourceSnapshot = single.Id, SourceName = source }, quality);
    }

    public static string ChooseSnapshotName(StorageElement? wanted, string source) =>
        wanted is null ? ElementNames.Derive(source, "snapshot", Identities.NewUuid(), Volumes.Now()) : ElementNames.Check(wanted.Name, "the snapshot");

    /// <summary>A snapshot as it is now: it may have been renamed during a wait, or removed, and another one may have its name.</summary>
    public static ImageSnapshot Again(Elements elements, Image image, ImageSnapshot snapshot) =>
        elements.Rbd.ListSnapshots(image, elements.Token).Find(found => found.Kind == SnapshotKind.User && found.Id == snapshot.Id)
        ?? throw CephErrors.Missing(CephObject.Snapshot, elements.SnapshotName(snapshot));

    public static void RequireFree(Elements elements, string name)
    {
        if (elements.IsTaken(name))
        {
            throw CephErrors.Taken(CephObject.Snapshot, name);
        }
    }

    private static string ChooseCloneName(StorageElement? wanted, string source) =>
        wanted is null ? ElementNames.Derive(source, "clone", Identities.NewUuid(), Volumes.Now()) : ElementNames.Check(wanted.Name, "the clone");

    /// <summary>Clones tell whether their source is still there by its note, so a source that others made gets one.</summary>
    private static void RememberSource<T>(Elements elements, string key, T entry)
    {
        if (!elements.Catalog.Notes.ContainsKey(key))
        {
            elements.Pool.Store.Set(key, entry, elements.Token);
            elements.Take(new(new Dictionary<string, string>(elements.Catalog.Notes) { [key] = PoolCatalog.Write(entry) }));
        }
    }

    private static void RemoveTemporary(Elements elements, Image image, string temporary)
    {
        try
        {
            elements.Rbd.RemoveSnapshot(image.Name, temporary, CancellationToken.None);
        }
        catch (StorageConnectException e)
        {
            elements.Pool.Log.Warning($"The intermediate snapshot {image.Name}@{temporary} could not be removed: {e.Message}");
        }
    }
}
