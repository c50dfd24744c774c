namespace StorageConnect.Conformance.Clauses;

/// <content>A clone is an element like any other: it has copies of its own, and is changed like a LUN.</content>
internal static partial class CloneClauses
{
    [Clause("CLONE-24", "getCurrentClones()", 0, "A clone has snapshots and clones of its own: they name it, are listed, and are not its source's.",
        Needs = [AbilityKey.Clone])]
    public static async Task HasItsOwnCopies(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var clone = await b.ShallowCloneAsync(source);
        await b.ReadyAsync(AbilityKey.Clone, clone);
        if (!await b.Array.IsCloneableAsync(clone, b.Token))
        {
            throw ClauseContext.Skip("isCloneable says no of a clone.");
        }

        var copy = await b.CloneAsync(clone);
        await CheckSourceAsync(b, await b.InfoAsync(copy), clone);
        var listed = await b.ListAsync();
        Check.Contains(clone, listed, "listed");
        Check.Contains(copy, listed, "listed");
        Check.Contains(clone, await b.CurrentClonesAsync(null), "among all clones");
        if (copy.Type == StorageElementType.SnapClone)
        {
            Check.Contains(copy, await b.CurrentClonesAsync(null), "among all clones");
            Check.Contains(copy, await b.CurrentClonesAsync(clone), "among the clones of the clone");
            Check.Lacks(copy, await b.CurrentClonesAsync(source), "among the clones of the first element");
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            var (ofSource, ofClone) = (await b.SnapAsync(source), await b.SnapAsync(clone));
            Check.Same([ofClone.Uuid], (await b.CurrentSnapsAsync(clone)).Select(snapshot => snapshot.Uuid), "snapshots of the clone");
            Check.Same([ofSource.Uuid], (await b.CurrentSnapsAsync(source)).Select(snapshot => snapshot.Uuid), "snapshots of its source");
        }
    }

    [Clause("CLONE-25", Guide, 0, "A clone is changed as a LUN is, and again: state, size, quality of service, presentation, removal.",
        Needs = [AbilityKey.Clone])]
    public static async Task IsChangedLikeALun(ClauseContext b)
    {
        var clone = await b.CloneAsync(await b.CreateAsync());
        foreach (var state in new[] { StorageElementState.Offline, StorageElementState.Online })
        {
            await (state == StorageElementState.Offline ? b.Array.OfflineAsync(clone, b.Token) : b.Array.OnlineAsync(clone, b.Token));
            Check.Equal(state, (await b.InfoAsync(clone)).State, "the state");
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Resize)))
        {
            foreach (var size in new[] { b.Size * 2, b.Size * 3 })
            {
                await b.ResizeAsync(clone, size);
                Check.That((await b.InfoAsync(clone)).SizeBytes >= size, $"{size} bytes at least", (await b.InfoAsync(clone)).SizeBytes);
            }
        }

        if (await b.AnyQualityAsync() is { } quality && b.Implements(GuideMethod.SetQos))
        {
            await QosClauses.SetAsync(b, clone, quality);
            Check.Equal(quality, (await b.InfoAsync(clone)).Qos, "the quality of service");
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var group = await b.CreateGroupAsync();
            await b.Array.StartPresentAsync(clone, [group.Name], b.Token);
            var server = await b.ValidatedServerAsync();
            await Check.RefusedAsync<StorageElementBusyException>(() => b.Raw.RemoveAsync(server, clone, b.Token), "removing a presented clone");
            Check.Same([group.Name], (await b.InfoAsync(clone)).AccessGroupNames, "groups that it is presented to");
            await b.Array.StopPresentAsync(clone, [group.Name], b.Token);
            Check.Same([], (await b.InfoAsync(clone)).AccessGroupNames, "groups that it is presented to then");
        }

        await b.Array.RemoveAsync(clone, b.Token);
        await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(clone), "getInfo of the removed clone");
    }

    [Clause("CLONE-26", "isCloneable()", 16,
        "isCloneable tells the truth of a presented element with copies, a clone and an offline one: after yes clone works, after no not.",
        Needs = [AbilityKey.Clone])]
    public static async Task CloneableIsTrueOfOthers(ClauseContext b)
    {
        foreach (var element in await SubjectsAsync(b))
        {
            await b.ReadyAsync(AbilityKey.Clone, element);
            await Predicates.HoldAsync(() => b.Array.IsCloneableAsync(element, b.Token), () => b.CloneAsync(element), $"isCloneable of '{element.Name}'");
        }
    }

    /// <summary>A presented element with copies, where the array presents any, a clone, and an offline element.</summary>
    public static async Task<List<StorageElement>> SubjectsAsync(ClauseContext b)
    {
        var (presented, subjects) = (await b.CreateAsync(), new List<StorageElement>());
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            await b.Array.StartPresentAsync(presented, [(await b.CreateGroupAsync()).Name], b.Token);
            subjects.Add(presented);
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            subjects.Add(await b.CloneAsync(presented));
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            await b.SnapAsync(presented);
        }

        var offline = await b.CreateAsync();
        await ClauseContext.TryAsync(() => b.Array.OfflineAsync(offline, b.Token));
        subjects.Add(offline);
        return subjects;
    }
}
