using StorageConnect.PluginKit.Locks;
using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>Creating, resizing and removing images, taking them on- and offline, and their limits.</summary>
internal static class Volumes
{
    private const int SectorSize = 512;
    private static readonly TimeSpan LongestGlance = TimeSpan.FromMilliseconds(10);

    public static StorageElement Create(Elements elements, StorageElement wanted, bool thin, string? qos)
    {
        var name = ElementNames.Check(wanted.Name, "the storage element");
        var size = Sectors(wanted.SizeBytes, name);
        var quality = QosSets.Choose(elements.Catalog, qos, name);
        RequireGroup(elements, wanted.VolumeGroupName);
        RequireFreeOfSnapshots(elements, name);
        var imageName = ReserveName(elements, name);
        if (thin)
        {
            elements.Rbd.Create(imageName, size, thin, name, elements.Token);
        }
        else
        {
            CreateThick(elements, name, imageName, size);
        }

        Steps.At("created");
        return Complete(elements, name, imageName, new() { Thick = !thin, Created = Now() }, quality);
    }

    public static StorageElement Resize(Elements elements, StorageElement element, long newSize)
    {
        var size = Sectors(newSize, element.Name);
        using var held = Lock(elements, [element]);
        var image = elements.Require(element);
        Guards.RequireFree(elements, elements.Catalog, [image]);
        OvertakenChange.Check(element, image.Size, newSize, size);
        if (size > image.Size)
        {
            Grow(elements, image, size);
        }
        else if (size < image.Size)
        {
            Shrink(elements, image, size);
        }

        return elements.ToElement(Again(elements, image));
    }

    public static void Remove(Elements elements, StorageElement element)
    {
        using var held = Lock(elements, [element]);
        var image = elements.Require(element);
        var name = elements.NameOf(image.Name);
        Guards.RequireNotPresented(elements, image);
        Guards.RequireFree(elements, elements.Catalog, [image]);
        RequireNoDependants(elements, image, name);
        Guards.RequireUnused(elements, image);
        Steps.At("removing");

        // It may have been renamed during the wait, and another one may have its name.
        image = Again(elements, image);
        elements.Rbd.Remove(image.Name, elements.Token);
        Steps.At("removed");
        elements.Pool.Store.TryRemove(KeysOf(elements, image));
        TryForgetName(elements, image.Name);
    }

    public static void Online(Elements elements, StorageElement element)
    {
        using var held = Lock(elements, [element]);
        var image = elements.Require(element);
        Guards.RequireFree(elements, elements.Catalog, [image]);
        if (elements.Catalog.Image(image.Id) is not { Offline: true } entry)
        {
            return;
        }

        var marks = elements.Pool.Export.Mark(image.Id, resized: false, elements);
        elements.Pool.Store.Set(PoolCatalog.ImageKind + image.Id, entry with { Offline = false }, elements.Token);
        elements.Reload();
        elements.Pool.Export.Targets.Follow(marks, elements.Token);
    }

    public static void Offline(Elements elements, StorageElement element)
    {
        using var held = Lock(elements, [element]);
        var image = elements.Require(element);
        Guards.RequireFree(elements, elements.Catalog, [image]);
        var entry = elements.Catalog.Image(image.Id) ?? new() { Created = image.Created };
        if (entry.Offline)
        {
            return;
        }

        using var released = elements.Pool.Export.Release(elements, [image], evenInUse: true);
        Guards.RequireUnused(elements, image);
        elements.Pool.Store.Set(PoolCatalog.ImageKind + image.Id, entry with { Offline = true }, elements.Token);
        elements.Reload();
    }

    public static void SetQos(Elements elements, StorageElement element, string qos)
    {
        var quality = QosSets.Choose(elements.Catalog, qos, element.Name);
        using var held = Lock(elements, [element]);
        var image = elements.Require(element);
        Configure(elements, image.Name, quality);
        var entry = elements.Catalog.Image(image.Id) ?? new() { Created = image.Created };
        elements.Pool.Store.Set(PoolCatalog.ImageKind + image.Id, entry with { Qos = Kept(quality) }, elements.Token);
        elements.Reload();
    }

