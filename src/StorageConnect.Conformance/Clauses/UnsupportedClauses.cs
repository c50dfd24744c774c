namespace StorageConnect.Conformance.Clauses;

/// <summary>What can't be done is NoSuchOperation; what must always work works.</summary>
[Chapter(260, "Unsupported")]
internal static class UnsupportedClauses
{
    [Clause("UNSUPPORTED-1", "createSnap()", 6, "Without the ability snapshot, createSnap is NoSuchOperation.", Lacks = (int)AbilityKey.Snapshot)]
    public static Task Snapshot(ClauseContext b) => RefusedAsync(b, (server, element) => b.Raw.CreateSnapAsync(server, element, null, b.Token));

    [Clause("UNSUPPORTED-2", "createMultiSnap()", 6, "Without the ability snapshot, createMultiSnap is NoSuchOperation.", Lacks = (int)AbilityKey.Snapshot)]
    public static async Task MultiSnapshot(ClauseContext b)
    {
        var other = await b.CreateAsync();
        await RefusedAsync(b, (server, element) => b.Raw.CreateMultiSnapAsync(server, [element, other], null, b.Token));
    }

    [Clause("UNSUPPORTED-3", "clone()", 6, "Without the ability clone, clone is NoSuchOperation.", Lacks = (int)AbilityKey.Clone)]
    public static Task Clone(ClauseContext b) => RefusedAsync(b, (server, element) => b.Raw.CloneAsync(server, element, null, null, b.Token));

    [Clause("UNSUPPORTED-4", "cloneFromSnap()", 6, "Without the ability snapclone, cloneFromSnap is NoSuchOperation.", Lacks = (int)AbilityKey.SnapClone)]
    public static Task SnapClone(ClauseContext b) =>
        RefusedAsync(b, (server, element) => b.Raw.CloneFromSnapAsync(server, element, b.UnknownSnapshot, null, null, b.Token));

    [Clause("UNSUPPORTED-5", "resize()", 6, "Without the ability resize, resize is NoSuchOperation.", Lacks = (int)AbilityKey.Resize)]
    public static Task Resize(ClauseContext b) => RefusedAsync(b, (server, element) => b.Raw.ResizeAsync(server, element, element.SizeBytes * 2, b.Token));

    [Clause("UNSUPPORTED-6", "splitClone()", 6, "Without the ability splitclone, splitClone is NoSuchOperation.", Lacks = (int)AbilityKey.SplitClone)]
    public static Task Split(ClauseContext b) => RefusedAsync(b, (server, element) => b.Raw.SplitCloneAsync(server, element, b.Token));

    [Clause("UNSUPPORTED-7", "createAccessGroups()", 6, "Without access_control, createAccessGroups is NoSuchOperation.",
        Lacks = (int)AbilityKey.AccessControl)]
    public static Task Groups(ClauseContext b) =>
        RefusedAsync(b, (server, _) => b.Raw.CreateAccessGroupsAsync(server, [new() { Name = b.NewName(), Entries = [b.NewInitiator()] }], b.Token));

    [Clause("UNSUPPORTED-8", "isSnapable()", 6, "Without the ability snapshot, isSnapable says no.", ReadOnly = true, Lacks = (int)AbilityKey.Snapshot)]
    public static async Task NotSnapable(ClauseContext b) => Check.That(!await b.Array.IsSnapableAsync(null, b.Token), "no", "yes");

    [Clause("UNSUPPORTED-9", "isCloneable()", 6, "Without the ability clone, isCloneable says no.", Lacks = (int)AbilityKey.Clone)]
    public static async Task NotCloneable(ClauseContext b) => Check.That(!await b.Array.IsCloneableAsync(await b.CreateAsync(), b.Token), "no", "yes");

    [Clause("UNSUPPORTED-10", "getCurrentSnaps()", 6,
        "getCurrentSnaps works without the ability snapshot too, or is NoSuchOperation: an expired licence locks nothing in.", ReadOnly = true)]
    public static Task SnapshotsAreAlwaysTold(ClauseContext b) =>
        WorksOrNotAsync(() => b.Array.GetCurrentSnapsAsync(null, b.Token), AbilityKey.Snapshot, b, async () => await b.SnapAsync(await b.CreateAsync()));

    [Clause("UNSUPPORTED-11", "getCurrentClones()", 6,
        "getCurrentClones works without the ability clone too, or is NoSuchOperation: an expired licence locks nothing in.", ReadOnly = true)]
    public static Task ClonesAreAlwaysTold(ClauseContext b) =>
        WorksOrNotAsync(() => b.Array.GetCurrentClonesAsync(null, b.Token), AbilityKey.Clone, b, async () => await b.ShallowCloneAsync(await b.CreateAsync()));

    private static async Task RefusedAsync(ClauseContext b, Func<StorageServer, StorageElement, Task> call)
    {
        var (server, element) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        await Check.RefusedAsync<NoSuchOperationException>(() => call(server, element), "it");
        Check.Unchanged(element, await b.InfoAsync(element));
    }

    private static async Task WorksOrNotAsync(Func<Task<IReadOnlyList<StorageElement>>> call, AbilityKey key, ClauseContext b, Func<Task<StorageElement>> make)
    {
        try
        {
            var before = await call();
            if (b.Destructive && ClauseContext.Can(await b.AbilityAsync(key)))
            {
                Check.Contains(await make(), await call(), "in the answer");
            }
            else if (before.Count > 0)
            {
                Check.Happened();
            }
            else
            {
                throw ClauseContext.Skip("There is none on the array that could be told.");
            }
        }
        catch (NoSuchOperationException)
        {
            // An array that can't tell says so.
            Check.Happened();
        }
    }
}
