namespace StorageConnect.Conformance.Clauses;

/// <summary>Snapshots of one element.</summary>
[Chapter(130, "Snapshots")]
internal static class SnapshotClauses
{
    private const string Create = "createSnap()";
    private const string Remove = "snapRemove()";
    private const string Current = "getCurrentSnaps()";

    [Clause("SNAP-1", Create, 19, "What createSnap makes is a snapshot, with an identity of its own.", Needs = [AbilityKey.Snapshot])]
    public static async Task IsASnapshot(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var snapshot = await b.SnapAsync(source);
        Check.Equal(StorageElementType.Snapshot, snapshot.Type, "the type");
        Check.IsUuid(snapshot);
        Check.That(snapshot.Uuid != source.Uuid, "an identity other than the source's", snapshot.Uuid);
    }

    [Clause("SNAP-2", Create, 19, "A snapshot names its source.", Needs = [AbilityKey.Snapshot])]
    public static async Task NamesItsSource(ClauseContext b)
    {
        StorageElement[] sources = [await b.CreateAsync(), await b.CreateAsync()];
        // Twice of each, not in the order of creation: the second snapshot has a source, too.
        foreach (var source in new[] { sources[1], sources[0], sources[0], sources[1] })
        {
            var snapshot = await b.SnapAsync(source);
            Check.Same([source.Uuid], snapshot.SourceUuids, $"what '{snapshot.Name}' was made of");
            Check.Same([source.Uuid], (await b.InfoAsync(snapshot)).SourceUuids, $"what '{snapshot.Name}' was made of, by getInfo");
        }
    }

    [Clause("SNAP-3", Create, 7, "A snapshot has the name given.", Needs = [AbilityKey.Snapshot, AbilityKey.CustomSnapName])]
    public static async Task HasTheName(ClauseContext b)
    {
        var name = b.NewName();
        Check.Equal(name, (await b.SnapAsync(await b.CreateAsync(), name)).Name, "the name");
    }

    [Clause("SNAP-4", Create, 7, "Without a destination the array names snapshots itself, each differently.", Needs = [AbilityKey.Snapshot])]
    public static async Task IsNamedByTheArray(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var (one, other) = (await b.SnapAsync(source, null), await b.SnapAsync(source, null));
        Check.That(one.Name.Length > 0 && other.Name.Length > 0 && one.Name != other.Name, "two names", $"'{one.Name}' and '{other.Name}'");
        Check.That(one.Uuid != other.Uuid, "two identities", one.Uuid);
    }

    [Clause("SNAP-5", Create, 0, "A snapshot's name that is taken by another one is refused.", Needs = [AbilityKey.Snapshot, AbilityKey.CustomSnapName])]
    public static async Task ATakenNameIsRefused(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var snapshot = await b.SnapAsync(source);
        await Check.RefusedAsync<AlreadyExistsException>(() => b.SnapAsync(source, snapshot.Name), "a name that is taken");
        Check.Same([snapshot.Uuid], Uuids(await b.CurrentSnapsAsync(source)), "snapshots of the element");
    }

    [Clause("SNAP-6", Create, 0, "A snapshot leaves its source as it was.", Needs = [AbilityKey.Snapshot])]
    public static async Task TheSourceStays(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.SnapAsync(source);
        Check.Unchanged(source, await b.InfoAsync(source));
    }

