namespace StorageConnect.Conformance.Clauses;

/// <summary>isSplittable and splitClone.</summary>
[Chapter(180, "Splitting")]
internal static class SplittingClauses
{
    private const string Guide = "splitClone()";
    private const string Predicate = "isSplittable()";

    [Clause("SPLIT-1", Guide, 0, "A split clone is a LUN from then on.", Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static async Task IsALun(ClauseContext b)
    {
        var split = await b.SplitAsync(await b.ShallowCloneAsync(await b.CreateAsync()));
        Check.Equal(StorageElementType.Lun, split.Type, "the type answered");
        Check.Equal(StorageElementType.Lun, (await b.InfoAsync(split)).Type, "the type then");
    }

    [Clause("SPLIT-2", Guide, 0, "A split changes none of the clone's identities, its name or its size.", Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static async Task IdentitiesStay(ClauseContext b)
    {
        var clone = await b.ShallowCloneAsync(await b.CreateAsync());
        await b.SplitAsync(clone);
        var after = await b.InfoAsync(clone);
        Check.Unchanged(clone with { Type = StorageElementType.Lun, SourceUuids = after.SourceUuids, ThinProvisioned = after.ThinProvisioned }, after);
    }

    [Clause("SPLIT-3", "getCurrentClones()", 0, "A split clone is no clone of its source any more.", Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static async Task IsNoCloneAnyMore(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var split = await b.SplitAsync(await b.ShallowCloneAsync(source));
        Check.Lacks(split, await b.CurrentClonesAsync(source), "among the clones of its source");
        Check.Lacks(split, await b.CurrentClonesAsync(null), "among all clones");
    }

    [Clause("SPLIT-4", Predicate, 0, "Where isSplittable says yes, splitClone works.", Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static async Task SplittableIsTrue(ClauseContext b)
    {
        var clone = await b.ShallowCloneAsync(await b.CreateAsync());
        if (await b.AbilityAsync(AbilityKey.SplitClone) == Ability.Offline)
        {
            await b.Array.OfflineAsync(clone, b.Token);
        }

        Check.That(await b.Array.IsSplittableAsync(clone, b.Token), "isSplittable of a new clone: yes", "no");
        await b.SplitAsync(clone);
    }

    [Clause("SPLIT-5", Predicate, 0, "isSplittable says no of a LUN that shares nothing.")]
    public static async Task ALunIsNotSplittable(ClauseContext b) => Check.That(!await b.Array.IsSplittableAsync(await b.CreateAsync(), b.Token), "no", "yes");

    [Clause("SPLIT-6", Predicate, 0, "isSplittable says no after a split.", Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static async Task IsNotSplittableAgain(ClauseContext b)
    {
        var split = await b.SplitAsync(await b.ShallowCloneAsync(await b.CreateAsync()));
        Check.That(!await b.Array.IsSplittableAsync(split, b.Token), "no", "yes");
    }

    [Clause("SPLIT-7", Predicate, 0, "isSplittable of an element that isn't there is NotFound.", ReadOnly = true)]
    public static async Task SplittableUnknown(ClauseContext b) =>
        await Check.RefusedAsync<NotFoundException>(() => b.Array.IsSplittableAsync(b.Unknown, b.Token), "an unknown element");

    [Clause("SPLIT-8", Guide, 0, "Splitting an element that isn't there is NotFound.", Needs = [AbilityKey.SplitClone])]
    public static async Task Unknown(ClauseContext b)
    {
        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.SplitCloneAsync(server, b.Unknown, b.Token), "an unknown element");
    }

    [Clause("SPLIT-9", Guide, 0, "A split leaves the data of both as they were.", Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static async Task DataOutliveIt(ClauseContext b)
    {
        const byte first = 0x51, second = 0x52, third = 0x53;
        var source = await b.CreateAsync();
        await b.WriteAsync(source, first);
        var (untouched, written) = (await b.ShallowCloneAsync(source), await b.ShallowCloneAsync(source));
        await b.WriteAsync(written, second);
        await b.WriteAsync(source, third);
        await b.SplitAsync(untouched);
        await b.SplitAsync(written);
        Check.Equal(first, await b.ReadAsync(untouched), "the mark on the clone that nothing was written to");
        Check.Equal(second, await b.ReadAsync(written), "the mark on the clone that was written to");
        Check.Equal(third, await b.ReadAsync(source), "the mark on the source");
    }

    [Clause("SPLIT-10", Guide, 0, "After a split the source can go, and the clone stays.", Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static async Task TheSourceCanGo(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var split = await b.SplitAsync(await b.ShallowCloneAsync(source));
        await b.Array.RemoveAsync(source, b.Token);
        Check.Equal(split.Page83Id, (await b.InfoAsync(split)).Page83Id, "its identity");
    }

    [Clause("SPLIT-11", Guide, 6, "With splitclone_while_open a clone that is online and presented can be split; its presentation stays.",
        Needs = [AbilityKey.SplitClone, AbilityKey.SplitCloneWhileOpen, AbilityKey.Clone, AbilityKey.AccessControl])]
    public static async Task WhileOpen(ClauseContext b)
    {
        if (await b.AbilityAsync(AbilityKey.SplitClone) == Ability.Offline)
        {
            throw ClauseContext.Skip("The ability SplitClone is Offline.");
        }

        var clone = await b.ShallowCloneAsync(await b.CreateAsync());
        clone = await b.Array.StartPresentAsync(clone, [(await b.CreateGroupAsync()).Name], b.Token);
        var split = await b.SplitAsync(clone);
        var info = await b.InfoAsync(split);
        Check.Same(clone.AccessGroupNames, info.AccessGroupNames, "groups that it is presented to");
        Check.Equal((clone.Uuid, clone.Page83Id, clone.Name, clone.SizeBytes), (info.Uuid, info.Page83Id, info.Name, info.SizeBytes),
            "identities, name and size");
    }

    [Clause("SPLIT-14", "isSplittable()", 16, "isSplittable says no of a snapshot.", Needs = [AbilityKey.Snapshot])]
    public static async Task OfASnapshot(ClauseContext b)
    {
        var snapshot = await b.SnapAsync(await b.CreateAsync());
        try
        {
            Check.That(!await b.Array.IsSplittableAsync(snapshot, b.Token), "isSplittable: no", "yes");
        }
        catch (InvalidRequestException)
        {
            Check.Happened();
        }
    }

    [Clause("SPLIT-15", Guide, 0, "A split leaves the clone's own snapshots and clones, and their source; a split of a clone's clone leaves the first a clone.",
        Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static async Task ItsOwnCopiesStay(ClauseContext b)
    {
        var clone = await b.ShallowCloneAsync(await b.CreateAsync());
        var (copy, second) = (await b.ShallowCloneAsync(clone), await b.ShallowCloneAsync(clone));
        await SplitOrSkipAsync(second);
        Check.Unchanged(clone, await b.InfoAsync(clone));
        Check.Unchanged(copy, await b.InfoAsync(copy));
        var snapshot = ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)) ? await b.SnapAsync(clone) : null;
        await SplitOrSkipAsync(clone);
        Check.Unchanged(copy, await b.InfoAsync(copy));
        if (snapshot is not null)
        {
            Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
        }

        async Task SplitOrSkipAsync(StorageElement one)
        {
            await b.ReadyAsync(AbilityKey.SplitClone, one);
            if (!await b.Array.IsSplittableAsync(one, b.Token))
            {
                throw ClauseContext.Skip($"isSplittable says no of '{one.Name}'.");
            }

            await b.SplitAsync(one);
            if (await b.AbilityAsync(AbilityKey.SplitClone) == Ability.Offline)
            {
                await b.Array.OnlineAsync(one, b.Token);
            }
        }
    }

    [Clause("SPLIT-16", Predicate, 16,
        "isSplittable tells the truth of a clone, of a snapshot's, of an offline and of a presented one: after yes it is split, after no that is refused.",
        Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static async Task SplittableIsTrueOfAll(ClauseContext b)
    {
        var source = await b.CreateAsync();
        List<StorageElement> clones = [await b.ShallowCloneAsync(source), await b.ShallowCloneAsync(source), await b.ShallowCloneAsync(source)];
        await b.ReadyAsync(AbilityKey.SplitClone, clones[0]);
        await ClauseContext.TryAsync(() => b.Array.OfflineAsync(clones[1], b.Token));
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            await b.Array.StartPresentAsync(clones[2], [(await b.CreateGroupAsync()).Name], b.Token);
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.SnapClone)) && ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            clones.Add(await b.CloneFromSnapAsync(source, await b.SnapAsync(source)));
            await b.ReadyAsync(AbilityKey.SplitClone, clones[^1]);
        }

        var server = await b.ValidatedServerAsync();
        foreach (var clone in clones.Where(clone => clone.Type == StorageElementType.SnapClone))
        {
            var says = await b.Array.IsSplittableAsync(clone, b.Token);
            StorageElement? split = null;
            var isDone = await ClauseContext.TryAsync(async () =>
                split = await b.FinishAsync(await b.Raw.SplitCloneAsync(server, clone, b.Token), OscOperationKind.Split));
            Check.Equal(says, isDone, $"'{clone.Name}' split, as isSplittable says");
            if (split is not null)
            {
                Check.Equal(StorageElementType.Lun, (await b.InfoAsync(clone)).Type, $"the type of '{clone.Name}'");
                Check.Contains(clone, await b.ListAsync(new() { Types = [StorageElementType.Lun] }), "among the LUNs");
                Check.Lacks(clone, await b.ListAsync(new() { Types = [StorageElementType.SnapClone] }), "among the clones");
            }
        }
    }

    [Clause("SPLIT-17", Guide, 0, "A split of a snapshot's clone, and its removal then, leave the snapshot.",
        Needs = [AbilityKey.SplitClone, AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task TheSnapshotStays(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var snapshot = await b.SnapAsync(source);
        var clone = await b.CloneFromSnapAsync(source, snapshot);
        if (clone.Type != StorageElementType.SnapClone)
        {
            throw ClauseContext.Skip("Clones are full copies here: they share nothing that could be split.");
        }

        await b.SplitAsync(clone);
        await IsThereAsync();
        await b.Array.RemoveAsync(clone, b.Token);
        await IsThereAsync();

        async Task IsThereAsync()
        {
            Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
            Check.Same([snapshot.Uuid], (await b.CurrentSnapsAsync(source)).Select(one => one.Uuid), "snapshots of the element");
        }
    }

    [Clause("SPLIT-12", Guide, 0, "Of two clones of one element, the one that is not split stays a clone, and stays as it was.",
        Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static async Task TheOtherCloneStays(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var (one, other) = (await b.ShallowCloneAsync(source), await b.ShallowCloneAsync(source));
        var split = await b.SplitAsync(one);
        Check.Unchanged(other, await b.InfoAsync(other));
        var info = await b.InfoAsync(split);
        Check.Unchanged(split with { State = info.State }, info);
        Check.Same([other.Uuid], (await b.CurrentClonesAsync(source)).Select(clone => clone.Uuid), "clones of the element");
    }

    [Clause("SPLIT-13", Guide, 0, "splitClone of an element that is no clone changes nothing, whether it is refused or not.", Needs = [AbilityKey.SplitClone])]
    public static async Task OfALun(ClauseContext b)
    {
        var (server, element) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        var isMarked = await b.TryWriteAsync(element, 0x54);
        await ClauseContext.TryAsync(() => b.Raw.SplitCloneAsync(server, element, b.Token));
        Check.Unchanged(element, await b.InfoAsync(element));
        if (isMarked)
        {
            Check.Equal((byte)0x54, await b.ReadAsync(element), "its data");
        }
    }
}
