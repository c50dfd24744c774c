namespace StorageConnect.Engine.Conformance.Clauses;

/// <summary>cloneFromSnap.</summary>
internal static class SnapshotCloneClauses
{
    private const string Guide = "cloneFromSnap()";

    [Clause("SNAPCLONE-1", Guide, 11, "A clone of a snapshot has identities of its own, for the array and for hosts.",
        Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task HasIdentities(Bench b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        var clone = await b.CloneFromSnapAsync(source, snapshot);
        Claim.IsUuid(clone);
        Claim.IsPage83Id(clone);
        Claim.That(clone.Page83Id != source.Page83Id && clone.Uuid != source.Uuid && clone.Uuid != snapshot.Uuid, "identities of its own",
            $"{clone.Uuid} {clone.Page83Id}");
    }

    [Clause("SNAPCLONE-2", Guide, 7, "It has the name given.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot, AbilityKey.CustomCloneName])]
    public static async Task HasTheName(Bench b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        var name = b.NewName();
        Claim.Equal(name, (await b.CloneFromSnapAsync(source, snapshot, name)).Name, "the name");
    }

    [Clause("SNAPCLONE-3", Guide, 0, "It has its source's size, and is listed as getInfo tells of it.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task IsListed(Bench b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        var clone = await b.CloneFromSnapAsync(source, snapshot);
        Claim.Equal(source.SizeBytes, clone.SizeBytes, "the size");
        Claim.Contains(clone, await b.ListAsync(), "listed");
        Claim.Unchanged(clone, await b.InfoAsync(clone));
    }

    [Clause("SNAPCLONE-4", Guide, 0, "It has the data as they were at the snapshot, not those of later.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task HasTheDataOfThen(Bench b)
    {
        var source = await b.CreateAsync();
        await b.WriteAsync(source, 1);
        var snapshot = await b.SnapAsync(source);
        await b.WriteAsync(source, 2);
        Claim.Equal((byte)1, await b.ReadAsync(await b.CloneFromSnapAsync(source, snapshot)), "the clone's mark");
        Claim.Equal((byte)2, await b.ReadAsync(source), "the source's mark");
    }

    [Clause("SNAPCLONE-5", Guide, 0, "It leaves the snapshot and the element as they were.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task OthersStay(Bench b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        await b.CloneFromSnapAsync(source, snapshot);
        Claim.Unchanged(source, await b.InfoAsync(source));
        Claim.Unchanged(snapshot, await b.InfoAsync(snapshot));
    }

    [Clause("SNAPCLONE-6", "getCurrentClones()", 0, "It is among the clones of the snapshot or of the element, and among all.",
        Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task IsAmongTheClones(Bench b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        var clone = await b.CloneFromSnapAsync(source, snapshot);
        if (clone.Type != StorageElementType.SnapClone)
        {
            throw Bench.Skip("Clones are full copies here.");
        }

        Claim.Contains(clone, [.. await b.CurrentClonesAsync(snapshot), .. await b.CurrentClonesAsync(source)], "among the clones of its snapshot or element");
        Claim.Contains(clone, await b.CurrentClonesAsync(null), "among all clones");
    }

    [Clause("SNAPCLONE-7", Guide, 0, "Of a snapshot that isn't there: NotFound.", Needs = [AbilityKey.SnapClone])]
    public static async Task OfUnknown(Bench b)
    {
        var (server, source) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        await Claim.RefusedAsync<NotFoundException>(() => b.Raw.CloneFromSnapAsync(server, source, b.UnknownSnapshot, null, null, b.Token),
            "an unknown snapshot");
    }

    [Clause("SNAPCLONE-8", Guide, 0, "Of an element that is no member of the snapshot it is refused.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task OfAStranger(Bench b)
    {
        var (_, snapshot) = await SnappedAsync(b);
        var (server, stranger) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        await Claim.RefusedAsync<StorageConnectException>(() => b.Raw.CloneFromSnapAsync(server, stranger, snapshot, null, null, b.Token),
            "a clone of a stranger");
    }

    [Clause("SNAPCLONE-9", Guide, 19, "Of a snapshot of several it is a clone of the element named, in its size.",
        Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task OfOneOfSeveral(Bench b)
    {
        var (one, other) = (await b.CreateAsync(), await b.CreateAsync(size: b.Size * 2));
        var snapshot = await b.MultiSnapAsync(one, other);
        Claim.Equal(other.SizeBytes, (await b.CloneFromSnapAsync(other, snapshot)).SizeBytes, "the size");
        Claim.Equal(one.SizeBytes, (await b.CloneFromSnapAsync(one, snapshot)).SizeBytes, "the size");
    }

    [Clause("SNAPCLONE-10", "snapRemove()", 20, "A snapshot with clones is busy; or it goes, and they stay.",
        Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task TheSnapshotIsBusyOrGoes(Bench b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        var clone = await b.CloneFromSnapAsync(source, snapshot);
        try
        {
            await b.Array.SnapRemoveAsync(snapshot, b.Token);
        }
        catch (StorageElementBusyException)
        {
            await b.InfoAsync(snapshot);
        }

        var after = await b.InfoAsync(clone);
        Claim.Equal((clone.Name, clone.Page83Id, clone.SizeBytes), (after.Name, after.Page83Id, after.SizeBytes), "the clone as it was");
    }

    [Clause("SNAPCLONE-11", Guide, 12, "It tells its quality of service, one of the array's.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task HasQos(Bench b)
    {
        var qualities = await b.QualitiesAsync();
        var (source, snapshot) = await SnappedAsync(b);
        var clone = await b.CloneFromSnapAsync(source, snapshot, qos: qualities[^1]);
        Claim.That(qualities.Contains(clone.Qos), $"one of {Claim.Show(qualities)}", clone.Qos);
    }

    private static async Task<(StorageElement Source, StorageElement Snapshot)> SnappedAsync(Bench b)
    {
        var source = await b.CreateAsync();
        return (source, await b.SnapAsync(source));
    }
}
