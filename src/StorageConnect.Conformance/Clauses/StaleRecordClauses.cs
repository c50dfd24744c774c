namespace StorageConnect.Conformance.Clauses;

/// <summary>Records that are older than what the array holds.</summary>
[Chapter(280, "StaleRecords")]
internal static class StaleRecordClauses
{
    private const string Guide = "Class methods";

    [Clause("STALE-1", "getInfo()", 0, "getInfo by an old record tells what is, not what was.", Needs = [AbilityKey.AccessControl])]
    public static async Task InfoIsOfNow(ClauseContext b)
    {
        var old = await b.CreateAsync();
        var group = await b.CreateGroupAsync();
        await b.Array.StartPresentAsync(old, [group.Name], b.Token);
        Check.Same([group.Name], (await b.InfoAsync(old)).AccessGroupNames, "groups");
    }

    [Clause("STALE-2", "startPresent()", 13, "Presenting by an old record loses no group that was added since.", Needs = [AbilityKey.AccessControl])]
    public static async Task PresentLosesNothing(ClauseContext b)
    {
        var old = await b.CreateAsync();
        var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
        await b.Array.StartPresentAsync(old, [one.Name], b.Token);
        Check.Same([one.Name, other.Name], (await b.Array.StartPresentAsync(old, [other.Name], b.Token)).AccessGroupNames, "groups");
    }

    [Clause("STALE-3", "stopPresent()", 13, "Withdrawing by a record that knows of no presentation works.", Needs = [AbilityKey.AccessControl])]
    public static async Task StopPresentWorks(ClauseContext b)
    {
        var old = await b.CreateAsync();
        var group = await b.CreateGroupAsync();
        await b.Array.StartPresentAsync(old, [group.Name], b.Token);
        await b.Array.StopPresentAsync(old, [group.Name], b.Token);
        Check.Same([], (await b.InfoAsync(old)).AccessGroupNames, "groups");
    }

    [Clause("STALE-4", "remove()", 15, "An old record that knows of no presentation removes nothing that is presented.", Needs = [AbilityKey.AccessControl])]
    public static async Task RemoveLooks(ClauseContext b)
    {
        var old = await b.CreateAsync();
        await b.Array.StartPresentAsync(old, [(await b.CreateGroupAsync()).Name], b.Token);
        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<StorageElementBusyException>(() => b.Raw.RemoveAsync(server, old, b.Token), "removing it");
        await b.InfoAsync(old);
    }

