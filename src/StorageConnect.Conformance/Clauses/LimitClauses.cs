namespace StorageConnect.Conformance.Clauses;

/// <summary>getCloneLimits and getSnapLimits.</summary>
[Chapter(210, "Limits")]
internal static class LimitClauses
{
    private const string Clones = "getCloneLimits()";
    private const string Snapshots = "getSnapLimits()";

    [Clause("LIMIT-1", Clones, 16, "The array's limit of clones is a number, or -1 for unlimited.", ReadOnly = true)]
    public static async Task CloneLimit(ClauseContext b) => IsALimit(await b.Array.GetCloneLimitsAsync(null, b.Token));

    [Clause("LIMIT-2", Snapshots, 16, "The array's limit of snapshots is a number, or -1 for unlimited.", ReadOnly = true)]
    public static async Task SnapLimit(ClauseContext b) => IsALimit(await b.Array.GetSnapLimitsAsync(null, b.Token));

    [Clause("LIMIT-3", Clones, 16, "An element's limit of clones is a number, or -1 for unlimited.")]
    public static async Task CloneLimitOfAnElement(ClauseContext b) => IsALimit(await b.Array.GetCloneLimitsAsync(await b.SubjectAsync(), b.Token));

    [Clause("LIMIT-4", Snapshots, 16, "An element's limit of snapshots is a number, or -1 for unlimited.")]
    public static async Task SnapLimitOfAnElement(ClauseContext b) => IsALimit(await b.Array.GetSnapLimitsAsync(await b.SubjectAsync(), b.Token));

    [Clause("LIMIT-5", Clones, 0, "The limit of clones of an element that isn't there is NotFound.", ReadOnly = true)]
    public static async Task CloneLimitOfUnknown(ClauseContext b) =>
        await Check.RefusedAsync<NotFoundException>(() => b.Array.GetCloneLimitsAsync(b.Unknown, b.Token), "an unknown element");

    [Clause("LIMIT-6", Snapshots, 0, "The limit of snapshots of an element that isn't there is NotFound.", ReadOnly = true)]
    public static async Task SnapLimitOfUnknown(ClauseContext b) =>
        await Check.RefusedAsync<NotFoundException>(() => b.Array.GetSnapLimitsAsync(b.Unknown, b.Token), "an unknown element");

    [Clause("LIMIT-12", "isSnapable()", 16, "Where isSnapable or isCloneable says yes, the limit is not 0.")]
    public static async Task LimitsAndPredicatesAgree(ClauseContext b)
    {
        var element = await b.SubjectAsync();
        foreach (var (says, limit, what) in new (Func<Task<bool>> Says, Func<Task<long>> Limit, string What)[]
        {
            (() => b.Array.IsSnapableAsync(null, b.Token), () => b.Array.GetSnapLimitsAsync(null, b.Token), "the array's limit of snapshots"),
            (() => b.Array.IsSnapableAsync(element, b.Token), () => b.Array.GetSnapLimitsAsync(element, b.Token), "the element's limit of snapshots"),
            (() => b.Array.IsCloneableAsync(element, b.Token), () => b.Array.GetCloneLimitsAsync(null, b.Token), "the array's limit of clones"),
            (() => b.Array.IsCloneableAsync(element, b.Token), () => b.Array.GetCloneLimitsAsync(element, b.Token), "the element's limit of clones"),
        })
        {
            if (await says())
            {
                Check.That(await limit() != 0, $"{what} above 0, or -1, as one can be made now", 0);
            }
        }
    }

    [Clause("LIMIT-7", Clones, 16, "At the limit of clones isCloneable says no, and one more is LimitExceeded.", Needs = [AbilityKey.Clone])]
    public static async Task CloneLimitHolds(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await ReachAsync(b, await b.Array.GetCloneLimitsAsync(source, b.Token), () => b.CloneAsync(source));
        Check.That(!await b.Array.IsCloneableAsync(source, b.Token), "isCloneable at the limit: no", "yes");
        await Check.RefusedAsync<LimitExceededException>(() => b.CloneAsync(source), "one clone more");
    }

    [Clause("LIMIT-8", Snapshots, 16, "At the limit of snapshots isSnapable says no, and one more is LimitExceeded.", Needs = [AbilityKey.Snapshot])]
    public static async Task SnapLimitHolds(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await ReachAsync(b, await b.Array.GetSnapLimitsAsync(source, b.Token), () => b.SnapAsync(source));
        Check.That(!await b.Array.IsSnapableAsync(source, b.Token), "isSnapable at the limit: no", "yes");
        await Check.RefusedAsync<LimitExceededException>(() => b.SnapAsync(source), "one snapshot more");
    }

    [Clause("LIMIT-9", Clones, 16, "As many clones as the limit says can be made, and one more when one of them was removed.", Needs = [AbilityKey.Clone])]
    public static async Task RemovedClonesDoNotCount(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.ReadyAsync(AbilityKey.Clone, source);
        var made = await FillAsync(b, await b.Array.GetCloneLimitsAsync(source, b.Token), () => b.CloneAsync(source),
            async () => (await b.CurrentClonesAsync(null)).Count);
        for (var time = 0; time < 2; time++)
        {
            await b.Array.RemoveAsync(made[^1], b.Token);
            Check.That(await b.Array.IsCloneableAsync(source, b.Token), "isCloneable after a clone was removed: yes", "no");
            made[^1] = await b.CloneAsync(source);
        }
    }

