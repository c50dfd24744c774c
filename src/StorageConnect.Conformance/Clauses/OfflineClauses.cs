namespace StorageConnect.Conformance.Clauses;

/// <summary>Elements that are offline: what works on an element at any time works on them, and leaves them offline.</summary>
[Chapter(195, "OfflineElements")]
internal static class OfflineClauses
{
    [Clause("OFFLINE-1", "offline()", 0, "An offline element is told of as before by getInfo, list and updateSERecords, and nothing that is asked changes it.")]
    public static async Task IsTold(ClauseContext b)
    {
        var element = await SubjectAsync(b);
        await b.Array.GetStatusAsync(element, b.Token);
        await b.Array.GetAccessGroupsAsync(element, b.Token);
        await b.Array.IsSnapableAsync(element, b.Token);
        await b.Array.IsCloneableAsync(element, b.Token);
        await b.Array.IsSplittableAsync(element, b.Token);
        Check.Unchanged(element, await b.InfoAsync(element));
        Check.Unchanged(element, (await b.ListAsync(new() { Name = element.Name })).Find(other => other.Uuid == element.Uuid)
            ?? throw new ClauseFailedException($"'{element.Name}' listed", "it isn't"));
        Check.Unchanged(element, (await b.Array.UpdateStorageElementsAsync([element], appendAllowed: false, b.Token))[0]);
    }