    [Clause("SNAP-7", Create, 0, "A snapshot of an element that isn't there is NotFound.", Needs = [AbilityKey.Snapshot])]
    public static async Task OfUnknown(ClauseContext b)
    {
        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.CreateSnapAsync(server, b.Unknown, null, b.Token), "an unknown element");
    }

    [Clause("SNAP-8", Create, 13, "A snapshot of a presented element is presented to nobody.", Needs = [AbilityKey.Snapshot, AbilityKey.AccessControl])]
    public static async Task IsPresentedToNobody(ClauseContext b)
    {
        var (source, group) = (await b.CreateAsync(), await b.CreateGroupAsync());
        await b.Array.StartPresentAsync(source, [group.Name], b.Token);
        var snapshot = await b.SnapAsync(source);
        Check.Same([], snapshot.AccessGroupNames, "groups of the snapshot");
        Check.Same([group.Name], (await b.InfoAsync(source)).AccessGroupNames, "groups of the source");
    }

    [Clause("SNAP-9", Current, 0, "getCurrentSnaps returns an element's snapshots, and those of no other.", Needs = [AbilityKey.Snapshot])]
    public static async Task OfAnElement(ClauseContext b)
    {
        var (source, other) = (await b.CreateAsync(), await b.CreateAsync());
        var (one, two) = (await b.SnapAsync(source), await b.SnapAsync(source));
        await b.SnapAsync(other);
        Check.Same([one.Uuid, two.Uuid], Uuids(await b.CurrentSnapsAsync(source)), "snapshots of the element");
    }

    [Clause("SNAP-10", Current, 0, "Without an element getCurrentSnaps returns all snapshots, and nothing but snapshots.", Needs = [AbilityKey.Snapshot])]
    public static async Task OfTheArray(ClauseContext b)
    {
        var (one, other) = (await b.SnapAsync(await b.CreateAsync()), await b.SnapAsync(await b.CreateAsync()));
        var all = await b.CurrentSnapsAsync(null);
        Check.Contains(one, all, "among all snapshots");
        Check.Contains(other, all, "among all snapshots");
        Check.That(all.All(snapshot => snapshot.Type == StorageElementType.Snapshot), "snapshots",
            all.FirstOrDefault(snapshot => snapshot.Type != StorageElementType.Snapshot));
    }

    [Clause("SNAP-11", Current, 0, "An element without snapshots has none.", ReadOnly = false)]
    public static async Task OfANewElement(ClauseContext b) => Check.Same([], Uuids(await b.CurrentSnapsAsync(await b.CreateAsync())), "snapshots");

    [Clause("SNAP-12", Current, 0, "getCurrentSnaps of an element that isn't there is NotFound.", ReadOnly = true)]
    public static async Task CurrentOfUnknown(ClauseContext b) =>
        await Check.RefusedAsync(() => b.Array.GetCurrentSnapsAsync(b.Unknown, b.Token), "an unknown element", typeof(NotFoundException),
            typeof(NoSuchOperationException));

    [Clause("SNAP-13", "isSnapable()", 16, "Where isSnapable says yes, createSnap works: for the array, and for an element.", Needs = [AbilityKey.Snapshot])]
    public static async Task SnapableIsTrue(ClauseContext b)
    {
        var source = await b.CreateAsync();
        if (await b.AbilityAsync(AbilityKey.Snapshot) == Ability.Offline)
        {
            await b.Array.OfflineAsync(source, b.Token);
        }

        Check.That(await b.Array.IsSnapableAsync(null, b.Token), "isSnapable of the array: yes", "no");
        Check.That(await b.Array.IsSnapableAsync(source, b.Token), "isSnapable of a new element: yes", "no");
        await b.SnapAsync(source);
    }

    [Clause("SNAP-14", "isSnapable()", 0, "isSnapable of an element that isn't there is NotFound.", ReadOnly = true)]
    public static async Task SnapableUnknown(ClauseContext b) =>
        await Check.RefusedAsync<NotFoundException>(() => b.Array.IsSnapableAsync(b.Unknown, b.Token), "an unknown element");

    [Clause("SNAP-15", Remove, 0, "A removed snapshot is gone, from getInfo and from both lists.", Needs = [AbilityKey.Snapshot])]
    public static async Task IsRemoved(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var snapshot = await b.SnapAsync(source);
        await b.Array.SnapRemoveAsync(snapshot, b.Token);
        await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(snapshot), "getInfo of it");
        Check.Lacks(snapshot, await b.CurrentSnapsAsync(source), "among the element's snapshots");
        Check.Lacks(snapshot, await b.CurrentSnapsAsync(null), "among all snapshots");
    }

    [Clause("SNAP-16", Remove, 0, "Removing a snapshot leaves its source and the other snapshots alone.", Needs = [AbilityKey.Snapshot])]
    public static async Task OthersStay(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var (one, other) = (await b.SnapAsync(source), await b.SnapAsync(source));
        await b.Array.SnapRemoveAsync(one, b.Token);
        Check.Unchanged(source, await b.InfoAsync(source));
        Check.Unchanged(other, await b.InfoAsync(other));
    }

    [Clause("SNAP-17", Remove, 0, "Removing a snapshot that isn't there is NotFound.")]
    public static async Task RemoveUnknown(ClauseContext b)
    {
        b.RequireOwn(GuideMethod.SnapRemove);
        await Check.RefusedAsync<NotFoundException>(() => b.Array.SnapRemoveAsync(b.UnknownSnapshot, b.Token), "an unknown snapshot");
    }

    [Clause("SNAP-18", Remove, 0, "Removing a snapshot a second time is NotFound.", Needs = [AbilityKey.Snapshot])]
    public static async Task RemovedAgain(ClauseContext b)
    {
        var snapshot = await b.SnapAsync(await b.CreateAsync());
        await b.Array.SnapRemoveAsync(snapshot, b.Token);
        await Check.RefusedAsync<NotFoundException>(() => b.Array.SnapRemoveAsync(snapshot, b.Token), "a removed snapshot");
    }

    [Clause("SNAP-19", Current, 0, "getCurrentSnaps tells of each snapshot what getInfo tells.", Needs = [AbilityKey.Snapshot])]
    public static async Task AgreesWithInfo(ClauseContext b)
    {
        var source = await b.CreateAsync();
        foreach (var snapshot in new[] { await b.SnapAsync(source), await b.SnapAsync(source) })
        {
            var info = await b.InfoAsync(snapshot);
            Check.Unchanged(snapshot, info);
            foreach (var told in new[] { await b.CurrentSnapsAsync(source), await b.CurrentSnapsAsync(null) })
            {
                var found = told.FirstOrDefault(other => other.Uuid == snapshot.Uuid);
                Check.That(found is not null, $"'{snapshot.Name}' among the snapshots", "it isn't");
                Check.Unchanged(info, found!);
            }
        }
    }

    [Clause("SNAP-20", "isSnapable()", 16,
        "isSnapable, asked again after each snapshot, tells the truth: after yes createSnap works, after no it is refused.", Needs = [AbilityKey.Snapshot])]
    public static async Task SnapableStaysTrue(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.ReadyAsync(AbilityKey.Snapshot, source);
        await Predicates.HoldAsync(() => b.Array.IsSnapableAsync(source, b.Token), () => b.SnapAsync(source), "isSnapable of the element");
        var another = await b.CreateAsync();
        await b.ReadyAsync(AbilityKey.Snapshot, another);
        await Predicates.HoldAsync(() => b.Array.IsSnapableAsync(null, b.Token), () => b.SnapAsync(another), "isSnapable of the array");
    }

    [Clause("SNAP-21", Remove, 0, "snapRemove of an element that is no snapshot is refused, and the element stays.", Needs = [AbilityKey.Snapshot])]
    public static async Task RemoveOfALun(ClauseContext b)
    {
        b.RequireOwn(GuideMethod.SnapRemove);
        var server = await b.ValidatedServerAsync();
        var element = await b.CreateAsync();
        await Check.RefusedAsync<StorageConnectException>(() => b.Raw.SnapRemoveAsync(server, element, b.Token), "snapRemove of a LUN");
        await Check.RefusedAsync<StorageConnectException>(
            () => b.Raw.SnapRemoveAsync(server, element with { Type = StorageElementType.Snapshot }, b.Token), "snapRemove of a LUN that is called a snapshot");
        Check.Unchanged(element, await b.InfoAsync(element));
        Check.Contains(element, await b.ListAsync(), "listed");
    }

    [Clause("SNAP-22", Create, 0, "A snapshot has the size that its source has, an odd one and after a resize too.", Needs = [AbilityKey.Snapshot])]
    public static async Task HasTheSize(ClauseContext b)
    {
        var source = await b.CreateAsync(size: b.Size + 4097);
        var snapshot = await b.SnapAsync(source);
        Check.Equal(source.SizeBytes, snapshot.SizeBytes, "the size");
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Resize)))
        {
            var grown = await b.ResizeAsync(source, b.Size * 3);
            Check.Equal(grown.SizeBytes, (await b.SnapAsync(source)).SizeBytes, "the size after a resize");
            Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
        }
    }

    [Clause("SNAP-23", "isSnapable()", 16,
        "isSnapable tells the truth of a presented element with copies, a clone and an offline one: after yes createSnap works, after no it is refused.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task SnapableIsTrueOfOthers(ClauseContext b)
    {
        foreach (var element in await CloneClauses.SubjectsAsync(b))
        {
            await b.ReadyAsync(AbilityKey.Snapshot, element);
            await Predicates.HoldAsync(() => b.Array.IsSnapableAsync(element, b.Token), () => b.SnapAsync(element), $"isSnapable of '{element.Name}'");
        }
    }

    [Clause("SNAP-24", Remove, 0,
        "Removing a snapshot leaves its source's data and state, and what else was made of it: a snapshot of several, and a clone with its snapshot.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task WhatElseWasMadeStays(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var isMarked = await b.TryWriteAsync(source, 1);
        List<StorageElement> others = [];
        try
        {
            others.Add(await b.MultiSnapAsync(source, await b.CreateAsync()));
            others.Add(await b.MultiSnapAsync(source, await b.CreateAsync()));
        }
        catch (ClauseSkippedException)
        {
            // The array makes none of several.
        }

        var (first, snapshot) = (await b.SnapAsync(source), await b.SnapAsync(source));
        others.Add(first);
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            var clone = await b.CloneAsync(source);
            others.Add(clone);
            await b.Array.SnapRemoveAsync(await b.SnapAsync(clone), b.Token);
        }

        if (isMarked)
        {
            await b.WriteAsync(source, 2);
        }

        var isOffline = await ClauseContext.TryAsync(() => b.Array.OfflineAsync(source, b.Token));
        await b.Array.SnapRemoveAsync(snapshot, b.Token);
        if (others[0].SourceUuids.Count > 1)
        {
            await b.Array.SnapRemoveAsync(others[0], b.Token);
            others.RemoveAt(0);
        }

        foreach (var other in others)
        {
            Check.Unchanged(other, await b.InfoAsync(other));
        }

        Check.Unchanged(isOffline ? source with { State = StorageElementState.Offline } : source, await b.InfoAsync(source));
        if (isOffline)
        {
            await b.Array.OnlineAsync(source, b.Token);
        }

        Check.That(!isMarked || await b.ReadAsync(source) == 2, "the data of the source as they were", "other data");
    }

    private static IEnumerable<string> Uuids(IEnumerable<StorageElement> elements) => elements.Select(element => element.Uuid);
}