    [Clause("STALE-5", Guide, 0, "A record of a removed element is not taken for a new one of the same name: NotFound.")]
    public static async Task ANamesakeIsAnother(ClauseContext b)
    {
        var (server, old) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        await b.Array.RemoveAsync(old, b.Token);
        var namesake = await b.CreateAsync(old.Name);
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.RemoveAsync(server, old, b.Token), "removing the old one");
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.OfflineAsync(server, old, b.Token), "setting the old one offline");
        Check.Unchanged(namesake, await b.InfoAsync(namesake));
    }

    [Clause("STALE-6", "resize()", 14, "A resize by an old record goes by the size that is.", Needs = [AbilityKey.Resize])]
    public static async Task ResizeGoesByNow(ClauseContext b)
    {
        var old = await b.CreateAsync();
        var grown = await b.ResizeAsync(old, b.Size * 2);
        Check.Equal(grown.SizeBytes, (await b.ResizeAsync(old, grown.SizeBytes)).SizeBytes, "the size");
    }

    [Clause("STALE-7", "createSnap()", 0, "A snapshot by an old record is of the element as it is.", Needs = [AbilityKey.Snapshot, AbilityKey.Resize])]
    public static async Task SnapshotIsOfNow(ClauseContext b)
    {
        var old = await b.CreateAsync();
        await b.ResizeAsync(old, b.Size * 2);
        var snapshot = await b.SnapAsync(old);
        Check.That(snapshot.SizeBytes > old.SizeBytes, $"more than the {old.SizeBytes} bytes of before", snapshot.SizeBytes);
    }

    [Clause("STALE-8", "clone()", 0, "A clone by an old record is of the element as it is.", Needs = [AbilityKey.Clone, AbilityKey.Resize])]
    public static async Task CloneIsOfNow(ClauseContext b)
    {
        var old = await b.CreateAsync();
        var grown = await b.ResizeAsync(old, b.Size * 2);
        Check.Equal(grown.SizeBytes, (await b.CloneAsync(old)).SizeBytes, "the size");
    }

    [Clause("STALE-9", Guide, 0, "Changes by an old record undo none that were made since: of size, state, quality of service and presentation.")]
    public static async Task NothingIsUndone(ClauseContext b)
    {
        var old = await b.CreateAsync();
        var now = old;
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Resize)))
        {
            now = now with { SizeBytes = (await b.ResizeAsync(old, b.Size * 2)).SizeBytes };
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
            await b.Array.StartPresentAsync(old, [one.Name], b.Token);
            await ClauseContext.TryAsync(() => b.Array.StartPresentAsync(old, [other.Name], b.Token));
            await b.Array.StopPresentAsync(old, [other.Name], b.Token);
            now = now with { AccessGroupNames = [one.Name], Page83Id = (await b.InfoAsync(old)).Page83Id };
        }

        Check.Unchanged(now, await b.InfoAsync(old));
        if (await ClauseContext.TryAsync(() => b.Array.OfflineAsync(old, b.Token)))
        {
            Check.Unchanged(now with { State = StorageElementState.Offline }, await b.InfoAsync(old));
            await b.Array.OnlineAsync(old, b.Token);
            Check.Unchanged(now, await b.InfoAsync(old));
        }
    }

    [Clause("STALE-10", Guide, 0, "Calls of a removed element are NotFound: none brings it back.")]
    public static async Task GoneIsGone(ClauseContext b)
    {
        var (server, gone) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        await b.Array.RemoveAsync(gone, b.Token);
        var calls = new List<(string Method, AbilityKey? Needed, Func<Task> Call)>
        {
            (GuideMethod.GetInfo, null, () => b.Raw.GetInfoAsync(server, gone, b.Token)),
            (GuideMethod.GetStatus, null, () => b.Raw.GetStatusAsync(server, gone, b.Token)),
            (GuideMethod.Online, null, () => b.Raw.OnlineAsync(server, gone, b.Token)),
            (GuideMethod.Offline, null, () => b.Raw.OfflineAsync(server, gone, b.Token)),
            (GuideMethod.Resize, AbilityKey.Resize, () => b.Raw.ResizeAsync(server, gone, b.Size * 2, b.Token)),
            (GuideMethod.Clone, AbilityKey.Clone, () => b.Raw.CloneAsync(server, gone, null, null, b.Token)),
            (GuideMethod.CreateSnap, AbilityKey.Snapshot, () => b.Raw.CreateSnapAsync(server, gone, null, b.Token)),
        };
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var group = await b.CreateGroupAsync();
            calls.Add((GuideMethod.StartPresent, AbilityKey.AccessControl, () => b.Raw.StartPresentAsync(server, gone, [group.Name], b.Token)));
            calls.Add((GuideMethod.StopPresent, AbilityKey.AccessControl, () => b.Raw.StopPresentAsync(server, gone, [group.Name], b.Token)));
        }

        foreach (var (method, needed, call) in calls)
        {
            if (b.Implements(method) && (needed is not { } key || ClauseContext.Can(await b.AbilityAsync(key))))
            {
                await Check.RefusedAsync(call, $"{method} of a removed element", typeof(NotFoundException),
                    method is GuideMethod.Online or GuideMethod.Offline ? typeof(NoSuchOperationException) : typeof(NotFoundException));
            }
        }

        Check.Lacks(gone, await b.ListAsync(), "listed");
    }
}