    /// <summary>Notes what the cluster doesn't know about an image that was just made, and gives its record.</summary>
    public static StorageElement Complete(Elements elements, string name, string imageName, ImageEntry entry, string quality)
    {
        var image = elements.Rbd.FindByName(imageName, elements.Token) ?? throw CephErrors.Missing(CephObject.Image, name);
        if (quality != QosSets.Standard || (entry.SourceImage is { } source && elements.Catalog.Image(source)?.Qos is not null))
        {
            Configure(elements, imageName, quality); // a clone has its source's limits until then
        }

        entry = entry with { Qos = Kept(quality), Created = image.Created ?? entry.Created };
        var key = PoolCatalog.ImageKind + image.Id;
        elements.Pool.Store.Set(key, entry, elements.Token);
        var notes = new Dictionary<string, string>(elements.Catalog.Notes) { [key] = PoolCatalog.Write(entry) };
        if (ImageNames.IsMade(imageName))
        {
            // Another process may remove an element of this name at the same time, and the note with it (TryForgetName).
            elements.Pool.Store.Locked(
                (_, token) =>
                {
                    elements.Pool.Store.Set(PoolCatalog.NameKind + imageName, name, token);
                    return true;
                },
                elements.Token);
            notes[PoolCatalog.NameKind + imageName] = PoolCatalog.Write(name);
        }

        elements.Take(new(notes));
        return elements.ToElement(image);
    }

    /// <summary>Where an image can't have the element's name, notes the name under the image's before there is one.</summary>
    /// <returns>The image's name.</returns>
    public static string ReserveName(Elements elements, string name)
    {
        var imageName = ImageNames.Of(name);
        if (ImageNames.IsMade(imageName) && elements.Catalog.Name(imageName) != name)
        {
            elements.Pool.Store.Set(PoolCatalog.NameKind + imageName, name, elements.Token);
        }

        return imageName;
    }

    public static void RequireFreeOfSnapshots(Elements elements, string name)
    {
        if (elements.IsSnapshotName(name))
        {
            throw CephErrors.Taken(CephObject.Snapshot, name);
        }
    }

    /// <summary>Locks elements among the processes of this machine.</summary>
    public static RangeLock Lock(Elements elements, IEnumerable<StorageElement> wanted)
    {
        var all = wanted.ToList();

        // An identity that can't be one of ours has no lock position; say so as for any other that isn't there.
        if (all.FirstOrDefault(element => !Identities.IsUuid(element.Uuid)) is { } stranger)
        {
            throw CephErrors.Missing(CephObject.Image, stranger.Name.Length > 0 ? stranger.Name : stranger.Uuid);
        }

        var began = TimeProvider.System.GetTimestamp();
        var held = elements.Pool.Locks.Take(all.Select(element => (element.Uuid, element.Name)), elements.Token);
        if (TimeProvider.System.GetElapsedTime(began) > LongestGlance)
        {
            elements.Reload(); // the previous holder of the lock may have changed the catalog
        }

        return held;
    }

    public static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    /// <summary>An image as it is now.</summary>
    public static Image Again(Elements elements, Image image) =>
        elements.Rbd.FindById(image.Id, elements.Token) ?? throw CephErrors.Missing(CephObject.Image, elements.NameOf(image.Name));

    /// <summary>
    /// Writes all of an image, under a name of its own: until it is whole it is no element, and whatever has the element's name meanwhile is another's.
    /// </summary>
    private static void CreateThick(Elements elements, string name, string imageName, long size)
    {
        if (Capacity.Read(elements).Free is { } free && size > free)
        {
            throw CephErrors.Full(name);
        }

        if (elements.Rbd.FindByName(imageName, elements.Token) is not null)
        {
            throw CephErrors.Taken(CephObject.Image, name);
        }

        var unfinished = ImageNames.NewUnfinished();
        try
        {
            elements.Rbd.Create(unfinished, size, thin: false, name, elements.Token);
            Steps.At("written");
            elements.Rbd.Rename(unfinished, imageName, name, elements.Token);
        }
        catch
        {
            Recovery.TryRemoveUnfinished(elements, unfinished, waits: true);
            throw;
        }
    }

    private static void Grow(Elements elements, Image image, long size)
    {
        var marks = elements.Pool.Export.Mark(image.Id, resized: true, elements);
        elements.Rbd.Resize(image.Name, size, shrinks: false, static _ => { }, elements.Token);
        Steps.At("grown");
        if (elements.Catalog.Image(image.Id) is { Thick: true } entry)
        {
            // What was added has no blocks yet.
            elements.Pool.Store.Set(PoolCatalog.ImageKind + image.Id, entry with { Thick = false }, elements.Token);
        }

        elements.Reload();
        elements.Pool.Export.Targets.Follow(marks, elements.Token);
    }

