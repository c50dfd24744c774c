namespace StorageConnect.Conformance.Clauses;

/// <summary>The plug-in's cache: it may save questions, never the truth.</summary>
[Chapter(290, "Cache")]
internal static class CacheClauses
{
    private const string Guide = "Class variables";

    [Clause("CACHE-1", Guide, 0, "What this process changes is seen at once, by getInfo and by list.")]
    public static async Task OwnChangesAreSeen(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await b.InfoAsync(element);
        await b.ListAsync();
        await b.Array.OfflineAsync(element, b.Token);
        Check.Equal(StorageElementState.Offline, (await b.InfoAsync(element)).State, "the state that getInfo tells");
        Check.Equal(StorageElementState.Offline, (await b.ListAsync()).Find(other => other.Uuid == element.Uuid)?.State, "the state that list tells");
    }

    [Clause("CACHE-2", Guide, 0, "What another process made is seen, when nothing of the past is cached.")]
    public static async Task AnotherProcessIsSeen(ClauseContext b)
    {
        await b.ListAsync();
        var element = await b.CreateThroughAsync(b.OpenWithNewInstance());
        b.Cache.Clear();
        Check.Contains(element, await b.ListAsync(), "listed");
        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("CACHE-3", Guide, 0, "What another process removed is gone, when nothing of the past is cached.")]
    public static async Task AnotherProcessRemoves(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await b.ListAsync();
        await b.OpenWithNewInstance().RemoveAsync(element, b.Token);
        b.Cache.Clear();
        Check.Lacks(element, await b.ListAsync(), "listed");
        await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(element), "getInfo of it");
    }

    [Clause("CACHE-4", Guide, 0, "An empty cache changes nothing: all that counts is on the array.")]
    public static async Task NothingIsLostWithIt(ClauseContext b)
    {
        var element = await b.CreateAsync();
        b.Cache.Clear();
        Check.Unchanged(element, await b.InfoAsync(element));
        Check.Contains(element, await b.ListAsync(), "listed");
    }

    [Clause("CACHE-5", Guide, 0, "What another process changed is seen, when nothing of the past is cached: state, size, groups, presentation, snapshots.")]
    public static async Task AnothersChangesAreSeen(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await b.InfoAsync(element);
        await b.ListAsync();
        var other = b.OpenWithNewInstance();
        var expected = element;
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var group = await b.CreateGroupAsync();
            await b.Array.GetAccessGroupsAsync(element, b.Token);
            await other.StartPresentAsync(element, [group.Name], b.Token);
            expected = expected with { AccessGroupNames = [group.Name] };
            b.Cache.Clear();
            Check.Same([group.Name], (await b.Array.GetAccessGroupsAsync(element, b.Token)).Select(seen => seen.Name),
                "groups that the element is presented to");
        }

        if (await b.AbilityAsync(AbilityKey.Resize) == Ability.Online)
        {
            var grown = await b.FinishAsync(await other.ResizeAsync(element, b.Size * 2, allowShrink: false, b.Token), OscOperationKind.Resize);
            expected = expected with { SizeBytes = grown.SizeBytes };
        }

        b.Cache.Clear();
        var info = await b.InfoAsync(element);
        Check.Unchanged(expected with { Page83Id = info.Page83Id }, info);
        Check.Unchanged(info, (await b.ListAsync()).Find(listed => listed.Uuid == element.Uuid)
            ?? throw new ClauseFailedException($"'{element.Name}' listed", "it isn't"));
        if (await b.AbilityAsync(AbilityKey.Snapshot) == Ability.Online)
        {
            var snapshot = await b.FinishAsync(await other.CreateSnapAsync(element, null, b.Token), OscOperationKind.Snapshot);
            b.Cache.Clear();
            Check.Contains(snapshot, await b.CurrentSnapsAsync(element), "among the element's snapshots");
        }
    }
}
