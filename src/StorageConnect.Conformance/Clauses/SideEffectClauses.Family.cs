namespace StorageConnect.Conformance.Clauses;

/// <content>The relatives of the element that calls work on: what shares blocks, a source or a group with it.</content>
internal static partial class SideEffectClauses
{
    [Clause("SIDE-23", "Class methods", 0, "What is done to an element leaves its relatives: snapshots, clones, and clones of its snapshots.",
        Needs = [AbilityKey.Clone])]
    public static async Task OfASource(ClauseContext b)
    {
        var family = await FamilyAsync(b);
        await LeavesAsync(b, family[0], [.. family.Skip(1)]);
    }

    [Clause("SIDE-24", "Class methods", 0, "What is done to a clone leaves its relatives: its source, the source's snapshots, and the other clones.",
        Needs = [AbilityKey.Clone])]
    public static async Task OfAClone(ClauseContext b)
    {
        var family = await FamilyAsync(b);
        await LeavesAsync(b, family[1], [.. family.Where((_, index) => index != 1)]);
    }

    /// <summary>A fully provisioned element, two clones, and where the array has them, a snapshot and a clone of it; all presented to one group.</summary>
    private static async Task<List<StorageElement>> FamilyAsync(ClauseContext b)
    {
        var source = await b.CreateAsync(thin: false, qos: await b.AnyQualityAsync());
        List<StorageElement> family = [source, await b.CloneAsync(source), await b.CloneAsync(source)];
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            var snapshot = await b.SnapAsync(source);
            family.Add(snapshot);
            if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.SnapClone)))
            {
                family.Add(await b.CloneFromSnapAsync(source, snapshot));
            }
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var group = await b.CreateGroupAsync();
            foreach (var index in Enumerable.Range(0, family.Count).Where(index => family[index].Type != StorageElementType.Snapshot))
            {
                await b.Array.StartPresentAsync(family[index], [group.Name], b.Token);
                family[index] = family[index] with { AccessGroupNames = [group.Name] };
            }
        }

        // What the calls above have done to the others couldn't be seen by comparing with what is there now.
        foreach (var member in family)
        {
            Check.Unchanged(member, await b.InfoAsync(member));
        }

        return family;
    }

    private static async Task LeavesAsync(ClauseContext b, StorageElement target, IReadOnlyList<StorageElement> relatives)
    {
        var before = new List<StorageElement>();
        foreach (var relative in relatives)
        {
            before.Add(await b.InfoAsync(relative));
        }

        foreach (var call in await CallsAsync(b, target))
        {
            // One that is refused changes nothing either.
            await ClauseContext.TryAsync(call);
            foreach (var relative in before)
            {
                Check.Unchanged(relative, await b.InfoAsync(relative));
            }
        }
    }

    private static async Task<List<Func<Task>>> CallsAsync(ClauseContext b, StorageElement target)
    {
        StorageElement? snapshot = null;
        var groups = (await b.InfoAsync(target)).AccessGroupNames;
        var calls = new List<Func<Task>> { () => b.Array.OfflineAsync(target, b.Token), () => b.Array.OnlineAsync(target, b.Token) };
        if (groups.Count > 0)
        {
            var group = await b.CreateGroupAsync();
            calls.Add(() => b.Array.StartPresentAsync(target, [group.Name], b.Token));
            calls.Add(() => b.Array.StopPresentAsync(target, [group.Name], b.Token));
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            calls.Add(async () => snapshot = await b.SnapAsync(target));
            calls.Add(() => OfSnapshotAsync(made => b.Array.SnapRestoreAsync(made, target, b.Token)));
            calls.Add(() => OfSnapshotAsync(made => b.CloneFromSnapAsync(target, made)));
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Resize)))
        {
            calls.Add(() => b.ResizeAsync(target, b.Size * 2));
        }

        if (await b.AnyQualityAsync() is not null)
        {
            var quality = (await b.UsableQualitiesAsync())[0];
            calls.Add(() => b.Array.SetQosAsync(target, quality, b.Token));
        }

        calls.Add(() => b.CloneAsync(target));
        if (target.Type == StorageElementType.SnapClone && ClauseContext.Can(await b.AbilityAsync(AbilityKey.SplitClone)))
        {
            calls.Add(() => b.SplitAsync(target));
        }

        if (groups.Count > 0)
        {
            calls.Add(() => b.Array.StopPresentAsync(target, groups, b.Token));
        }

        calls.Add(() => OfSnapshotAsync(made => b.Array.SnapRemoveAsync(made, b.Token)));
        calls.Add(() => b.Array.RemoveAsync(target, b.Token));
        return calls;

        // There is none where the array makes none of this element.
        Task OfSnapshotAsync(Func<StorageElement, Task> call) => snapshot is null ? Task.CompletedTask : call(snapshot);
    }
}
