namespace StorageConnect.Conformance.Clauses;

/// <summary>Each call changes what it is for, and nothing else on an array in use.</summary>
[Chapter(190, "SideEffects")]
internal static partial class SideEffectClauses
{
    [Clause("SIDE-1", "create()", 0, "create changes nothing that was there.")]
    public static Task Create(ClauseContext b) => CheckAsync(b, scene => b.CreateAsync());

    [Clause("SIDE-2", "remove()", 15, "remove removes the one element, and changes no other, no group and no snapshot.")]
    public static Task Remove(ClauseContext b) => CheckAsync(b, scene => b.Array.RemoveAsync(scene.Spare, b.Token), (scene, element) =>
        element.Uuid == scene.Spare.Uuid ? null : element);

    [Clause("SIDE-3", "offline()", 13, "offline changes the element's state, and nothing else.")]
    public static Task Offline(ClauseContext b) => CheckAsync(
        b, scene => b.Array.OfflineAsync(scene.Spare, b.Token), (scene, element) => element.Uuid == scene.Spare.Uuid
            ? element with { State = StorageElementState.Offline } : element);

    [Clause("SIDE-4", "online()", 13, "online changes the element's state, and nothing else.")]
    public static Task Online(ClauseContext b) => CheckAsync(b, async scene =>
    {
        await b.Array.OfflineAsync(scene.Spare, b.Token);
        await b.Array.OnlineAsync(scene.Spare, b.Token);
    });

    [Clause("SIDE-5", "startPresent()", 13, "startPresent changes the element's groups, and nothing else.", Needs = [AbilityKey.AccessControl])]
    public static Task StartPresent(ClauseContext b) => CheckAsync(
        b,
        scene => b.Array.StartPresentAsync(scene.Subject, [scene.Groups[1].Name, scene.Groups[2].Name], b.Token),
        (scene, element) => element.Uuid == scene.Subject.Uuid ? element with { AccessGroupNames = scene.Groups.Select(group => group.Name).ToValueList() }
            : element);

    [Clause("SIDE-6", "stopPresent()", 13, "stopPresent changes the element's groups, and nothing else.", Needs = [AbilityKey.AccessControl])]
    public static Task StopPresent(ClauseContext b) => CheckAsync(
        b,
        scene => b.Array.StopPresentAsync(scene.Other, [scene.Groups[0].Name], b.Token),
        (scene, element) => element.Uuid == scene.Other.Uuid ? element with { AccessGroupNames = [scene.Groups[1].Name] } : element);

    [Clause("SIDE-7", "resize()", 14, "resize changes the element's size, and nothing else, of a presented element with snapshots too.",
        Needs = [AbilityKey.Resize])]
    public static Task Resize(ClauseContext b) => CheckAsync(b, scene => b.ResizeAsync(scene.Subject, b.Size * 2),
        (scene, element) => element.Uuid == scene.Subject.Uuid ? element with { SizeBytes = Larger(b, element) } : element);

    [Clause("SIDE-8", "createSnap()", 0, "createSnap changes nothing that was there: not its source, not older snapshots.", Needs = [AbilityKey.Snapshot])]
    public static Task CreateSnap(ClauseContext b) => CheckAsync(b, scene => b.SnapAsync(scene.Subject));

    [Clause("SIDE-9", "createMultiSnap()", 19, "createMultiSnap changes nothing that was there.", Needs = [AbilityKey.Snapshot])]
    public static Task CreateMultiSnap(ClauseContext b) => CheckAsync(b, scene => b.MultiSnapAsync(scene.Subject, scene.Other, scene.Spare));

    [Clause("SIDE-10", "snapRemove()", 0, "snapRemove removes the one snapshot, and changes nothing else.", Needs = [AbilityKey.Snapshot])]
    public static Task SnapRemove(ClauseContext b) => CheckAsync(
        b, scene => b.Array.SnapRemoveAsync(scene.Older!, b.Token), (scene, element) => element.Uuid == scene.Older!.Uuid ? null : element);

    [Clause("SIDE-11", "snapRestore()", 18, "A restore to an older snapshot leaves newer snapshots and everything else, or is refused: SnapRestoreNotSafe.",
        Needs = [AbilityKey.Snapshot])]
    public static Task SnapRestore(ClauseContext b) => CheckAsync(b, async scene =>
    {
        try
        {
            await RestoreClauses.RestoreAsync(b, scene.Older!, scene.Subject);
        }
        catch (SnapRestoreNotSafeException)
        {
            // To refuse is right where something else would be affected; then nothing may have changed.
        }
    });

