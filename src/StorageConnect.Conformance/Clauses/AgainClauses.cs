using StorageConnect.Engine.Errors;

namespace StorageConnect.Conformance.Clauses;

/// <summary>What is made under the name of something that was removed: it is new, and has nothing of the old.</summary>
[Chapter(285, "Again")]
internal static class AgainClauses
{
    private const byte OldMark = 0x5c;

    [Clause("AGAIN-1", "create()", 0, "An element with the name of a removed one has nothing of it: no presentation, no quality of service, no copies.")]
    public static async Task Elements(ClauseContext b)
    {
        var quality = await b.AnyQualityAsync();
        var plain = await b.CreateAsync();
        var old = await b.CreateAsync(qos: quality);
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var group = await b.CreateGroupAsync();
            await b.Array.StartPresentAsync(old, [group.Name], b.Token);
            await b.Array.StopPresentAsync(old, [group.Name], b.Token);
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            await b.Array.SnapRemoveAsync(await b.SnapAsync(old), b.Token);
        }

        await b.Array.RemoveAsync(old, b.Token);
        var again = await b.CreateAsync(old.Name);
        Check.That(again.Uuid != old.Uuid, "another identity than the removed element's", again.Uuid);
        var info = await b.InfoAsync(again);
        Check.Equal(plain.Qos, info.Qos, "the quality of service that elements get here");
        Check.Equal(plain.State, info.State, "the state that elements get here");
        Check.Same([], info.AccessGroupNames, "groups that it is presented to");
        await TellsNoneAsync(() => b.Array.GetCurrentSnapsAsync(again, b.Token), "snapshots");
        await TellsNoneAsync(() => b.Array.GetCurrentClonesAsync(again, b.Token), "clones");
    }

    [Clause("AGAIN-2", "create()", 0, "A new element shows nothing of the data of a removed one.")]
    public static async Task Data(ClauseContext b)
    {
        var old = await b.CreateAsync();
        await b.WriteAsync(old, OldMark);
        await b.Array.RemoveAsync(old, b.Token);
        Check.That(await b.ReadAsync(await b.CreateAsync(old.Name)) != OldMark, "other data than the removed element's", "the same");
    }

    [Clause("AGAIN-3", "createSnap()", 0, "The name of a removed snapshot is free again, and the new one has the data of its own time.",
        Needs = [AbilityKey.Snapshot, AbilityKey.CustomSnapName])]
    public static async Task Snapshots(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var isReadable = await b.TryWriteAsync(source, OldMark);
        var old = await b.SnapAsync(source);
        await b.Array.SnapRemoveAsync(old, b.Token);
        isReadable = isReadable && await b.TryWriteAsync(source, OldMark + 1);
        var again = await b.SnapAsync(source, old.Name);
        Check.Equal(old.Name, again.Name, "the name");
        Check.That(again.Uuid != old.Uuid, "another identity than the removed snapshot's", again.Uuid);
        await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(old), "getInfo of the removed snapshot");
        Check.Same([source.Uuid], (await b.InfoAsync(again)).SourceUuids, "what it was made of");
        if (isReadable && ClauseContext.Can(await b.AbilityAsync(AbilityKey.SnapClone)))
        {
            Check.Equal((byte)(OldMark + 1), await b.ReadAsync(await b.CloneFromSnapAsync(source, again)), "the data of the new snapshot");
        }
    }

    [Clause("AGAIN-4", "clone()", 0, "The name of a removed clone is free again, and the new one has a source of its own.",
        Needs = [AbilityKey.Clone, AbilityKey.CustomCloneName])]
    public static async Task Clones(ClauseContext b)
    {
        var (one, other) = (await b.CreateAsync(), await b.CreateAsync());
        var old = await b.CloneAsync(one);
        await b.Array.RemoveAsync(old, b.Token);
        var again = await b.CloneAsync(other, old.Name, null);
        Check.Equal(old.Name, again.Name, "the name");
        Check.That(again.Uuid != old.Uuid && b.DifferForHosts(again, old), "other identities than the removed clone's", again.Uuid);
        await CloneClauses.CheckSourceAsync(b, await b.InfoAsync(again), other);
    }

    [Clause("AGAIN-5", "createAccessGroups()", 10, "A group with the name of a removed one has its own entries, and nothing is presented to it.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task Groups(ClauseContext b)
    {
        var (element, old) = (await b.CreateAsync(), await b.CreateGroupAsync());
        await b.Array.StartPresentAsync(element, [old.Name], b.Token);
        await b.Array.StopPresentAsync(element, [old.Name], b.Token);
        await b.Array.RemoveAccessGroupsAsync([old], b.Token);
        var again = await b.CreateGroupAsync(old.Name, b.NewInitiator());
        Check.That(!again.Entries.Intersect(old.Entries).Any(), "entries of its own", again.Entries);
        Check.Same(again.Entries, (await b.Array.FindAccessGroupAsync(old.Name, b.Token)).Entries, "the entries then");
        Check.Same([], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
        Check.Same([], (await b.Array.GetAccessGroupsAsync(element, b.Token)).Select(group => group.Name), "groups of the element");
    }

    private static async Task TellsNoneAsync(Func<Task<IReadOnlyList<StorageElement>>> ask, string what)
    {
        try
        {
            Check.Same([], (await ask()).Select(one => one.Name), what);
        }
        catch (StorageConnectException e) when (e is not PluginFaultException)
        {
            // Not every array can tell them. To tell those of another element is a fault.
        }
    }
}
