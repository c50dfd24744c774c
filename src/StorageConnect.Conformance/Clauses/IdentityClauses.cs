namespace StorageConnect.Conformance.Clauses;

/// <summary>Calls find what they are for by its identity: records may say anything else, and names may resemble each other.</summary>
[Chapter(282, "Identities")]
internal static class IdentityClauses
{
    private const string Guide = "Class methods";

    [Clause("IDENTITY-1", Guide, 0, "Changes of an element find it by its identity, whatever else the record says, and leave others of similar names.")]
    public static async Task Changes(ClauseContext b)
    {
        var (element, other, record) = await SimilarAsync(b);
        var server = await b.ValidatedServerAsync();
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Resize)))
        {
            await b.ReadyAsync(AbilityKey.Resize, element);
            element = await b.InfoAsync(element);
            // The engine would pass what it read itself.
            await KeepsAsync(b, other, async () => element = element with
            {
                SizeBytes = (await b.FinishAsync(await b.Raw.ResizeAsync(server, record, b.Size * 3, b.Token), OscOperationKind.Resize)).SizeBytes,
            });
            Check.Unchanged(element, await b.InfoAsync(element));
        }

        if (await b.AnyQualityAsync() is { } quality && quality != element.Qos && b.Implements(GuideMethod.SetQos))
        {
            await KeepsAsync(b, other, () => QosClauses.SetAsync(b, record, quality));
            Check.Unchanged(element = element with { Qos = quality }, await b.InfoAsync(element));
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var group = await b.CreateGroupAsync();
            await KeepsAsync(b, other, () => b.Array.StartPresentAsync(record, [group.Name], b.Token));
            Check.Same([group.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that it is presented to");
            await KeepsAsync(b, other, () => b.Array.StopPresentAsync(record, [group.Name], b.Token));
            Check.Same([], (await b.InfoAsync(element)).AccessGroupNames, "groups that it is presented to then");
        }

        foreach (var state in new[] { StorageElementState.Offline, StorageElementState.Online })
        {
            // The record says that it is so already.
            await KeepsAsync(b, other, () => state == StorageElementState.Offline
                ? b.Array.OfflineAsync(record with { State = state }, b.Token)
                : b.Array.OnlineAsync(record with { State = state }, b.Token));
            Check.Equal(state, (await b.InfoAsync(element)).State, "the state");
        }

        b.RequireOwn(GuideMethod.Remove);
        await KeepsAsync(b, other, () => b.Raw.RemoveAsync(server, record, b.Token));
        await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(element), "getInfo of what was removed");
    }

    [Clause("IDENTITY-2", Guide, 0, "Copies are made of the element with the identity of the record, whatever else it says.")]
    public static async Task Copies(ClauseContext b)
    {
        var (element, other, record) = await SimilarAsync(b);
        await b.Array.GetStatusAsync(record, b.Token);
        await b.Array.IsSnapableAsync(record, b.Token);
        await b.Array.IsCloneableAsync(record, b.Token);
        await b.Array.IsSplittableAsync(record, b.Token);
        Check.Same([], (await b.Array.GetAccessGroupsAsync(record, b.Token)).Select(group => group.Name), "groups that it is presented to");
        Check.Unchanged(element, await b.InfoAsync(element));
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            StorageElement? snapshot = null;
            await KeepsAsync(b, other, async () => snapshot = await b.SnapAsync(record));
            Check.Same([element.Uuid], (await b.InfoAsync(snapshot!)).SourceUuids, "what the snapshot was made of");
            Check.Same([snapshot!.Uuid], (await b.CurrentSnapsAsync(record)).Select(one => one.Uuid), "snapshots of the element");
            Check.Same([], (await b.CurrentSnapsAsync(other)).Select(one => one.Name), "snapshots of the other");
            await b.Array.SnapRemoveAsync(snapshot, b.Token);
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            StorageElement? clone = null;
            await KeepsAsync(b, other, async () => clone = await b.CloneAsync(record));
            Check.Equal(element.SizeBytes, clone!.SizeBytes, "the clone's size");
            if (clone.Type == StorageElementType.SnapClone)
            {
                Check.Same([clone.Uuid], (await b.CurrentClonesAsync(record)).Select(one => one.Uuid), "clones of the element");
            }
        }

        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("IDENTITY-7", "splitClone()", 0, "The clone with the identity of the record is split, whatever else it says, and another of a similar name stays.",
        Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static async Task OfClones(ClauseContext b)
    {
        var (one, two) = (await b.CreateAsync(), await b.CreateAsync());
        var name = b.NewName();
        var clone = await b.CloneAsync(one, name, null);
        List<StorageElement> similar = [await b.CloneAsync(two, name + "-a", null), .. await TryAsync(() => b.CloneAsync(two, name.ToUpperInvariant(), null))];
        if (clone.Type != StorageElementType.SnapClone)
        {
            throw ClauseContext.Skip("Clones are full copies here: they share nothing that could be split.");
        }

        await b.SplitAsync(similar[0] with { Uuid = clone.Uuid, Page83Id = clone.Page83Id, ExtraInfo = clone.ExtraInfo });
        var after = await b.InfoAsync(clone);
        Check.Equal((clone.Name, StorageElementType.Lun), (after.Name, after.Type), "name and type of the clone that was split");
        foreach (var other in similar)
        {
            Check.Unchanged(other, await b.InfoAsync(other));
        }
    }

    [Clause("IDENTITY-3", Guide, 0, "Calls of a snapshot find it by its identity, whatever else the record says, and leave others of similar names.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task OfSnapshots(ClauseContext b)
    {
        var (element, other, name) = (await b.CreateAsync(), await b.CreateAsync(), b.NewName());
        var isMarked = await b.TryWriteAsync(element, 1) && await b.TryWriteAsync(other, 2);
        var snapshot = await b.SnapAsync(element, name);
        List<StorageElement> similar = [await b.SnapAsync(other, name + "-a"), .. await TryAsync(() => b.SnapAsync(other, name.ToUpperInvariant()))];
        if (isMarked)
        {
            await b.WriteAsync(element, 3);
            await b.WriteAsync(other, 4);
        }

        var record = similar[0] with { Uuid = snapshot.Uuid, ExtraInfo = snapshot.ExtraInfo };
        await LeavesAsync(async () =>
        {
            await RestoreClauses.RestoreAsync(b, record, element);
            if (isMarked)
            {
                Check.Equal((byte)1, await b.ReadAsync(element), "the data of the restored element");
            }
        });
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.SnapClone)))
        {
            await LeavesAsync(async () =>
            {
                var clone = await b.CloneFromSnapAsync(element, record);
                Check.That(!isMarked || await b.ReadAsync(clone) == 1, "a clone with the data of the snapshot", "other data");
                await b.Array.RemoveAsync(clone, b.Token);
            });
        }

        await LeavesAsync(() => b.Array.SnapRemoveAsync(record, b.Token));
        await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(snapshot), "getInfo of the removed snapshot");

        async Task LeavesAsync(Func<Task> call)
        {
            await call();
            foreach (var one in similar.Append(other))
            {
                Check.Unchanged(one, await b.InfoAsync(one));
            }

            Check.That(!isMarked || await b.ReadAsync(other) == 4, $"the data of '{other.Name}' as they were", "other data");
        }
    }

    [Clause("IDENTITY-4", Guide, 0, "Calls of a removed element are NotFound, also when another has its name.")]
    public static async Task OfRemovedElements(ClauseContext b)
    {
        var gone = await b.CreateAsync();
        await b.Array.RemoveAsync(gone, b.Token);
        var namesake = await b.CreateAsync(gone.Name);
        var server = await b.ValidatedServerAsync();
        await AllAreRefusedAsync(b, gone,
        [
            (GuideMethod.GetStatus, null, () => b.Raw.GetStatusAsync(server, gone, b.Token)),
            (GuideMethod.GetAccessGroups, AbilityKey.AccessControl, () => b.Raw.GetAccessGroupsAsync(server, gone, b.Token)),
            (GuideMethod.SetQos, null, async () => await b.Raw.SetQosAsync(server, gone, (await b.QualitiesAsync())[0], b.Token)),
            (GuideMethod.Online, null, () => b.Raw.OnlineAsync(server, gone, b.Token)),
            (GuideMethod.Resize, AbilityKey.Resize, () => b.Raw.ResizeAsync(server, gone, b.Size * 2, b.Token)),
            (GuideMethod.Clone, AbilityKey.Clone, () => b.Raw.CloneAsync(server, gone, null, null, b.Token)),
            (GuideMethod.CreateSnap, AbilityKey.Snapshot, () => b.Raw.CreateSnapAsync(server, gone, null, b.Token)),
            (GuideMethod.SplitClone, AbilityKey.SplitClone, () => b.Raw.SplitCloneAsync(server, gone, b.Token)),
            (GuideMethod.StartPresent, AbilityKey.AccessControl, async () =>
                await b.Raw.StartPresentAsync(server, gone, [(await b.CreateGroupAsync()).Name], b.Token)),
            (GuideMethod.GetCurrentSnaps, AbilityKey.Snapshot, () => b.Raw.GetCurrentSnapsAsync(server, gone, b.Token)),
            (GuideMethod.GetCurrentClones, AbilityKey.Clone, () => b.Raw.GetCurrentClonesAsync(server, gone, b.Token)),
            (GuideMethod.GetSnapLimits, null, () => b.Raw.GetSnapLimitsAsync(server, gone, b.Token)),
            (GuideMethod.GetCloneLimits, null, () => b.Raw.GetCloneLimitsAsync(server, gone, b.Token)),
            (GuideMethod.IsSnapable, null, () => b.Raw.IsSnapableAsync(server, gone, b.Token)),
            (GuideMethod.IsCloneable, null, () => b.Raw.IsCloneableAsync(server, gone, b.Token)),
            (GuideMethod.IsSplittable, null, () => b.Raw.IsSplittableAsync(server, gone, b.Token)),
            (GuideMethod.UpdateStorageElements, null, () => b.Raw.UpdateStorageElementsAsync(server, [gone], appendAllowed: false, b.Token)),
            (GuideMethod.UpdateStorageElements, null, () => b.Raw.UpdateStorageElementsAsync(server, [namesake, gone], appendAllowed: false, b.Token)),
        ]);
        Check.Unchanged(namesake, await b.InfoAsync(namesake));
    }

    [Clause("IDENTITY-5", Guide, 0,
        "Calls of a removed snapshot are NotFound, also when another has its name, and change nothing.", Needs = [AbilityKey.Snapshot])]
    public static async Task OfRemovedSnapshots(ClauseContext b)
    {
        var element = await b.CreateAsync();
        var isMarked = await b.TryWriteAsync(element, 1);
        var gone = await b.SnapAsync(element);
        await b.Array.SnapRemoveAsync(gone, b.Token);
        var namesake = await b.SnapAsync(element, gone.Name);
        if (isMarked)
        {
            await b.WriteAsync(element, 2);
        }

        var server = await b.ValidatedServerAsync();
        await AllAreRefusedAsync(b, gone,
        [
            (GuideMethod.GetStatus, null, () => b.Raw.GetStatusAsync(server, gone, b.Token)),
            (GuideMethod.SnapRemove, null, () => b.Raw.SnapRemoveAsync(server, gone, b.Token)),
            (GuideMethod.SnapRestore, null, () => b.Raw.SnapRestoreAsync(server, gone, element, b.Token)),
            (GuideMethod.SnapRestore, null, () => b.Raw.SnapRestoreAsync(server, gone, null, b.Token)),
            (GuideMethod.IsRestorable, null, () => b.Raw.IsRestorableAsync(server, gone, element, b.Token)),
            (GuideMethod.IsRestorable, null, () => b.Raw.IsRestorableAsync(server, gone, null, b.Token)),
            (GuideMethod.CloneFromSnap, AbilityKey.SnapClone, () => b.Raw.CloneFromSnapAsync(server, element, gone, null, null, b.Token)),
        ]);
        Check.Unchanged(namesake, await b.InfoAsync(namesake));
        Check.Unchanged(element, await b.InfoAsync(element));
        Check.That(!isMarked || await b.ReadAsync(element) == 2, $"the data of '{element.Name}' as they were", "other data");
    }

    [Clause("IDENTITY-6", "removeAccessGroups()", 10,
        "Groups are removed by their names, whatever entries the record has, and leave those with the same entries.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task OfGroups(ClauseContext b)
    {
        await GroupClauses.RequireRoomAsync(b, 2);
        var (group, other) = (await b.CreateGroupAsync(null, b.NewInitiator(), b.NewInitiator()), await b.CreateGroupAsync());
        var server = (await b.ValidatedServerAsync()) with { AccessGroups = (await b.Array.GetAccessGroupsAsync(null, b.Token)).ToValueList() };
        await b.Raw.RemoveAccessGroupsAsync(server, [group with { Entries = other.Entries }], b.Token);
        Check.Same([other.Name], (await b.Array.GetAccessGroupsAsync(null, b.Token)).Select(one => one.Name).Where(name =>
            name == group.Name || name == other.Name), "the groups that are left");
    }

    [Clause("IDENTITY-8", Guide, 0, "An element whose name is another's identity isn't taken for that other one; or the name is refused.")]
    public static async Task NamedAsAnIdentity(ClauseContext b)
    {
        var (element, spare) = (await b.CreateAsync(), await b.CreateAsync());
        List<StorageElement> namesakes = [.. await TryAsync(() => b.CreateAsync(element.Uuid, b.Size * 2)),
            .. await TryAsync(() => b.CreateAsync(spare.Uuid, b.Size * 2))];
        if (namesakes is not [var namesake, var other])
        {
            Check.Happened();
            return;
        }

        Check.Unchanged(element, await b.InfoAsync(element));
        if (await b.AnyQualityAsync() is { } quality && quality != element.Qos && b.Implements(GuideMethod.SetQos))
        {
            await QosClauses.SetAsync(b, element, quality);
            element = element with { Qos = quality };
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var group = await b.CreateGroupAsync();
            await b.Array.StartPresentAsync(element, [group.Name], b.Token);
            Check.Same([group.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
            Check.Same([], (await b.Array.GetAccessGroupsAsync(namesake, b.Token)).Select(one => one.Name), "groups of its namesake");
            await b.Array.StopPresentAsync(element, [group.Name], b.Token);
        }

        if (await b.AbilityAsync(AbilityKey.Snapshot) == Ability.Online)
        {
            var snapshot = await b.SnapAsync(element);
            Check.Same([element.Uuid], snapshot.SourceUuids, "what the snapshot was made of");
            Check.Same([], (await b.CurrentSnapsAsync(namesake)).Select(one => one.Name), "snapshots of its namesake");
            await b.Array.SnapRemoveAsync(snapshot, b.Token);
        }

        foreach (var state in new[] { StorageElementState.Offline, StorageElementState.Online })
        {
            if (await ClauseContext.TryAsync(() => state == StorageElementState.Offline
                ? b.Array.OfflineAsync(element, b.Token) : b.Array.OnlineAsync(element, b.Token)))
            {
                Check.Equal(state, (await b.InfoAsync(element)).State, "the state");
            }
        }

        Check.Unchanged(element, await b.InfoAsync(element));
        await b.Array.RemoveAsync(spare, b.Token);
        await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(spare), "getInfo of what was removed");
        Check.Unchanged(namesake, await b.InfoAsync(namesake));
        Check.Unchanged(other, await b.InfoAsync(other));
    }

    /// <summary>An element, another whose name begins with its name, and a record that is of the first by its identity, and of the other by all else.</summary>
    private static async Task<(StorageElement Element, StorageElement Other, StorageElement Record)> SimilarAsync(ClauseContext b)
    {
        var name = b.NewName();
        var element = await b.CreateAsync(name);
        var other = await b.CreateAsync(name + "-a", b.Size * 2, qos: await b.AnyQualityAsync());
        await TryAsync(() => b.CreateAsync(name.ToUpperInvariant()));
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            other = await b.Array.StartPresentAsync(other, [(await b.CreateGroupAsync()).Name], b.Token);
        }

        return (element, other, other with
        {
            Uuid = element.Uuid,
            Page83Id = element.Page83Id,
            ExtraInfo = element.ExtraInfo,
            LunAddresses = element.LunAddresses,
        });
    }

    private static async Task KeepsAsync(ClauseContext b, StorageElement other, Func<Task> call)
    {
        await call();
        Check.Unchanged(other, await b.InfoAsync(other));
    }

    private static async Task AllAreRefusedAsync(ClauseContext b, StorageElement gone, List<(string Method, AbilityKey? Needed, Func<Task> Call)> calls)
    {
        foreach (var (method, needed, call) in calls)
        {
            if (!b.Implements(method) || (needed is { } key && !ClauseContext.Can(await b.AbilityAsync(key))))
            {
                continue;
            }

            try
            {
                await Check.RefusedAsync(call, $"{method} of the removed '{gone.Name}'", typeof(NotFoundException), typeof(NoSuchOperationException));
            }
            catch (ClauseSkippedException)
            {
                // Without qualities of service, for example, there is nothing to call it with.
            }
        }
    }

    /// <summary>What may be refused: names that differ in case alone.</summary>
    private static async Task<List<StorageElement>> TryAsync(Func<Task<StorageElement>> make)
    {
        try
        {
            return [await make()];
        }
        catch (StorageConnectException e) when (e is AlreadyExistsException or InvalidRequestException)
        {
            return [];
        }
    }
}
