using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>The pool during one call of the plug-in: finds elements, and makes the records that leave the plug-in.</summary>
internal sealed class Elements(CephPool pool, StorageServer server, CancellationToken cancellationToken) : CatalogView(pool.Store, cancellationToken)
{
    private ImageListing? _listing;

    public CephPool Pool => pool;

    public StorageServer Server => server;

    public Rbd Rbd => pool.Rbd;

    /// <summary>All images, as they were when they were first needed in this call.</summary>
    public ImageListing Listing => _listing ??= pool.Rbd.List(Token);

    /// <summary>The images and the catalog, read at the same time.</summary>
    public void ReadAll()
    {
        var catalog = IsRead ? Task.FromResult(Catalog) : Task.Run(() => pool.Store.Read(Token), Token);
        try
        {
            _ = Listing;
        }
        finally
        {
            ((IAsyncResult)catalog).AsyncWaitHandle.WaitOne();
        }

        Take(catalog.GetAwaiter().GetResult());
    }

    /// <summary>The image of a LUN or clone; null when it isn't there.</summary>
    public Image? Find(string uuid)
    {
        var image = pool.Identity.ImageOf(uuid) is { } id
            ? Rbd.FindById(id, Token)
            : Listing.Images.FirstOrDefault(image => pool.Identity.OfImage(image.Id) == uuid) is { } listed ? Rbd.FindById(listed.Id, Token) : null;
        return image is null || ImageNames.IsHidden(image.Name) ? null : image;
    }

    /// <summary>The image of a LUN or clone, or an error.</summary>
    public Image Require(StorageElement element)
    {
        if (Find(element.Uuid) is { } image)
        {
            return image;
        }

        throw element.Type == StorageElementType.Snapshot && FindSnapshot(element) is not null
            ? PluginError.InvalidRequest(element.Name, $"'{element.Name}' is a snapshot; this can be done with LUNs and clones only.",
                "Make a clone of the snapshot and use that.", id: "StorageElementIsSnapshot")
            : CephErrors.Missing(CephObject.Image, element.Name.Length > 0 ? element.Name : element.Uuid);
    }

    /// <summary>A snapshot by its record; null when it isn't there.</summary>
    public FoundSnapshot? FindSnapshot(StorageElement snapshot)
    {
        if (Catalog.Multi(snapshot.Uuid) is { } multi)
        {
            return Rbd.ListGroups(Token).Contains(ImageNames.MultiGroup(snapshot.Uuid)) ? new(snapshot.Uuid, multi) : null;
        }

        // The source that the record names is where it usually is; the identity decides.
        if (snapshot.SourceUuids.Count == 1 && Find(snapshot.SourceUuids[0]) is { } image
            && Rbd.ListSnapshots(image, Token).Find(IsIt) is { } single)
        {
            return new(snapshot.Uuid, image, single);
        }

        return Listing.Snapshots.FirstOrDefault(IsIt) is { } listed
            ? new(snapshot.Uuid, Listing.Images.First(one => one.Id == listed.ImageId), listed)
            : null;

        bool IsIt(ImageSnapshot found) => found.Kind == SnapshotKind.User && pool.Identity.OfSnapshot(found.ImageId, found.Id) == snapshot.Uuid;
    }

    /// <summary>A snapshot by its record, or an error.</summary>
    public FoundSnapshot RequireSnapshot(StorageElement snapshot) =>
        FindSnapshot(snapshot) ?? throw CephErrors.Missing(CephObject.Snapshot, snapshot.Name.Length > 0 ? snapshot.Name : snapshot.Uuid);

    public StorageElement ToElement(Image image)
    {
        var entry = Catalog.Image(image.Id);
        var presentation = Catalog.Presentation(image.Id);
        var uuid = pool.Identity.OfImage(image.Id);
        var (sources, names) = SourcesOf(image, entry);
        var isOnline = entry?.Offline != true;
        return new()
        {
            Uuid = uuid,
            StorageServerUuid = server.Uuid,
            StorageServerName = server.Name,
            Name = NameOf(image.Name),
            Type = image.Parent is null ? StorageElementType.Lun : StorageElementType.SnapClone,
            SizeBytes = image.Size,
            VolumeGroupName = Rbd.Pool.ToString(),
            Page83Id = pool.Identity.Page83(image.Id),
            Qos = entry?.Qos ?? QosSets.Standard,
            ThinProvisioned = entry?.Thick != true,
            State = isOnline ? StorageElementState.Online : StorageElementState.Offline,
            Status = "OK",
            AccessGroupNames = GroupNames(presentation),
            LunAddresses = isOnline && presentation is not null && server.StorageType == StorageType.iSCSI && presentation.Gateway == pool.Export.Gateway
                ? pool.Export.Targets.GetAddresses(uuid)
                : [],
            SourceUuids = sources,
            SourceNames = names,
            CreatedAt = entry?.Created ?? image.Created,
        };
    }