    [Clause("OFFLINE-2", "startPresent()", 13, "An offline element is presented and withdrawn and stays offline; or that is refused with StorageElementBusy.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task IsPresented(ClauseContext b)
    {
        var (element, group) = (await SubjectAsync(b), await b.CreateGroupAsync());
        var names = element.AccessGroupNames.Append(group.Name).ToValueList();
        await KeepsAsync(b, element, () => b.Array.StartPresentAsync(element, [group.Name], b.Token), element with { AccessGroupNames = names });
        await KeepsAsync(b, element, () => b.Array.StopPresentAsync(element, [group.Name], b.Token), element);
    }

    [Clause("OFFLINE-3", "createSnap()", 13, "A snapshot of an offline element leaves it as it was.", Needs = [AbilityKey.Snapshot])]
    public static async Task Snapshot(ClauseContext b)
    {
        var element = await SubjectAsync(b);
        await KeepsAsync(b, element, () => b.SnapAsync(element), element);
    }

    [Clause("OFFLINE-4", "clone()", 13, "A clone of an offline element leaves it as it was.", Needs = [AbilityKey.Clone])]
    public static async Task Clone(ClauseContext b)
    {
        var element = await SubjectAsync(b);
        await KeepsAsync(b, element, () => b.CloneAsync(element), element);
    }

    [Clause("OFFLINE-5", "cloneFromSnap()", 13, "A clone of an offline element's snapshot leaves both as they were.",
        Needs = [AbilityKey.SnapClone, AbilityKey.Snapshot])]
    public static async Task CloneFromSnap(ClauseContext b)
    {
        var element = await SubjectAsync(b);
        var snapshot = await b.SnapAsync(element);
        await KeepsAsync(b, element, () => b.CloneFromSnapAsync(element, snapshot), element);
        Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
    }

    [Clause("OFFLINE-6", "resize()", 14, "A resize of an offline element changes its size alone.", Needs = [AbilityKey.Resize])]
    public static async Task Resize(ClauseContext b)
    {
        var element = await SubjectAsync(b);
        StorageElement? grown = null;
        if (await DoneAsync(async () => grown = await b.ResizeAsync(element, b.Size * 2)))
        {
            Check.That(grown!.SizeBytes >= b.Size * 2, $"{b.Size * 2} bytes or more", grown.SizeBytes);
            Check.Unchanged(element with { SizeBytes = grown.SizeBytes }, grown);
        }

        Check.Unchanged(element with { SizeBytes = grown?.SizeBytes ?? element.SizeBytes }, await b.InfoAsync(element));
    }

    [Clause("OFFLINE-7", "setQoS()", 20, "setQoS of an offline element changes its quality alone.")]
    public static async Task SetQos(ClauseContext b)
    {
        var quality = (await b.UsableQualitiesAsync())[0];
        var element = await SubjectAsync(b);
        try
        {
            await b.Array.SetQosAsync(element, quality, b.Token);
        }
        catch (NoSuchOperationException e)
        {
            throw ClauseContext.Skip($"The array can't change qualities of service: {e.Message}");
        }

        Check.Unchanged(element with { Qos = quality }, await b.InfoAsync(element));
    }

    [Clause("OFFLINE-8", "snapRestore()", 18, "A restore of an offline element leaves it offline, with the data of the snapshot; or it is refused.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task Restore(ClauseContext b)
    {
        var element = await b.CreateAsync();
        var isMarked = await b.TryWriteAsync(element, 1);
        var snapshot = await b.SnapAsync(element);
        if (isMarked)
        {
            await b.WriteAsync(element, 2);
        }

        await b.Array.OfflineAsync(element, b.Token);
        var isSafe = await b.Array.IsRestorableAsync(snapshot, element, b.Token);
        var isDone = isSafe && await DoneAsync(() => b.Array.SnapRestoreAsync(snapshot, element, b.Token));
        Check.Unchanged(element with { State = StorageElementState.Offline }, await b.InfoAsync(element));
        Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
        await b.Array.OnlineAsync(element, b.Token);
        if (isMarked)
        {
            Check.Equal((byte)(isDone ? 1 : 2), await b.ReadAsync(element), "the mark");
        }
    }

    [Clause("OFFLINE-9", "splitClone()", 13, "A split of an offline clone leaves it offline.", Needs = [AbilityKey.SplitClone, AbilityKey.Clone])]
    public static async Task Split(ClauseContext b)
    {
        var clone = await b.ShallowCloneAsync(await b.CreateAsync());
        await b.Array.OfflineAsync(clone, b.Token);
        clone = await b.InfoAsync(clone);
        await b.SplitAsync(clone);
        var after = await b.InfoAsync(clone);
        Check.Unchanged(clone with { Type = StorageElementType.Lun, SourceUuids = after.SourceUuids, ThinProvisioned = after.ThinProvisioned }, after);
    }

    [Clause("OFFLINE-10", "remove()", 15, "An offline element is removed, and an offline one that is presented is not.")]
    public static async Task Remove(ClauseContext b)
    {
        var (server, presented, element) = (await b.ValidatedServerAsync(), await SubjectAsync(b), await b.CreateAsync());
        await b.Array.OfflineAsync(element, b.Token);
        await b.Array.RemoveAsync(element, b.Token);
        await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(element), "getInfo of it");
        if (presented.AccessGroupNames.Count > 0)
        {
            await Check.RefusedAsync<StorageElementBusyException>(() => b.Raw.RemoveAsync(server, presented, b.Token), "removing one that is presented");
            Check.Unchanged(presented, await b.InfoAsync(presented));
        }
    }

    /// <summary>An offline element with a quality of service that isn't the default, presented where the array presents offline elements.</summary>
    private static async Task<StorageElement> SubjectAsync(ClauseContext b)
    {
        b.RequireOwn(GuideMethod.Offline);
        var element = await b.CreateAsync(qos: await b.AnyQualityAsync());
        await b.Array.OfflineAsync(element, b.Token);
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var group = await b.CreateGroupAsync();
            await ClauseContext.TryAsync(() => b.Array.StartPresentAsync(element, [group.Name], b.Token));
        }

        var subject = await b.InfoAsync(element);
        Check.Unchanged(
            element with { State = StorageElementState.Offline, AccessGroupNames = subject.AccessGroupNames, Page83Id = subject.Page83Id }, subject);
        return subject;
    }

    private static async Task KeepsAsync(ClauseContext b, StorageElement element, Func<Task> call, StorageElement expected) =>
        Check.Unchanged(await DoneAsync(call) ? expected : element, await b.InfoAsync(element));

    private static async Task<bool> DoneAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (Exception e) when (e is StorageElementBusyException or SnapRestoreNotSafeException)
        {
            return false;
        }
    }
}