    private static void Shrink(Elements elements, Image image, long size)
    {
        using var released = elements.Pool.Export.Release(elements, [image], evenInUse: false);
        Guards.RequireUnused(elements, image);
        using var intent = Intent.Begin(elements, new() { Kind = IntentKind.Shrink, Images = [image.Id], Size = size }, [image]);

        // The image may have been renamed, enlarged or opened, while nobody was kept away from it.
        var known = image.Size;
        image = Again(elements, image);
        if (image.Size > known)
        {
            throw OvertakenChange.Error(elements.NameOf(image.Name), image.Size, size);
        }

        Guards.RequireUnused(elements, image);
        intent.Change("shrinking", () => elements.Rbd.Resize(image.Name, size, shrinks: true, intent.GoOn, elements.Token));
        Steps.At("shrunk");
        intent.End();
        elements.Reload();
    }

    private static void RequireNoDependants(Elements elements, Image image, string name)
    {
        var snapshots = elements.Rbd.ListSnapshots(image, elements.Token);
        snapshots.RemoveAll(snapshot => Recovery.TryRemoveTemporary(elements, snapshot, isLocked: true));
        var told = snapshots.Where(snapshot => snapshot.Kind != SnapshotKind.Trash).Select(snapshot => Describe(elements, snapshot)).ToList();
        if (told.Count > 0)
        {
            throw PluginError.StorageElementBusy(name, $"'{name}' has snapshots: {string.Join(", ", told)}.", "Remove its snapshots first.",
                id: "StorageElementHasSnapshots");
        }

        if (snapshots.Count > 0 && elements.Rbd.ListClones(image.Name, elements.Token) is { Count: > 0 } clones)
        {
            throw PluginError.StorageElementBusy(name, $"Clones share blocks with '{name}': {string.Join(", ", clones)}.",
                "Split or remove the clones first.", id: "StorageElementHasClones");
        }
    }

    private static string Describe(Elements elements, ImageSnapshot snapshot) => snapshot switch
    {
        { Kind: SnapshotKind.User } => $"'{elements.SnapshotName(snapshot)}'",
        { Group: { } group } when ImageNames.MultiUuid(group) is { } uuid && elements.Catalog.Multi(uuid) is { } multi => $"'{multi.Name}'",
        { Group: { } group } => $"one of the group '{group}'",
        _ => $"'{snapshot.Name}'",
    };

    private static List<string> KeysOf(Elements elements, Image image)
    {
        string[] possible =
        [
            PoolCatalog.ImageKind + image.Id, PoolCatalog.PresentationKind + image.Id, PoolCatalog.SplitKind + image.Id,
        ];
        var snapshots = $"{PoolCatalog.SnapshotKind}{image.Id}.";
        return
        [
            .. possible.Where(elements.Catalog.Notes.ContainsKey),
            .. elements.Catalog.Notes.Keys.Where(key => key.StartsWith(snapshots, StringComparison.Ordinal)),
        ];
    }

    /// <summary>Removes the note of an element's name, unless another element got the name meanwhile.</summary>
    private static void TryForgetName(Elements elements, string imageName)
    {
        if (!ImageNames.IsMade(imageName))
        {
            return;
        }

        try
        {
            elements.Pool.Store.Locked(
                (_, token) =>
                {
                    if (elements.Rbd.FindByName(imageName, token) is null)
                    {
                        elements.Pool.Store.Remove(PoolCatalog.NameKind + imageName, token);
                    }

                    return true;
                },
                CancellationToken.None);
        }
        catch (StorageConnectException)
        {
            // It stays, and is the name of whatever gets the image's name next.
        }
    }

    private static void Configure(Elements elements, string imageName, string quality)
    {
        foreach (var (setting, value) in QosSets.Settings(elements.Catalog, quality))
        {
            elements.Rbd.Configure(imageName, setting, value, elements.Token);
        }
    }

    private static string? Kept(string quality) => quality == QosSets.Standard ? null : quality;

    private static void RequireGroup(Elements elements, string? group)
    {
        var pool = elements.Rbd.Pool.ToString();
        if (!string.IsNullOrEmpty(group) && group != pool)
        {
            throw PluginError.InvalidRequest(group, $"There is no volume group '{group}'; the server has one, '{pool}'.",
                $"Give no volume group, or '{pool}'.", id: "VolumeGroupUnknown");
        }
    }

    /// <summary>Disks have whole sectors, one at least: a size is rounded up to the next multiple of 512 bytes.</summary>
    private static long Sectors(long size, string name)
    {
        // More objects than an image can have a map of.
        const long largest = 256L << 40;
        return size is >= SectorSize and <= largest
            ? (size + SectorSize - 1) / SectorSize * SectorSize
            : throw PluginError.InvalidRequest(
                name,
                $"The size {size} of '{name}' is {(size < SectorSize ? "less than a sector" : "more than an image can have")}.",
                $"Give a size in bytes from {SectorSize} to {largest}, such as 10GB; it is rounded up to a multiple of {SectorSize}.", id: "SizeInvalid");
    }
}
