using System.Runtime.ExceptionServices;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Conformance.Clauses;

/// <content>What one process changes while another one knows the elements already, and what two change at once.</content>
internal static partial class OtherClauses
{
    [Clause("OTHER-6", Class, 0, "What a process of its own changes, this process sees: state, size, quality, groups, presentations, copies.")]
    public static async Task AnotherProcessChangesAll(ClauseContext b) => await ChangeAndLookAsync(b, await ProcessAsync(b), b.Array);

    [Clause("OTHER-7", Class, 0, "What this process changes and removes, a process of its own sees, which has seen it as it was before.")]
    public static async Task AnotherProcessSeesChanges(ClauseContext b) => await ChangeAndLookAsync(b, b.Array, await ProcessAsync(b));

    [Clause("OTHER-8", Class, 0, "Of two processes that create the same name at once one succeeds; what both create is all there, in both.")]
    public static async Task ProcessesCreateAtOnce(ClauseContext b)
    {
        var (name, doors) = (b.NewName(), new[] { b.Array, await ProcessAsync(b) });
        var endings = await ClauseContext.InParallelAsync(i => b.CreateThroughAsync(doors[i % 2], i < 2 ? name : null));
        Check.Equal(1, endings.Take(2).Count(ending => ending.Done), "how many of the two succeeded");
        Check.That(endings.Take(2).All(ending => ending.Done || ending.Error is AlreadyExistsException or StorageElementBusyException),
            "AlreadyExists for the other", string.Join("; ", endings.Take(2)));
        Check.That(endings.Skip(2).All(ending => ending.Done), "the elements with other names created", string.Join("; ", endings.Skip(2)));
        foreach (var door in doors)
        {
            b.Cache.Clear();
            var listed = await door.ListAsync(new(), b.Token).ToListAsync(b.Token);
            Check.Equal(1, listed.Count(element => element.Name == name), "elements of the name that both wanted");
            foreach (var made in endings.Where(ending => ending.Done).Select(ending => ending.Result!))
            {
                Check.Contains(made, listed, "listed by both processes");
                Check.Unchanged(made, await door.GetInfoAsync(made, b.Token));
            }
        }
    }

