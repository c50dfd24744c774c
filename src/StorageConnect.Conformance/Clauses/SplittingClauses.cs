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
        const byte mark = 0x5c;
        var source = await b.CreateAsync();
        await b.WriteAsync(source, mark);
        var split = await b.SplitAsync(await b.ShallowCloneAsync(source));
        Check.Equal(mark, await b.ReadAsync(split), "the mark on the clone");
        Check.Equal(mark, await b.ReadAsync(source), "the mark on the source");
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
        Check.Same(clone.AccessGroupNames, (await b.InfoAsync(split)).AccessGroupNames, "groups that it is presented to");
    }
}
