namespace StorageConnect.Conformance.Clauses;

/// <summary>cloneFromSnap.</summary>
[Chapter(170, "SnapshotClones")]
internal static class SnapshotCloneClauses
{
    private const string Guide = "cloneFromSnap()";

    [Clause("SNAPCLONE-1", Guide, 11, "A clone of a snapshot has identities of its own, for the array and for hosts.",
        Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task HasIdentities(ClauseContext b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        var clone = await b.CloneFromSnapAsync(source, snapshot);
        Check.IsUuid(clone);
        b.CheckPage83Id(clone);
        Check.That(b.DifferForHosts(clone, source) && clone.Uuid != source.Uuid && clone.Uuid != snapshot.Uuid, "identities of its own",
            $"{clone.Uuid} {clone.Page83Id}");
    }

    [Clause("SNAPCLONE-2", Guide, 7, "It has the name given.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot, AbilityKey.CustomCloneName])]
    public static async Task HasTheName(ClauseContext b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        var name = b.NewName();
        Check.Equal(name, (await b.CloneFromSnapAsync(source, snapshot, name)).Name, "the name");
    }

    [Clause("SNAPCLONE-3", Guide, 0, "It has its source's size, and is listed as getInfo tells of it.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task IsListed(ClauseContext b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        var clone = await b.CloneFromSnapAsync(source, snapshot);
        Check.Equal(source.SizeBytes, clone.SizeBytes, "the size");
        Check.Contains(clone, await b.ListAsync(), "listed");
        Check.Unchanged(clone, await b.InfoAsync(clone));
    }

    [Clause("SNAPCLONE-4", Guide, 0, "It has the data as they were at the snapshot, not those of later.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task HasTheDataOfThen(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.WriteAsync(source, 1);
        var snapshot = await b.SnapAsync(source);
        await b.WriteAsync(source, 2);
        Check.Equal((byte)1, await b.ReadAsync(await b.CloneFromSnapAsync(source, snapshot)), "the clone's mark");
        Check.Equal((byte)2, await b.ReadAsync(source), "the source's mark");
    }

    [Clause("SNAPCLONE-5", Guide, 0, "It leaves the snapshot and the element as they were.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task OthersStay(ClauseContext b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        await b.CloneFromSnapAsync(source, snapshot);
        Check.Unchanged(source, await b.InfoAsync(source));
        Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
    }

    [Clause("SNAPCLONE-6", "getCurrentClones()", 0, "It is among the clones of the snapshot or of the element, and among all.",
        Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task IsAmongTheClones(ClauseContext b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        var clone = await b.CloneFromSnapAsync(source, snapshot);
        if (clone.Type != StorageElementType.SnapClone)
        {
            throw ClauseContext.Skip("Clones are full copies here.");
        }

        Check.Contains(clone, [.. await b.CurrentClonesAsync(snapshot), .. await b.CurrentClonesAsync(source)], "among the clones of its snapshot or element");
        Check.Contains(clone, await b.CurrentClonesAsync(null), "among all clones");
    }

    [Clause("SNAPCLONE-7", Guide, 0, "Of a snapshot that isn't there: NotFound.", Needs = [AbilityKey.SnapClone])]
    public static async Task OfUnknown(ClauseContext b)
    {
        var (server, source) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.CloneFromSnapAsync(server, source, b.UnknownSnapshot, null, null, b.Token),
            "an unknown snapshot");
    }

    [Clause("SNAPCLONE-8", Guide, 0, "Of an element that is no member of the snapshot it is refused.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task OfAStranger(ClauseContext b)
    {
        var (_, snapshot) = await SnappedAsync(b);
        var (server, stranger) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        await Check.RefusedAsync<StorageConnectException>(() => b.Raw.CloneFromSnapAsync(server, stranger, snapshot, null, null, b.Token),
            "a clone of a stranger");
    }

    [Clause("SNAPCLONE-9", Guide, 19, "Of a snapshot of several it is a clone of the element named, in its size.",
        Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task OfOneOfSeveral(ClauseContext b)
    {
        var (one, other) = (await b.CreateAsync(), await b.CreateAsync(size: b.Size * 2));
        var snapshot = await b.MultiSnapAsync(one, other);
        var isSaid = await b.Array.IsCloneableAsync(snapshot, b.Token);
        foreach (var member in new[] { other, one })
        {
            StorageElement clone;
            try
            {
                clone = await b.CloneFromSnapAsync(member, snapshot);
            }
            catch (StorageConnectException e) when (!isSaid)
            {
                throw ClauseContext.Skip($"The array makes no clone of a snapshot of several elements, and isCloneable says so: {e.Message}");
            }

            Check.Equal(member.SizeBytes, clone.SizeBytes, "the size");
            await CloneClauses.CheckSourceAsync(b, clone, member, snapshot);
        }
    }

    [Clause("SNAPCLONE-10", "snapRemove()", 20, "A snapshot with clones is busy; or it goes, and they stay.",
        Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task TheSnapshotIsBusyOrGoes(ClauseContext b)
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
        Check.Equal((clone.Name, clone.Page83Id, clone.SizeBytes), (after.Name, after.Page83Id, after.SizeBytes), "the clone as it was");
    }

    [Clause("SNAPCLONE-11", Guide, 12, "It tells its quality of service, one of the array's.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task HasQos(ClauseContext b)
    {
        var qualities = await b.QualitiesAsync();
        var (source, snapshot) = await SnappedAsync(b);
        var clone = await b.CloneFromSnapAsync(source, snapshot, qos: (await b.UsableQualitiesAsync())[^1]);
        Check.That(qualities.Contains(clone.Qos), $"one of {Check.Show(qualities)}", clone.Qos);
        Check.Equal(clone.Qos, (await b.InfoAsync(clone)).Qos, "the quality that getInfo tells");
    }

    [Clause("SNAPCLONE-12", Guide, 0, "It has the size that its source had at the snapshot, though the source was resized since.",
        Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot, AbilityKey.Resize])]
    public static async Task HasTheSizeOfThen(ClauseContext b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        await b.ResizeAsync(source, b.Size * 2);
        await HasTheSizeAsync();
        (source, snapshot) = await SnappedAsync(b, b.Size * 2);
        if (await ClauseContext.TryAsync(() => b.ResizeAsync(source, b.Size)))
        {
            await HasTheSizeAsync();
        }

        async Task HasTheSizeAsync()
        {
            var clone = await b.CloneFromSnapAsync(source, snapshot);
            Check.Equal(source.SizeBytes, clone.SizeBytes, "the size at the snapshot");
            Check.Equal(source.SizeBytes, (await b.InfoAsync(clone)).SizeBytes, "the size that getInfo tells");
            await b.CheckLengthAsync(clone);
        }
    }

    [Clause("SNAPCLONE-13", Guide, 0, "It names its source: the snapshot, or the element.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task NamesItsSource(ClauseContext b)
    {
        var (one, ofOne) = await SnappedAsync(b);
        var (other, ofOther) = await SnappedAsync(b);
        var second = await b.SnapAsync(one);
        foreach (var (source, snapshot) in new[] { (other, ofOther), (one, ofOne), (one, second) })
        {
            var clone = await b.CloneFromSnapAsync(source, snapshot);
            await CloneClauses.CheckSourceAsync(b, clone, source, snapshot);
            await CloneClauses.CheckSourceAsync(b, await b.InfoAsync(clone), source, snapshot);
        }
    }

    [Clause("SNAPCLONE-14", Guide, 0, "Of several snapshots each gives the data of its own time.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task EachHasItsOwnData(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var snapshots = new List<StorageElement>();
        for (byte mark = 1; mark <= 3; mark++)
        {
            await b.WriteAsync(source, mark);
            snapshots.Add(await b.SnapAsync(source));
        }

        await b.WriteAsync(source, 4);
        foreach (var index in new[] { 1, 0, 2 })
        {
            var clone = await b.CloneFromSnapAsync(source, snapshots[index]);
            Check.Equal((byte)(index + 1), await b.ReadAsync(clone), $"the mark of snapshot {index + 1}");
            await b.WriteAsync(clone, 9);
        }

        Check.Equal((byte)2, await b.ReadAsync(await b.CloneFromSnapAsync(source, snapshots[1])), "the mark of snapshot 2, after its clone was written to");
        Check.Equal((byte)4, await b.ReadAsync(source), "the source's mark");
    }

    [Clause("SNAPCLONE-15", Guide, 19, "Of a snapshot of several it has the data of the element named.", Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task DataOfOneOfSeveral(ClauseContext b)
    {
        StorageElement[] members = [await b.CreateAsync(), await b.CreateAsync(), await b.CreateAsync()];
        for (byte index = 0; index < members.Length; index++)
        {
            await b.WriteAsync(members[index], (byte)(index + 1));
        }

        var snapshot = await b.MultiSnapAsync(members);
        foreach (var index in new[] { 1, 0, 2 })
        {
            Check.Equal((byte)(index + 1), await b.ReadAsync(await b.CloneFromSnapAsync(members[index], snapshot)), $"the mark of member {index + 1}");
        }
    }

    [Clause("SNAPCLONE-16", Guide, 13, "It is presented to nobody, though its source is.",
        Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot, AbilityKey.AccessControl])]
    public static async Task IsPresentedToNobody(ClauseContext b)
    {
        var source = await b.Array.StartPresentAsync(await b.CreateAsync(), [(await b.CreateGroupAsync()).Name], b.Token);
        var second = await b.CreateGroupAsync();
        await ClauseContext.TryAsync(() => b.Array.StartPresentAsync(source, [second.Name], b.Token));
        var clone = await b.CloneFromSnapAsync(source, await b.SnapAsync(source));
        Check.Same([], clone.AccessGroupNames, "groups of the clone");
        Check.Same([], (await b.InfoAsync(clone)).AccessGroupNames, "groups that getInfo tells");
    }

    [Clause("SNAPCLONE-17", Guide, 7,
        "A name that is taken is refused; without a destination the array names each clone differently, and each has its own identities.",
        Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot, AbilityKey.CustomCloneName])]
    public static async Task Names(ClauseContext b)
    {
        var (source, snapshot) = await SnappedAsync(b);
        await Check.RefusedAsync<AlreadyExistsException>(() => b.CloneFromSnapAsync(source, snapshot, source.Name), "the source's name");
        var server = await b.ValidatedServerAsync();
        await b.ReadyAsync(AbilityKey.SnapClone, source);
        var one = await b.FinishAsync(await b.Raw.CloneFromSnapAsync(server, source, snapshot, null, null, b.Token), OscOperationKind.Clone);
        var other = await b.FinishAsync(await b.Raw.CloneFromSnapAsync(server, source, snapshot, null, null, b.Token), OscOperationKind.Clone);
        Check.That(one.Name.Length > 0 && other.Name.Length > 0 && one.Name != other.Name, "two names", $"'{one.Name}' and '{other.Name}'");
        Check.That(one.Uuid != other.Uuid && b.DifferForHosts(one, other), "identities of their own", $"{one.Uuid} {one.Page83Id} twice");
    }

    private static async Task<(StorageElement Source, StorageElement Snapshot)> SnappedAsync(ClauseContext b, long? size = null)
    {
        var source = await b.CreateAsync(size: size);
        return (source, await b.SnapAsync(source));
    }
}
