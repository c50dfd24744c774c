namespace StorageConnect.Conformance.Clauses;

/// <summary>remove.</summary>
[Chapter(270, "Removal")]
internal static class RemovalClauses
{
    private const string Guide = "remove()";

    [Clause("REMOVE-1", Guide, 0, "A removed element is gone, from list and from getInfo.")]
    public static async Task IsGone(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await b.Array.RemoveAsync(element, b.Token);
        Check.Lacks(element, await b.ListAsync(), "listed");
        await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(element), "getInfo of it");
    }

    [Clause("REMOVE-2", Guide, 0, "Removing it a second time is NotFound.")]
    public static async Task Again(ClauseContext b)
    {
        var (server, element) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        await b.Array.RemoveAsync(element, b.Token);
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.RemoveAsync(server, element, b.Token), "a removed element");
    }

    [Clause("REMOVE-3", Guide, 15, "An element that is still presented is not removed, nor withdrawn: StorageElementBusy.", Needs = [AbilityKey.AccessControl])]
    public static async Task WhilePresented(ClauseContext b)
    {
        var element = await b.Array.StartPresentAsync(await b.CreateAsync(), [(await b.CreateGroupAsync()).Name], b.Token);
        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<StorageElementBusyException>(() => b.Raw.RemoveAsync(server, element, b.Token), "removing it");
        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("REMOVE-4", Guide, 0, "Removing an element that isn't there is NotFound.")]
    public static async Task Unknown(ClauseContext b)
    {
        b.RequireOwn(GuideMethod.Remove);
        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.RemoveAsync(server, b.Unknown, b.Token), "an unknown element");
    }

    [Clause("REMOVE-5", Guide, 15, "Removing an element takes no snapshot with it: it is refused, or the snapshot stays.", Needs = [AbilityKey.Snapshot])]
    public static async Task SnapshotsStay(ClauseContext b)
    {
        var element = await b.CreateAsync();
        var snapshot = await b.SnapAsync(element);
        if (await RefusedAsync(b, element))
        {
            Check.Unchanged(element, await b.InfoAsync(element));
        }

        await b.InfoAsync(snapshot);
    }

    [Clause("REMOVE-12", Guide, 15, "Removing a member of a snapshot of several takes nothing out of it: it is refused, or the snapshot keeps its members.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task MembersStay(ClauseContext b)
    {
        StorageElement[] members = [await b.CreateAsync(), await b.CreateAsync(), await b.CreateAsync()];
        var snapshot = await b.MultiSnapAsync(members);
        foreach (var member in members)
        {
            if (await RefusedAsync(b, member))
            {
                Check.Unchanged(member, await b.InfoAsync(member));
            }

            Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
        }
    }

    [Clause("REMOVE-6", Guide, 15, "Removing an element takes no clone with it: it is refused, or the clone stays.", Needs = [AbilityKey.Clone])]
    public static async Task ClonesStay(ClauseContext b)
    {
        var element = await b.CreateAsync();
        var clone = await b.CloneAsync(element);
        if (await RefusedAsync(b, element))
        {
            Check.Unchanged(element, await b.InfoAsync(element));
        }

        var after = await b.InfoAsync(clone);
        Check.Equal((clone.Name, clone.Page83Id, clone.SizeBytes), (after.Name, after.Page83Id, after.SizeBytes), "the clone as it was");
    }

    [Clause("REMOVE-7", Guide, 0, "Removing an element leaves the others alone.")]
    public static async Task OthersStay(ClauseContext b)
    {
        var (element, other) = (await b.CreateAsync(), await b.CreateAsync());
        await b.Array.RemoveAsync(element, b.Token);
        Check.Unchanged(other, await b.InfoAsync(other));
        Check.Contains(other, await b.ListAsync(), "listed");
    }

    [Clause("REMOVE-8", Guide, 0, "Removing a clone leaves its source alone.", Needs = [AbilityKey.Clone])]
    public static async Task TheSourceStays(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.Array.RemoveAsync(await b.CloneAsync(source), b.Token);
        Check.Unchanged(source, await b.InfoAsync(source));
    }

    [Clause("REMOVE-9", Guide, 13, "Removing an element leaves the groups it was presented to.", Needs = [AbilityKey.AccessControl])]
    public static async Task GroupsStay(ClauseContext b)
    {
        var group = await b.CreateGroupAsync();
        var element = await b.Array.StartPresentAsync(await b.CreateAsync(), [group.Name], b.Token);
        await b.Array.StopPresentAsync(element, [group.Name], b.Token);
        await b.Array.RemoveAsync(element, b.Token);
        Check.Same(group.Entries, (await b.Array.FindAccessGroupAsync(group.Name, b.Token)).Entries, "the group's entries");
    }

    [Clause("REMOVE-10", Guide, 15, "A removal that is refused has done nothing: state, data, presentation and groups are as they were.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task RefusedDoesNothing(ClauseContext b)
    {
        var (server, group) = (await b.ValidatedServerAsync(), await b.CreateGroupAsync());
        var presented = await b.Array.StartPresentAsync(await b.CreateAsync(), [group.Name], b.Token);
        await StaysAsync(presented);
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            var source = await b.CreateAsync();
            var isMarked = await b.TryWriteAsync(source, 2);
            await b.SnapAsync(source);
            if (await RefusedAsync(b, source))
            {
                await IsAsBeforeAsync(source, isMarked);
            }
        }

        async Task StaysAsync(StorageElement element)
        {
            var isMarked = await b.TryWriteAsync(element, 2);
            await Check.RefusedAsync<StorageElementBusyException>(() => b.Raw.RemoveAsync(server, element, b.Token), "removing a presented element");
            await IsAsBeforeAsync(element, isMarked);
            Check.Same(group.Entries, (await b.Array.FindAccessGroupAsync(group.Name, b.Token)).Entries, "the group's entries");
        }

        async Task IsAsBeforeAsync(StorageElement element, bool isMarked)
        {
            Check.Unchanged(element, await b.InfoAsync(element));
            Check.That(!isMarked || await b.ReadAsync(element) == 2, $"the data of '{element.Name}' as they were", "other data");
        }
    }

    [Clause("REMOVE-11", Guide, 15,
        "Removing a clone leaves the data of its source and of the clone's clones; removing a snapshot's clone leaves the snapshot.",
        Needs = [AbilityKey.Clone])]
    public static async Task TheFamilyKeepsItsData(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var isMarked = await b.TryWriteAsync(source, 1);
        var clone = await b.CloneAsync(source);
        List<StorageElement> family = [source];
        await b.ReadyAsync(AbilityKey.Clone, clone);
        if (await b.Array.IsCloneableAsync(clone, b.Token))
        {
            family.Add(await b.CloneAsync(clone));
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)) && ClauseContext.Can(await b.AbilityAsync(AbilityKey.SnapClone)))
        {
            var snapshot = await b.SnapAsync(source);
            family.Add(snapshot);
            await b.Array.RemoveAsync(await b.CloneFromSnapAsync(source, snapshot), b.Token);
        }

        await ClauseContext.TryAsync(() => b.Array.RemoveAsync(clone, b.Token));
        foreach (var member in family)
        {
            var after = await b.InfoAsync(member);
            Check.Unchanged(member with { SourceUuids = after.SourceUuids, Type = after.Type }, after);
            Check.That(!isMarked || member.Type == StorageElementType.Snapshot || await b.ReadAsync(member) == 1, $"the data of '{member.Name}'", "other data");
        }

        foreach (var copy in family.Skip(1).Where(member => member.Type != StorageElementType.Snapshot))
        {
            await ClauseContext.TryAsync(() => b.Array.RemoveAsync(copy, b.Token));
            Check.That(!isMarked || await b.ReadAsync(source) == 1, $"the data of '{source.Name}' then", "other data");
        }
    }

    private static async Task<bool> RefusedAsync(ClauseContext b, StorageElement element)
    {
        try
        {
            await b.Array.RemoveAsync(element, b.Token);
            return false;
        }
        catch (StorageElementBusyException)
        {
            return true;
        }
    }
}
