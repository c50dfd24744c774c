namespace StorageConnect.Conformance.Clauses;

/// <summary>getCloneLimits and getSnapLimits.</summary>
[Chapter(210, "Limits")]
internal static class LimitClauses
{
    private const string Clones = "getCloneLimits()";
    private const string Snapshots = "getSnapLimits()";

    // What can be made in a test.
    private const long Reachable = 16;

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

    [Clause("LIMIT-7", Clones, 16, "At the limit of clones isCloneable says no, and one more is LimitExceeded.", Needs = [AbilityKey.Clone])]
    public static async Task CloneLimitHolds(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await ReachAsync(await b.Array.GetCloneLimitsAsync(source, b.Token), () => b.CloneAsync(source));
        Check.That(!await b.Array.IsCloneableAsync(source, b.Token), "isCloneable at the limit: no", "yes");
        await Check.RefusedAsync<LimitExceededException>(() => b.CloneAsync(source), "one clone more");
    }

    [Clause("LIMIT-8", Snapshots, 16, "At the limit of snapshots isSnapable says no, and one more is LimitExceeded.", Needs = [AbilityKey.Snapshot])]
    public static async Task SnapLimitHolds(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await ReachAsync(await b.Array.GetSnapLimitsAsync(source, b.Token), () => b.SnapAsync(source));
        Check.That(!await b.Array.IsSnapableAsync(source, b.Token), "isSnapable at the limit: no", "yes");
        await Check.RefusedAsync<LimitExceededException>(() => b.SnapAsync(source), "one snapshot more");
    }

    private static void IsALimit(long limit) => Check.That(limit >= Capabilities.Unlimited, "a number, or -1", limit);

    /// <summary>Makes as many as there can be; others' count too where the limit is the array's.</summary>
    private static async Task ReachAsync(long limit, Func<Task<StorageElement>> make)
    {
        if (limit is < 0 or > Reachable)
        {
            throw ClauseContext.Skip($"The limit is {limit}: it can't be reached here.");
        }

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
}
