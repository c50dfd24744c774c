namespace StorageConnect.Conformance.Clauses;

/// <summary>Calls with an element of another kind than they are for. They may be refused or not: nothing else is harmed.</summary>
[Chapter(265, "Kinds")]
internal static class KindClauses
{
    [Clause("KIND-1", "resize()", 14, "resize of a snapshot changes neither the snapshot nor its source.", Needs = [AbilityKey.Snapshot, AbilityKey.Resize])]
    public static Task ResizeOfASnapshot(ClauseContext b) =>
        ChangesNothingAsync(b, (server, _, snapshot) => b.Raw.ResizeAsync(server, snapshot, b.Size * 2, b.Token));

    [Clause("KIND-2", "remove()", 15, "remove of a snapshot is refused, or removes that snapshot alone.", Needs = [AbilityKey.Snapshot])]
    public static async Task RemoveOfASnapshot(ClauseContext b)
    {
        b.RequireOwn(GuideMethod.Remove);
        var (server, source) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        var (snapshot, other) = (await b.SnapAsync(source), await b.SnapAsync(source));
        var isDone = await ClauseContext.TryAsync(() => b.Raw.RemoveAsync(server, snapshot, b.Token));
        Check.Unchanged(source, await b.InfoAsync(source));
        Check.Unchanged(other, await b.InfoAsync(other));
        if (isDone)
        {
            await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(snapshot), "getInfo of the snapshot that was removed");
        }
        else
        {
            Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
        }
    }

    [Clause("KIND-3", "snapRestore()", 18, "snapRestore to an element that is no snapshot is refused, and changes nothing.", Needs = [AbilityKey.Snapshot])]
    public static async Task RestoreToALun(ClauseContext b)
    {
        var (server, element, other) = (await b.ValidatedServerAsync(), await b.CreateAsync(), await b.CreateAsync());
        var isMarked = await b.TryWriteAsync(element, 1) && await b.TryWriteAsync(other, 2);
        await Check.RefusedAsync<StorageConnectException>(() => b.Raw.SnapRestoreAsync(server, other, element, b.Token), "a restore to a LUN");
        await Check.RefusedAsync<StorageConnectException>(
            () => b.Raw.SnapRestoreAsync(server, other with { Type = StorageElementType.Snapshot }, element, b.Token), "a restore to a LUN, called a snapshot");
        Check.Unchanged(element, await b.InfoAsync(element));
        Check.Unchanged(other, await b.InfoAsync(other));
        if (isMarked)
        {
            Check.Equal((byte)1, await b.ReadAsync(element), "the element's mark");
            Check.Equal((byte)2, await b.ReadAsync(other), "the other's mark");
        }
    }

    [Clause("KIND-4", "cloneFromSnap()", 0, "cloneFromSnap of an element in the place of the snapshot is refused.", Needs = [AbilityKey.SnapClone])]
    public static async Task CloneFromALun(ClauseContext b)
    {
        var (server, element, other) = (await b.ValidatedServerAsync(), await b.CreateAsync(), await b.CreateAsync());
        await Check.RefusedAsync<StorageConnectException>(() => b.Raw.CloneFromSnapAsync(server, element, other, null, null, b.Token),
            "a clone of a LUN, called a snapshot");
        Check.Unchanged(element, await b.InfoAsync(element));
        Check.Unchanged(other, await b.InfoAsync(other));
    }

    [Clause("KIND-5", "startPresent()", 13, "startPresent of a snapshot leaves the presentation of its source.",
        Needs = [AbilityKey.Snapshot, AbilityKey.AccessControl])]
    public static async Task PresentOfASnapshot(ClauseContext b)
    {
        var group = await b.CreateGroupAsync();
        await ChangesNothingAsync(b, (server, _, snapshot) => b.Raw.StartPresentAsync(server, snapshot, [group.Name], b.Token), snapshotMayChange: true);
    }

    [Clause("KIND-6", "offline()", 0, "offline and online of a snapshot leave its source.", Needs = [AbilityKey.Snapshot])]
    public static async Task StateOfASnapshot(ClauseContext b)
    {
        await ChangesNothingAsync(b, (server, _, snapshot) => b.Raw.OfflineAsync(server, snapshot, b.Token), snapshotMayChange: true);
        await ChangesNothingAsync(b, (server, _, snapshot) => b.Raw.OnlineAsync(server, snapshot, b.Token), snapshotMayChange: true);
    }

    [Clause("KIND-7", "setQoS()", 0, "setQoS of a snapshot leaves its source.", Needs = [AbilityKey.Snapshot])]
    public static async Task QosOfASnapshot(ClauseContext b)
    {
        var quality = (await b.UsableQualitiesAsync())[^1];
        await ChangesNothingAsync(b, (server, _, snapshot) => b.Raw.SetQosAsync(server, snapshot, quality, b.Token), snapshotMayChange: true);
    }

    [Clause("KIND-8", "createSnap()", 0, "createSnap and clone of a snapshot leave the snapshot and its source.", Needs = [AbilityKey.Snapshot])]
    public static async Task SnapOfASnapshot(ClauseContext b)
    {
        await ChangesNothingAsync(b, (server, _, snapshot) => b.Raw.CreateSnapAsync(server, snapshot, null, b.Token));
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            await ChangesNothingAsync(b, (server, _, snapshot) => b.Raw.CloneAsync(server, snapshot, null, null, b.Token));
        }
    }

    [Clause("KIND-10", "splitClone()", 0, "splitClone of a snapshot leaves the snapshot and its source.", Needs = [AbilityKey.Snapshot, AbilityKey.SplitClone])]
    public static Task SplitOfASnapshot(ClauseContext b) => ChangesNothingAsync(b, (server, _, snapshot) => b.Raw.SplitCloneAsync(server, snapshot, b.Token));

    [Clause("KIND-11", "isSnapable()", 16, "isSnapable of a snapshot says no, or is refused, where createSnap of it is.", Needs = [AbilityKey.Snapshot])]
    public static async Task SnapableSnapshot(ClauseContext b)
    {
        var (server, snapshot) = (await b.ValidatedServerAsync(), await b.SnapAsync(await b.CreateAsync()));
        var says = false;
        await ClauseContext.TryAsync(async () => says = await b.Array.IsSnapableAsync(snapshot, b.Token));
        var isDone = await ClauseContext.TryAsync(() => b.Raw.CreateSnapAsync(server, snapshot, null, b.Token));
        Check.That(!says || isDone, "no, as createSnap is refused", "yes");
    }

    [Clause("KIND-12", "getAccessGroups()", 13, "getAccessGroups of a snapshot tells the groups of its record: its source's are not its own.",
        Needs = [AbilityKey.Snapshot, AbilityKey.AccessControl])]
    public static async Task GroupsOfASnapshot(ClauseContext b)
    {
        var source = await b.Array.StartPresentAsync(await b.CreateAsync(), [(await b.CreateGroupAsync()).Name], b.Token);
        var snapshot = await b.SnapAsync(source);
        try
        {
            var told = await b.Array.GetAccessGroupsAsync(snapshot, b.Token);
            Check.Same((await b.InfoAsync(snapshot)).AccessGroupNames, told.Select(group => group.Name), "groups of the snapshot");
        }
        catch (Exception e) when (e is InvalidRequestException or NoSuchOperationException)
        {
            Check.Happened();
        }
    }

    [Clause("KIND-9", "isRestorable()", 18, "isRestorable of an element that is no snapshot says no, or is refused.", Needs = [AbilityKey.Snapshot])]
    public static async Task RestorableToALun(ClauseContext b)
    {
        var (element, other) = (await b.CreateAsync(), await b.CreateAsync());
        var answer = false;
        await ClauseContext.TryAsync(async () => answer = await b.Array.IsRestorableAsync(other, element, b.Token));
        Check.That(!answer, "no", "yes");
    }

    private static async Task ChangesNothingAsync(
        ClauseContext b, Func<StorageServer, StorageElement, StorageElement, Task> call, bool snapshotMayChange = false)
    {
        var (server, source) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        var isMarked = await b.TryWriteAsync(source, 0x61);
        var snapshot = await b.SnapAsync(source);
        await ClauseContext.TryAsync(() => call(server, source, snapshot));
        Check.Unchanged(source, await b.InfoAsync(source));
        var after = await b.InfoAsync(snapshot);
        Check.Unchanged(snapshotMayChange ? after with { Name = snapshot.Name, SourceUuids = snapshot.SourceUuids, Type = snapshot.Type } : snapshot, after);
        if (isMarked)
        {
            Check.Equal((byte)0x61, await b.ReadAsync(source), "the source's mark");
        }
    }
}