    [Clause("LIMIT-10", Snapshots, 16, "As many snapshots as the limit says can be made, and one more when one of them was removed.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task RemovedSnapshotsDoNotCount(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.ReadyAsync(AbilityKey.Snapshot, source);
        var made = await FillAsync(b, await b.Array.GetSnapLimitsAsync(source, b.Token), () => b.SnapAsync(source),
            async () => (await b.CurrentSnapsAsync(null)).Count);
        for (var time = 0; time < 2; time++)
        {
            await b.Array.SnapRemoveAsync(made[^1], b.Token);
            Check.That(await b.Array.IsSnapableAsync(source, b.Token), "isSnapable after a snapshot was removed: yes", "no");
            made[^1] = await b.SnapAsync(source);
        }
    }

    [Clause("LIMIT-11", Clones, 16, "While copies are made and removed, the limits that are told stay.", Needs = [AbilityKey.Snapshot])]
    public static async Task LimitsStay(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var before = await AllAsync();
        await b.SnapAsync(source);
        var snapshot = await b.SnapAsync(source);
        Check.Equal(before, await AllAsync(), "the limits with two snapshots");
        await b.Array.SnapRemoveAsync(snapshot, b.Token);
        Check.Equal(before, await AllAsync(), "the limits after one was removed");
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            var clone = await b.CloneAsync(source);
            IsALimit(await b.Array.GetSnapLimitsAsync(clone, b.Token));
            IsALimit(await b.Array.GetCloneLimitsAsync(clone, b.Token));
        }

        async Task<(long, long, long, long)> AllAsync() => (
            await b.Array.GetSnapLimitsAsync(source, b.Token), await b.Array.GetSnapLimitsAsync(null, b.Token),
            await b.Array.GetCloneLimitsAsync(source, b.Token), await b.Array.GetCloneLimitsAsync(null, b.Token));
    }

    [Clause("LIMIT-13", Snapshots, 16,
        "At the limit of snapshots a snapshot of several is LimitExceeded too, and nothing is made.", Needs = [AbilityKey.Snapshot])]
    public static async Task SnapLimitHoldsForSeveral(ClauseContext b)
    {
        var (source, other) = (await b.CreateAsync(), await b.CreateAsync());
        var limit = await b.Array.GetSnapLimitsAsync(source, b.Token);
        await b.Array.SnapRemoveAsync(await b.MultiSnapAsync(source, other), b.Token);
        await ReachAsync(b, limit, () => b.SnapAsync(source));
        await Check.RefusedAsync<LimitExceededException>(() => b.MultiSnapAsync(source, other), "a snapshot of several more");
        Check.Same([], (await b.CurrentSnapsAsync(other)).Select(snapshot => snapshot.Name), "snapshots of the other member");
    }

    [Clause("LIMIT-14", Clones, 16, "At the limit of clones a clone of a snapshot is LimitExceeded too, and nothing is made.",
        Needs = [AbilityKey.Clone, AbilityKey.Snapshot, AbilityKey.SnapClone])]
    public static async Task CloneLimitHoldsForSnapshots(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var limit = await b.Array.GetCloneLimitsAsync(source, b.Token);
        RequireReachable(b, limit);
        var snapshot = await b.SnapAsync(source);
        await b.Array.RemoveAsync(await b.CloneFromSnapAsync(source, snapshot), b.Token);
        await ReachAsync(b, limit, () => b.CloneAsync(source));
        var before = (await b.CurrentClonesAsync(null)).Select(clone => clone.Uuid).ToList();
        await Check.RefusedAsync<LimitExceededException>(() => b.CloneFromSnapAsync(source, snapshot), "one clone more, of a snapshot");
        Check.Same(before, (await b.CurrentClonesAsync(null)).Select(clone => clone.Uuid), "clones");
    }

    private static void IsALimit(long limit) => Check.That(limit >= Capabilities.Unlimited, "a number, or -1", limit);

    /// <summary>Makes as many as there can be; others' count too where the limit is the array's.</summary>
    private static async Task ReachAsync(ClauseContext b, long limit, Func<Task<StorageElement>> make)
    {
        RequireReachable(b, limit);
        for (var made = 0; made < limit; made++)
        {
            try
            {
                await make();
            }
            catch (LimitExceededException)
            {
                break;
            }
        }
    }

    /// <summary>Makes as many as the limit says: fewer only by those that there are on the array already.</summary>
    private static async Task<List<StorageElement>> FillAsync(ClauseContext b, long limit, Func<Task<StorageElement>> make, Func<Task<int>> count)
    {
        RequireReachable(b, limit);
        var others = await count();
        var made = new List<StorageElement>();
        while (made.Count < limit)
        {
            try
            {
                made.Add(await make());
            }
            catch (LimitExceededException)
            {
                Check.That(made.Count + others >= limit, $"{limit} in all, {others} of others among them", made.Count);
                break;
            }
        }

        return made.Count > 0 ? made : throw ClauseContext.Skip("Others have used up the limit.");
    }

    // What can be made in a test.
    private static void RequireReachable(ClauseContext b, long limit)
    {
        if (limit < 1 || limit > b.Several(16, 64))
        {
            throw ClauseContext.Skip($"The limit is {limit}: it can't be reached here.");
        }
    }
}