    public StorageElement ToElement(ImageSnapshot snapshot)
    {
        var entry = Catalog.Snapshot(snapshot.ImageId, snapshot.Id);
        return ToSnapshot(
            pool.Identity.OfSnapshot(snapshot.ImageId, snapshot.Id),
            SnapshotName(snapshot),
            snapshot.Size,
            entry?.Created ?? snapshot.Created,
            [snapshot.ImageId],
            [NameOf(snapshot.ImageName)]);
    }

    public StorageElement ToElement(string uuid, MultiEntry entry) => ToSnapshot(uuid, entry.Name, entry.Size, entry.Created, entry.Images, entry.Names);

    public StorageElement ToElement(FoundSnapshot found) => found.Single is { } single ? ToElement(single) : ToElement(found.Uuid, found.Multi!);

    /// <summary>The element's name of a snapshot. One that others made may have a name that snapshots of other images have, too.</summary>
    public string SnapshotName(ImageSnapshot snapshot) =>
        Catalog.Snapshot(snapshot.ImageId, snapshot.Id)?.Name is { Length: > 0 } name ? name : $"{NameOf(snapshot.ImageName)}@{snapshot.Name}";

    /// <summary>The groups that an image is presented to, in the order of their names.</summary>
    public ValueList<string> GroupNames(PresentationEntry? presentation) => presentation is null
        ? []
        : Catalog.Groups().Where(group => presentation.Groups.Contains(group.Id)).Select(group => group.Entry.Name).Order(StringComparer.Ordinal).ToValueList();

    /// <summary>True when an element or snapshot has the name.</summary>
    public bool IsTaken(string name) =>
        Rbd.FindByName(ImageNames.Of(name), Token) is not null || IsSnapshotName(name);

    /// <summary>True when a snapshot has the name. A note alone isn't enough: somebody may have removed the snapshot with the cluster's tools.</summary>
    public bool IsSnapshotName(string name) =>
        Catalog.Snapshots().Any(note => note.Entry.Name == name && IsThere(note.Image, note.Snapshot))
        || Catalog.Multis().Any(multi => multi.Entry.Name == name && Rbd.ListGroups(Token).Contains(ImageNames.MultiGroup(multi.Uuid)));

    private bool IsThere(string imageId, ulong snapshot) =>
        Rbd.FindById(imageId, Token) is { } image
        && Rbd.ListSnapshots(image, Token).Any(found => found.Kind == SnapshotKind.User && found.Id == snapshot);

    /// <summary>What a clone was made of. A clone that others made came of its parent.</summary>
    private (ValueList<string> Uuids, ValueList<string> Names) SourcesOf(Image image, ImageEntry? entry)
    {
        if (entry is { SourceImage: { } source })
        {
            var isThere = entry.SourceSnapshot is { } snapshot
                ? Catalog.Snapshot(source, snapshot) is not null
                : image.Parent is not null || Catalog.Image(source) is not null;
            return ([entry.SourceSnapshot is { } id ? pool.Identity.OfSnapshot(source, id) : pool.Identity.OfImage(source)],
                [isThere ? entry.SourceName : ""]);
        }

        if (image.Parent is not { } parent || parent.Pool != Rbd.Pool.ToString())
        {
            return ([], []);
        }

        var found = parent.ImageId ?? (_listing ?? Listing).Images.FirstOrDefault(other => other.Name == parent.Image)?.Id;
        return found is null ? ([], []) : ([pool.Identity.OfImage(found)], [NameOf(parent.Image)]);
    }

    private StorageElement ToSnapshot(
        string uuid, string name, long size, DateTimeOffset? created, IReadOnlyList<string> images, IReadOnlyList<string> names) => new()
        {
            Uuid = uuid,
            StorageServerUuid = server.Uuid,
            StorageServerName = server.Name,
            Name = name,
            Type = StorageElementType.Snapshot,
            SizeBytes = size,
            VolumeGroupName = Rbd.Pool.ToString(),
            Qos = QosSets.Standard,
            ThinProvisioned = true,
            State = StorageElementState.Offline, // no host is ever served a snapshot
            Status = "OK",
            SourceUuids = images.Select(pool.Identity.OfImage).ToValueList(),
            SourceNames = names.ToValueList(),
            CreatedAt = created,
        };
}

/// <summary>A snapshot that is there: of one image, or of several.</summary>
internal sealed class FoundSnapshot
{
    public FoundSnapshot(string uuid, Image image, ImageSnapshot single) => (Uuid, Image, Single) = (uuid, image, single);

    public FoundSnapshot(string uuid, MultiEntry multi) => (Uuid, Multi) = (uuid, multi);

    public string Uuid { get; }

    /// <summary>The image of a snapshot of one.</summary>
    public Image? Image { get; }

    public ImageSnapshot? Single { get; }

    public MultiEntry? Multi { get; }

    /// <summary>The ids of the images in it.</summary>
    public IReadOnlyList<string> Images => Multi?.Images ?? [Image!.Id];
}
