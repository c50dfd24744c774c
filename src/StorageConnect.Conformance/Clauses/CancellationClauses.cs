namespace StorageConnect.Conformance.Clauses;

/// <summary>Calls whose caller has given up: they end as cancelled and have changed nothing, or they are done.</summary>
[Chapter(292, "Cancellation")]
internal static class CancellationClauses
{
    private const string Guide = "Class methods";

    [Clause("CANCEL-1", Guide, 0, "A question about an element that is cancelled ends as cancelled, or is answered: cancellation is no error of the array.")]
    public static async Task Questions(ClauseContext b)
    {
        var (server, element, cancelled) = (await b.ValidatedServerAsync(), await b.SubjectAsync(), new CancellationToken(canceled: true));
        foreach (var call in new Func<Task>[]
        {
            () => b.Raw.GetInfoAsync(server, element, cancelled), () => b.Raw.GetStatusAsync(server, element, cancelled),
            () => b.Raw.GetAccessGroupsAsync(server, element, cancelled), () => b.Raw.GetCloneLimitsAsync(server, element, cancelled),
            () => b.Raw.GetSnapLimitsAsync(server, element, cancelled), () => b.Raw.IsCloneableAsync(server, element, cancelled),
            () => b.Raw.IsSnapableAsync(server, element, cancelled), () => b.Raw.IsSplittableAsync(server, element, cancelled),
            () => b.Raw.GetQosListAsync(server, cancelled), () => b.Raw.GetStorageNamesAsync(server, cancelled),
            () => OptionalAsync(() => b.Raw.GetCurrentSnapsAsync(server, element, cancelled)),
            () => OptionalAsync(() => b.Raw.GetCurrentClonesAsync(server, element, cancelled)),
            () => OptionalAsync(() => b.Raw.UpdateStorageElementsAsync(server, [element], false, cancelled)),
        })
        {
            await EndsAsync(call);
        }

        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("CANCEL-2", "create()", 0, "A create that ends as cancelled has created nothing.")]
    public static async Task Create(ClauseContext b)
    {
        b.RequireOwn(GuideMethod.Create);
        var (server, name) = (await b.ValidatedServerAsync(), b.NewName());
        var wanted = new StorageElement { Name = name, SizeBytes = b.Size, VolumeGroupName = b.VolumeGroup, StorageServerUuid = server.Uuid };
        var isDone = await EndsAsync(() => b.Raw.CreateAsync(server, wanted, true, null, new(canceled: true)));
        Check.Equal(isDone, (await b.ListAsync()).Exists(element => element.Name == name), "an element there, as the call ended");
    }

    [Clause("CANCEL-3", Guide, 0, "A change of an element that ends as cancelled has changed nothing: state, size, presentation, quality of service.")]
    public static async Task Changes(ClauseContext b)
    {
        var (server, cancelled) = (await b.ValidatedServerAsync(), new CancellationToken(canceled: true));
        await KeepsAsync(GuideMethod.Offline, null, element => b.Raw.OfflineAsync(server, element, cancelled));
        await KeepsAsync(GuideMethod.Online, null, element => b.Raw.OnlineAsync(server, element, cancelled), element =>
            b.Array.OfflineAsync(element, b.Token));
        if (await b.AnyQualityAsync() is { } quality)
        {
            await KeepsAsync(GuideMethod.SetQos, null, element => b.Raw.SetQosAsync(server, element, quality, cancelled));
        }

        await KeepsAsync(GuideMethod.Remove, null, element => b.Raw.RemoveAsync(server, element, cancelled));
        await KeepsAsync(GuideMethod.Resize, AbilityKey.Resize, element => b.Raw.ResizeAsync(server, element, b.Size * 2, cancelled));
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var group = await b.CreateGroupAsync();
            await KeepsAsync(GuideMethod.StartPresent, null, element => b.Raw.StartPresentAsync(server, element, [group.Name], cancelled));
            await KeepsAsync(GuideMethod.StopPresent, null, element => b.Raw.StopPresentAsync(server, element, [group.Name], cancelled), element =>
                b.Array.StartPresentAsync(element, [group.Name], b.Token));
        }

