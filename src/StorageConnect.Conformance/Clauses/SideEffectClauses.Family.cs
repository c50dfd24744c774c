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

    [Clause("SIDE-25", "online()", 0, "What sets an element online leaves its offline relatives offline: of a source its clones, of a clone its source.",
        Needs = [AbilityKey.Clone])]
    public static async Task OfflineRelatives(ClauseContext b)
    {
        b.RequireOwn(GuideMethod.Online);
        var family = (await FamilyAsync(b)).Where(member => member.Type != StorageElementType.Snapshot).ToList();
        foreach (var member in family)
        {
            if (!await ClauseContext.TryAsync(() => b.Array.OfflineAsync(member, b.Token)))
            {
                throw ClauseContext.Skip("The array sets not all of them offline.");
            }
        }

        foreach (var target in family)
        {
            await b.Array.OnlineAsync(target, b.Token);
            foreach (var relative in family.Where(member => member.Uuid != target.Uuid))
            {
                Check.Unchanged(relative with { State = StorageElementState.Offline }, await b.InfoAsync(relative));
            }

            await b.Array.OfflineAsync(target, b.Token);
        }
    }

    [Clause("SIDE-26", "Class methods", 0,
        "A fully provisioned element of another quality of service, in another volume group where there are several, stays so whatever is done to it.")]
    public static async Task NotOfTheDefault(ClauseContext b)
    {
        var pool = b.VolumeGroup;
        if (!b.IsVolumeGroupGiven && (await b.Array.GetInfoAsync(b.Token)).VolumeGroups is { Count: > 1 } pools)
        {
            pool = pools[^1];
        }

        b.RequireOwn(GuideMethod.Create);
        StorageElement element;
        try
        {
            element = await b.FinishAsync(await b.Array.CreateAsync(b.NewName(), b.Size, pool, false, await b.AnyQualityAsync(), b.Token),
                OscOperationKind.Create);
        }
        catch (StorageConnectException e) when (e is InvalidRequestException or LimitExceededException or NotFoundException or NoSuchOperationException)
        {
            throw ClauseContext.Skip($"The array makes no such element: {e.Message}");
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            await b.Array.StartPresentAsync(element, [(await b.CreateGroupAsync()).Name], b.Token);
        }

        foreach (var call in (await CallsAsync(b, element)).SkipLast(1))
        {
            // One that is refused changes nothing either.
            await ClauseContext.TryAsync(call);
            var now = await b.InfoAsync(element);
            if (now.SizeBytes != element.SizeBytes)
            {
                // What a resize adds may have no blocks yet: then the element is fully provisioned no more, and tells so.
                element = element with { SizeBytes = now.SizeBytes, ThinProvisioned = now.ThinProvisioned };
            }

            Check.Equal((element.Name, element.Type, element.Page83Id, element.VolumeGroupName, element.ThinProvisioned, element.CreatedAt),
                (now.Name, now.Type, b.HasNoIdentityYet(element) ? "" : now.Page83Id, now.VolumeGroupName, now.ThinProvisioned, now.CreatedAt),
                "name, type, identity, volume group, thin provisioning and time of creation");
        }
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