    [Clause("OTHER-9", Class, 10, "Groups, their entries and presentations that two processes make at once are all there, in both.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task ProcessesPresentAtOnce(ClauseContext b)
    {
        var doors = new[] { b.Array, await ProcessAsync(b) };
        var made = await ClauseContext.InParallelAsync(i => CreateGroupAsync(b, doors[i % 2]));
        Check.That(made.All(ending => ending.Done), "all groups made", string.Join("; ", made));
        var groups = made.Select(ending => ending.Result!).ToList();
        var limit = (await b.Array.GetCapabilitiesAsync(b.Token)).MaxAccessEntries;
        string[] added = limit == Capabilities.Unlimited || limit > ClauseContext.ParallelCalls
            ? [.. groups.Select(_ => b.NewInitiator())] : [];
        if (added.Length > 0)
        {
            var endings = await ClauseContext.InParallelAsync(i => doors[i % 2].AddToAccessGroupAsync(groups[0].Name, [added[i]], b.Token));
            Check.That(endings.All(ending => ending.Done), "all entries added", string.Join("; ", endings));
        }

        foreach (var door in doors)
        {
            b.Cache.Clear();
            var names = (await door.GetAccessGroupsAsync(null, b.Token)).Select(group => group.Name).ToHashSet();
            Check.That(groups.TrueForAll(group => names.Contains(group.Name)), "all groups in both processes", names);
            Check.Same([.. groups[0].Entries, .. added], (await door.FindAccessGroupAsync(groups[0].Name, b.Token)).Entries, "entries in both processes");
        }

        // Last: an array may present its elements to one group at a time, and then the clause ends here.
        var element = await b.CreateAsync();
        await b.Array.StartPresentAsync(element, [groups[0].Name, groups[1].Name], b.Token);
        var presented = await ClauseContext.InParallelAsync(i => doors[i % 2].StartPresentAsync(element, [groups[i].Name], b.Token));
        if (presented.FirstOrDefault(ending => ending.Error is LimitExceededException)?.Error is { } few)
        {
            ExceptionDispatchInfo.Throw(few);
        }

        Check.That(presented.All(ending => ending.Done), "presented to all", string.Join("; ", presented));
        foreach (var door in doors)
        {
            b.Cache.Clear();
            Check.Same(groups.Select(group => group.Name), (await door.GetInfoAsync(element, b.Token)).AccessGroupNames, "groups in both processes");
        }
    }

    [Clause("OTHER-10", "getAsyncProgress()", 21, "What this process began, a process of its own can stop, where it can be stopped: then nothing is left.")]
    public static async Task AnotherProcessStops(ClauseContext b)
    {
        var work = await AsyncClauses.BeginNewAsync(b);
        var other = await ProcessAsync(b);
        bool stopped;
        try
        {
            stopped = await other.CancelAsync(work.Record, b.Token);
        }
        catch (NoSuchOperationException)
        {
            await b.FinishAsync(work.Record, work.Kind);
            throw ClauseContext.Skip("The plug-in can't stop what goes on in the background.");
        }

        foreach (var door in new[] { b.Array, other })
        {
            b.Cache.Clear();
            if (stopped)
            {
                await Check.RefusedAsync<NotFoundException>(() => door.GetInfoAsync(work.Record, b.Token), "getInfo of what another process stopped");
            }
            else
            {
                Check.Unchanged(await b.FinishAsync(work.Record, work.Kind, door), await door.GetInfoAsync(work.Record, b.Token));
            }
        }
    }

    [Clause("OTHER-11", Guide, 0, "What is changed, copied and removed by a second record the first shows, and the other way round.")]
    public static async Task ASecondRecordChanges(ClauseContext b)
    {
        var first = await b.ValidatedServerAsync();
        var second = await SecondAsync(b, first);
        foreach (var (by, seenBy) in new[] { (second, first), (first, second) })
        {
            var element = await b.CreateAsync();
            Check.Unchanged(element, await b.Raw.GetInfoAsync(seenBy, element, b.Token));
            if (await b.AbilityAsync(AbilityKey.Resize) is Ability.Online or Ability.Yes)
            {
                var grown = await FinishAsync(await b.Raw.ResizeAsync(by, element, b.Size * 2, b.Token));
                element = element with { SizeBytes = grown.SizeBytes };
                await SeesAsync(element);
            }

            if (await b.AbilityAsync(AbilityKey.Snapshot) is Ability.Online or Ability.Yes)
            {
                var snapshot = await FinishAsync(await b.Raw.CreateSnapAsync(by, element, null, b.Token));
                await SeesAsync(snapshot);
                await b.CurrentSnapsAsync(element); // skipped where the array can't tell
                Check.Contains(snapshot, await b.Raw.GetCurrentSnapsAsync(seenBy, element, b.Token), "among the element's snapshots, by the other record");
                await b.Raw.SnapRemoveAsync(by, snapshot, b.Token);
                await LacksAsync(snapshot);
            }

            await b.Raw.RemoveAsync(by, element, b.Token);
            await LacksAsync(element);
            Check.Lacks(element, await b.Raw.ListAsync(seenBy, new(), b.Token).ToListAsync(b.Token), "listed by the other record");

            async Task<StorageElement> FinishAsync(StorageElement record)
            {
                for (var turn = 0; record.AsyncProgress is not null; turn++)
                {
                    await b.PauseAsync(turn);
                    record = await b.Raw.GetAsyncProgressAsync(by, record, b.Token);
                }

                return record;
            }

            async Task SeesAsync(StorageElement expected)
            {
                b.Cache.Clear();
                Check.Unchanged(expected, await b.Raw.GetInfoAsync(seenBy, expected, b.Token));
            }

            async Task LacksAsync(StorageElement gone)
            {
                b.Cache.Clear();
                await Check.RefusedAsync<NotFoundException>(() => b.Raw.GetInfoAsync(seenBy, gone, b.Token), "getInfo of what the other record removed");
            }
        }
    }

    /// <summary>Changes all there is to change by one door, and looks after each change through the other.</summary>
    private static async Task ChangeAndLookAsync(ClauseContext b, StorageArray by, StorageArray seenBy)
    {
        var element = await b.CreateAsync();
        var now = element;
        // Both know it from here on.
        await LookAsync();
        if (b.Implements(GuideMethod.Offline) && await ClauseContext.TryAsync(() => by.OfflineAsync(element, b.Token)))
        {
            now = now with { State = StorageElementState.Offline };
            await LookAsync();
            await by.OnlineAsync(element, b.Token);
            now = now with { State = StorageElementState.Online };
            await LookAsync();
        }

        if (await b.AbilityAsync(AbilityKey.Resize) is Ability.Online or Ability.Yes)
        {
            var grown = await b.FinishAsync(await by.ResizeAsync(element, b.Size * 2, allowShrink: false, b.Token), OscOperationKind.Resize, by);
            now = now with { SizeBytes = grown.SizeBytes };
            await LookAsync();
        }

        if (b.Implements(GuideMethod.SetQos) && await b.AnyQualityAsync() is { } quality && quality != element.Qos)
        {
            await by.SetQosAsync(element, quality, b.Token);
            // The quality may move it to another pool.
            now = await by.GetInfoAsync(element, b.Token);
            Check.Equal(quality, now.Qos, "the quality of service");
            await LookAsync();
        }

        if (await b.AbilityAsync(AbilityKey.Snapshot) is Ability.Online or Ability.Yes)
        {
            var snapshot = await b.FinishAsync(await by.CreateSnapAsync(element, null, b.Token), OscOperationKind.Snapshot, by);
            Check.Unchanged(snapshot, await seenBy.GetInfoAsync(snapshot, b.Token));
            await b.CurrentSnapsAsync(element); // skipped where the array can't tell
            Check.Contains(snapshot, await SnapsAsync(element), "among the element's snapshots");
            await by.SnapRemoveAsync(snapshot, b.Token);
            Check.Lacks(snapshot, await SnapsAsync(element), "among the element's snapshots");
            await GoneAsync(snapshot);
        }

        if (await b.AbilityAsync(AbilityKey.Clone) is Ability.Online or Ability.Yes)
        {
            var clone = await b.FinishAsync(await by.CloneAsync(element, null, null, b.Token), OscOperationKind.Clone, by);
            Check.Unchanged(clone, await seenBy.GetInfoAsync(clone, b.Token));
            await by.RemoveAsync(clone, b.Token);
            await GoneAsync(clone);
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            await ChangeGroupsAsync(b, by, seenBy, element, isPresentable: await IsPresentableAsync(b, element));
        }

        await by.RemoveAsync(element, b.Token);
        await GoneAsync(element);

        async Task LookAsync()
        {
            b.Cache.Clear();
            Check.Unchanged(now, await seenBy.GetInfoAsync(element, b.Token));
            Check.Unchanged(now, (await seenBy.ListAsync(new(), b.Token).ToListAsync(b.Token)).Find(other => other.Uuid == element.Uuid)
                ?? throw new ClauseFailedException($"'{element.Name}' listed by both processes", "it isn't"));
        }

        async Task GoneAsync(StorageElement gone)
        {
            b.Cache.Clear();
            await Check.RefusedAsync<NotFoundException>(() => seenBy.GetInfoAsync(gone, b.Token), "getInfo of what another process removed");
            Check.Lacks(gone, await seenBy.ListAsync(new(), b.Token).ToListAsync(b.Token), "listed");
        }

        async Task<IReadOnlyList<StorageElement>> SnapsAsync(StorageElement of)
        {
            b.Cache.Clear();
            return await seenBy.GetCurrentSnapsAsync(of, b.Token);
        }
    }

    private static async Task ChangeGroupsAsync(ClauseContext b, StorageArray by, StorageArray seenBy, StorageElement element, bool isPresentable)
    {
        var group = await CreateGroupAsync(b, by);
        await LookAsync();
        var entry = b.NewInitiator();
        if ((await b.Array.GetCapabilitiesAsync(b.Token)).MaxAccessEntries is Capabilities.Unlimited or > 1)
        {
            group = await by.AddToAccessGroupAsync(group.Name, [entry], b.Token);
            await LookAsync();
            group = await by.RemoveFromAccessGroupAsync(group.Name, [entry], b.Token);
            await LookAsync();
        }

        if (isPresentable)
        {
            await by.StartPresentAsync(element, [group.Name], b.Token);
            await PresentedAsync(group.Name);
            await by.StopPresentAsync(element, [group.Name], b.Token);
            await PresentedAsync();
        }

        await by.RemoveAccessGroupsAsync([group], b.Token);
        b.Cache.Clear();
        Check.That((await seenBy.GetAccessGroupsAsync(null, b.Token)).All(other => other.Name != group.Name), $"no group '{group.Name}'", "it is there");

        async Task LookAsync()
        {
            b.Cache.Clear();
            Check.Same(group.Entries, (await seenBy.FindAccessGroupAsync(group.Name, b.Token)).Entries, "entries of the group that another process changed");
        }

        async Task PresentedAsync(params string[] names)
        {
            b.Cache.Clear();
            Check.Same(names, (await seenBy.GetInfoAsync(element, b.Token)).AccessGroupNames, "groups of the element that another process presented");
            Check.Same(names, (await seenBy.GetAccessGroupsAsync(element, b.Token)).Select(other => other.Name), "groups that getAccessGroups tells of it");
        }
    }

    private static async Task<AccessGroup> CreateGroupAsync(ClauseContext b, StorageArray door)
    {
        var changes = await door.CreateAccessGroupsAsync([new() { Name = b.NewName(), Entries = [b.NewInitiator()] }], b.Token);
        return changes.Errors is [var error, ..] ? throw error : changes.Done[0];
    }

    /// <summary>Where identities belong to the presentation, an array may have elements that no host can reach.</summary>
    private static async Task<bool> IsPresentableAsync(ClauseContext b, StorageElement element)
    {
        if (!b.Descriptor.IdentityFromPresentation)
        {
            return true;
        }

        var group = await b.CreateGroupAsync();
        return await ClauseContext.TryAsync(() => b.Array.StartPresentAsync(element, [group.Name], b.Token))
            && await ClauseContext.TryAsync(() => b.Array.StopPresentAsync(element, [group.Name], b.Token));
    }
}