    [Clause("SIDE-12", "snapRestore()", 18, "A restore of the whole snapshot leaves everything that is no member of it.", Needs = [AbilityKey.Snapshot])]
    public static Task SnapRestoreWhole(ClauseContext b) => CheckAsync(b, async scene =>
    {
        try
        {
            await RestoreClauses.RestoreAsync(b, scene.Older!, null);
        }
        catch (SnapRestoreNotSafeException)
        {
            // As above.
        }
    });

    [Clause("SIDE-13", "clone()", 0, "clone changes nothing that was there.", Needs = [AbilityKey.Clone])]
    public static Task Clone(ClauseContext b) => CheckAsync(b, scene => b.CloneAsync(scene.Subject));

    [Clause("SIDE-14", "cloneFromSnap()", 0, "cloneFromSnap changes nothing that was there: not the snapshot, not its source.", Needs = [AbilityKey.SnapClone,
        AbilityKey.Snapshot])]
    public static Task CloneFromSnap(ClauseContext b) => CheckAsync(b, scene => b.CloneFromSnapAsync(scene.Subject, scene.Older!));

    [Clause("SIDE-15", "splitClone()", 0, "splitClone changes the clone's type, and nothing else.", Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static Task Split(ClauseContext b)
    {
        StorageElement? split = null;
        return CheckAsync(
            b,
            async scene => split = await b.InfoAsync(await b.SplitAsync(scene.Clone is { Type: StorageElementType.SnapClone } clone ? clone
                : throw ClauseContext.Skip("Clones are full copies here."))),
            (scene, element) => element.Uuid == scene.Clone!.Uuid
                ? element with { Type = StorageElementType.Lun, SourceUuids = split!.SourceUuids, ThinProvisioned = split.ThinProvisioned }
                : element);
    }

    [Clause("SIDE-16", "setQoS()", 12, "setQoS changes the quality of the one element, and nothing else.")]
    public static async Task SetQos(ClauseContext b)
    {
        var quality = (await b.UsableQualitiesAsync())[0];
        await CheckAsync(b, scene => QosClauses.SetAsync(b, scene.Subject, quality), (scene, element) => element.Uuid == scene.Subject.Uuid
            ? element with { Qos = quality } : element);
    }

    [Clause("SIDE-17", "createAccessGroups()", 10, "createAccessGroups changes no element and no group that was there.", Needs = [AbilityKey.AccessControl])]
    public static Task CreateGroup(ClauseContext b) => CheckAsync(b, scene => b.CreateGroupAsync());

    [Clause("SIDE-18", "removeAccessGroups()", 10, "removeAccessGroups removes the one group, and changes nothing else.", Needs = [AbilityKey.AccessControl])]
    public static Task RemoveGroup(ClauseContext b) => CheckAsync(
        b, scene => b.Array.RemoveAccessGroupsAsync([scene.Groups[2]], b.Token), null, (scene, groups) => groups.Where(group =>
            group.Key != scene.Groups[2].Name).ToDictionary());

    [Clause("SIDE-19", "addToAccessGroup()", 10, "addToAccessGroup adds to the one group, and changes nothing else.", Needs = [AbilityKey.AccessControl])]
    public static async Task AddEntry(ClauseContext b)
    {
        await GroupClauses.RequireRoomAsync(b, 2);
        var entry = b.NewInitiator();
        await CheckAsync(
            b,
            scene => b.Array.AddToAccessGroupAsync(scene.Groups[0].Name, [entry], b.Token),
            null,
            (scene, groups) => Replace(groups, scene.Groups[0].Name, string.Join(' ', scene.Groups[0].Entries.Append(entry).Order(StringComparer.Ordinal))));
    }

    [Clause("SIDE-20", "removeFromAccessGroup()", 10, "removeFromAccessGroup changes the one group, and nothing else.", Needs = [AbilityKey.AccessControl])]
    public static async Task RemoveEntry(ClauseContext b)
    {
        await GroupClauses.RequireRoomAsync(b, 2);
        await CheckAsync(b, async scene =>
        {
            var entry = b.NewInitiator();
            await b.Array.AddToAccessGroupAsync(scene.Groups[0].Name, [entry], b.Token);
            await b.Array.RemoveFromAccessGroupAsync(scene.Groups[0].Name, [entry], b.Token);
        });
    }

    [Clause("SIDE-21", "renameAccessGroup()", 10, "renameAccessGroup renames the one group, where it is presented to too, and changes nothing else.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task RenameGroup(ClauseContext b)
    {
        var name = b.NewName();
        await CheckAsync(
            b,
            async scene =>
            {
                await b.Array.RenameAccessGroupAsync(scene.Groups[0].Name, name, b.Token);
                var other = b.NewName();
                await b.Array.RenameAccessGroupAsync(name, other, b.Token);
                await b.Array.RenameAccessGroupAsync(other, scene.Groups[0].Name, b.Token);
            });
    }

    [Clause("SIDE-22", "Class methods", 0,
        "What asks a question changes nothing: list, getInfo, getStatus, limits, predicates, getCurrentSnaps and getCurrentClones.")]
    public static Task Questions(ClauseContext b) => CheckAsync(b, async scene =>
    {
        // Each an odd number of times: what one call changes and the next changes back would stay unseen.
        await b.Array.GetInfoAsync(b.Token);
        await b.Array.GetStatusAsync(null, b.Token);
        await b.Array.GetStatusAsync(null, b.Token);
        await b.Array.GetCapabilitiesAsync(b.Token);
        await b.Array.ValidateAsync(b.Token);
        await b.Array.GetStorageNamesAsync(b.Token);
        await b.Array.GetQosListAsync(b.Token);
        await b.Array.GetAccessGroupsAsync(null, b.Token);
        await b.ListAsync(new() { Name = scene.Subject.Name });
        await b.Array.UpdateStorageElementsAsync([scene.Subject, scene.Other], appendAllowed: true, b.Token);
        for (var time = 1; time <= 2; time++)
        {
            // With the three elements below five times.
            await b.Array.GetCloneLimitsAsync(null, b.Token);
            await b.Array.GetSnapLimitsAsync(null, b.Token);
            await b.Array.IsSnapableAsync(null, b.Token);
        }

        await ClauseContext.TryAsync(() => b.Array.GetCurrentSnapsAsync(scene.Subject, b.Token));
        await ClauseContext.TryAsync(() => b.Array.GetCurrentClonesAsync(scene.Other, b.Token));
        await ClauseContext.TryAsync(() => b.Array.GetCurrentClonesAsync(null, b.Token));
        foreach (var element in new[] { scene.Subject, scene.Other, scene.Spare })
        {
            await b.InfoAsync(element);
            await b.Array.GetAccessGroupsAsync(element, b.Token);
            await b.Array.GetStatusAsync(element, b.Token);
            await b.Array.GetCloneLimitsAsync(element, b.Token);
            await b.Array.GetSnapLimitsAsync(element, b.Token);
            await b.Array.IsCloneableAsync(element, b.Token);
            await b.Array.IsSnapableAsync(element, b.Token);
            await b.Array.IsSplittableAsync(element, b.Token);
        }

        if (scene.Older is not null)
        {
            await b.Array.IsRestorableAsync(scene.Older, scene.Subject, b.Token);
            await b.Array.IsRestorableAsync(scene.Newer!, scene.Subject, b.Token);
            await b.Array.IsRestorableAsync(scene.Older, null, b.Token);
        }
    });

    private static long Larger(ClauseContext b, StorageElement element) => Math.Max(element.SizeBytes, b.Size * 2);

    private static Dictionary<string, string> Replace(Dictionary<string, string> groups, string name, string entries) => new(groups) { [name] = entries };

    private static async Task CheckAsync(
        ClauseContext b,
        Func<Scene, Task> call,
        Func<Scene, StorageElement, StorageElement?>? change = null,
        Func<Scene, Dictionary<string, string>, Dictionary<string, string>>? changeGroups = null)
    {
        var scene = await Scene.CreateAsync(b);
        var before = await scene.CaptureAsync();
        await call(scene);
        before.CheckAgainst(await scene.CaptureAsync(), element => change is null ? element : change(scene, element), groups => changeGroups is null ? groups
            : changeGroups(scene, groups));
        await scene.CheckSnapshotDataAsync();
    }
}