        async Task KeepsAsync(string method, AbilityKey? needed, Func<StorageElement, Task> call, Func<StorageElement, Task>? prepare = null)
        {
            if (!b.Implements(method) || (needed is { } key && await b.AbilityAsync(key) != Ability.Online))
            {
                return;
            }

            var element = await b.CreateAsync();
            if (prepare is not null && await ClauseContext.TryAsync(() => prepare(element)))
            {
                element = await b.InfoAsync(element);
            }

            if (!await EndsAsync(() => OptionalAsync(() => call(element))))
            {
                Check.Unchanged(element, await b.InfoAsync(element));
            }
        }
    }

    [Clause("CANCEL-4", Guide, 0, "A copy that ends as cancelled isn't there: no snapshot, no clone.", Needs = [AbilityKey.Snapshot])]
    public static async Task Copies(ClauseContext b)
    {
        var (server, cancelled) = (await b.ValidatedServerAsync(), new CancellationToken(canceled: true));
        var source = await b.CreateAsync();
        await b.ReadyAsync(AbilityKey.Snapshot, source);
        if (!await EndsAsync(() => b.Raw.CreateSnapAsync(server, source, null, cancelled)))
        {
            Check.Same([], (await b.CurrentSnapsAsync(source)).Select(snapshot => snapshot.Name), "snapshots of the element");
        }

        if (!ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            return;
        }

        var (other, known) = (await b.CreateAsync(), (await b.ListAsync()).Count);
        await b.ReadyAsync(AbilityKey.Clone, other);
        if (!await EndsAsync(() => b.Raw.CloneAsync(server, other, null, null, cancelled)))
        {
            Check.Same([], (await b.CurrentClonesAsync(other)).Select(clone => clone.Name), "clones of the element");
        }
    }

    [Clause("CANCEL-6", Guide, 0, "What is done to a snapshot or a clone, and ends as cancelled, has changed nothing: restore, removal, split, clone.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task OfCopies(ClauseContext b)
    {
        var (server, cancelled) = (await b.ValidatedServerAsync(), new CancellationToken(canceled: true));
        var (source, other) = (await b.CreateAsync(), await b.CreateAsync());
        var isMarked = await b.TryWriteAsync(source, 1);
        var snapshot = await b.SnapAsync(source);
        if (isMarked)
        {
            await b.WriteAsync(source, 2);
        }

        await EndsAsync(() => OptionalAsync(() => b.Raw.IsRestorableAsync(server, snapshot, source, cancelled)));
        if (b.Implements(GuideMethod.SnapRestore) && await b.Array.IsRestorableAsync(snapshot, source, b.Token))
        {
            var isDone = await EndsAsync(() => b.Raw.SnapRestoreAsync(server, snapshot, source, cancelled));
            Check.That(!isMarked || isDone == (await b.ReadAsync(source) == 1), "the data as the call ended", "other data");
        }

        if (await b.AbilityAsync(AbilityKey.Snapshot) == Ability.Online && b.Implements(GuideMethod.CreateMultiSnap)
            && !await EndsAsync(() => OptionalAsync(() => b.Raw.CreateMultiSnapAsync(server, [source, other], null, cancelled))))
        {
            Check.Same([], (await b.CurrentSnapsAsync(other)).Select(one => one.Name), "snapshots of the second member");
        }

        if (await b.AbilityAsync(AbilityKey.SnapClone) == Ability.Online)
        {
            var before = (await b.ListAsync()).Count(element => b.IsOurs(element.Name) || element.SourceUuids.Any(uuid => uuid == snapshot.Uuid
                || uuid == source.Uuid));
            if (!await EndsAsync(() => b.Raw.CloneFromSnapAsync(server, source, snapshot, null, null, cancelled)))
            {
                Check.Equal(before, (await b.ListAsync()).Count(element => b.IsOurs(element.Name) || element.SourceUuids.Any(uuid => uuid == snapshot.Uuid
                    || uuid == source.Uuid)), "elements of the run");
            }
        }

        if (await b.AbilityAsync(AbilityKey.Clone) == Ability.Online && await b.AbilityAsync(AbilityKey.SplitClone) == Ability.Online
            && await b.CloneAsync(source) is { Type: StorageElementType.SnapClone } clone && !await EndsAsync(() => OptionalAsync(() =>
                b.Raw.SplitCloneAsync(server, clone, cancelled))))
        {
            Check.Unchanged(clone, await b.InfoAsync(clone));
        }

        if (!await EndsAsync(() => OptionalAsync(() => b.Raw.SnapRemoveAsync(server, snapshot, cancelled))))
        {
            Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
        }
    }

    [Clause("CANCEL-5", "createAccessGroups()", 10, "A change of groups that ends as cancelled has changed none.", Needs = [AbilityKey.AccessControl])]
    public static async Task Groups(ClauseContext b)
    {
        var (group, cancelled) = (await b.CreateGroupAsync(), new CancellationToken(canceled: true));
        var server = (await b.ValidatedServerAsync()) with { AccessGroups = (await b.Array.GetAccessGroupsAsync(null, b.Token)).ToValueList() };
        var name = b.NewName();
        var isDone = await EndsAsync(() => b.Raw.CreateAccessGroupsAsync(server, [new() { Name = name, Entries = [b.NewInitiator()] }], cancelled));
        Check.Equal(isDone, (await b.Array.GetAccessGroupsAsync(null, b.Token)).Any(other => other.Name == name), "the group there, as the call ended");
        isDone = await EndsAsync(() => b.Raw.RenameAccessGroupAsync(server, group.Name, group.Name + "r", cancelled));
        var (old, renamed) = (await ThereAsync(group.Name), await ThereAsync(group.Name + "r"));
        Check.That(old != isDone && renamed == isDone, isDone ? "the group under its new name" : "the group under its old name", $"{old} and {renamed}");
        var left = await b.CreateGroupAsync();
        isDone = await EndsAsync(() => b.Raw.RemoveAccessGroupsAsync(server, [left], cancelled));
        Check.Equal(!isDone, await ThereAsync(left.Name), "the group there, as the call ended");
        if ((await b.Array.GetCapabilitiesAsync(b.Token)).MaxAccessEntries is Capabilities.Unlimited or > 1)
        {
            var (changed, entry) = (await b.CreateGroupAsync(), b.NewInitiator());
            isDone = await EndsAsync(() => b.Raw.AddToAccessGroupAsync(server, changed.Name, [entry], cancelled));
            Check.Equal(isDone, await HasAsync(changed.Name, entry), "the entry there, as the call ended");
            await b.Array.AddToAccessGroupAsync(changed.Name, [entry], b.Token);
            isDone = await EndsAsync(() => b.Raw.RemoveFromAccessGroupAsync(server, changed.Name, [entry], cancelled));
            Check.Equal(!isDone, await HasAsync(changed.Name, entry), "the entry there then, as the call ended");
        }

        async Task<bool> HasAsync(string name, string entry) => (await b.Array.FindAccessGroupAsync(name, b.Token)).Entries.Contains(entry);

        async Task<bool> ThereAsync(string wanted) => (await b.Array.GetAccessGroupsAsync(null, b.Token)).Any(other => other.Name == wanted);
    }

    /// <returns>True when it was done in spite of the cancellation.</returns>
    private static async Task<bool> EndsAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (StorageConnectException e)
        {
            throw new ClauseFailedException("the call cancelled, or done", Check.Show(e));
        }
        finally
        {
            Check.Happened();
        }
    }

    private static async Task OptionalAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (e is NoSuchOperationException or StorageElementBusyException)
        {
            // The array can't do it at all: that is an answer too.
            throw new OperationCanceledException("It can't be done.", e);
        }
    }
}
