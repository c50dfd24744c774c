using System.Runtime.ExceptionServices;

namespace StorageConnect.Conformance.Clauses;

/// <summary>Several calls at once: one instance serves them all.</summary>
[Chapter(300, "Concurrency")]
internal static class ConcurrencyClauses
{
    private const string Guide = "Class definition";

    [Clause("CONCURRENT-1", Guide, 0, "Of several that create the same name at once one succeeds; to the others it is taken.")]
    public static async Task OneNameOnce(ClauseContext b)
    {
        var name = b.NewName();
        var endings = await ClauseContext.InParallelAsync(_ => b.CreateAsync(name));
        Check.Equal(1, endings.Count(ending => ending.Done), "how many succeeded");
        Check.That(endings.All(ending => ending.Done || ending.Error is AlreadyExistsException or StorageElementBusyException),
            "AlreadyExists for the others", Shown(endings));
        Check.Equal(1, (await b.ListAsync()).Count(element => element.Name == name), "elements of that name");
    }

    [Clause("CONCURRENT-2", Guide, 0, "Several created at once are all there, each with identities of its own.")]
    public static async Task AllAreCreated(ClauseContext b)
    {
        var made = Done(await ClauseContext.InParallelAsync(_ => b.CreateAsync()));
        Check.Equal(made.Count,
            made.DistinctBy(element => element.Uuid).DistinctBy(element => b.HasNoIdentityYet(element) ? element.Uuid : element.Page83Id).Count(),
            "identities");
        var listed = await b.ListAsync();
        made.ForEach(element => Check.Contains(element, listed, "listed"));
    }

    [Clause("CONCURRENT-3", "remove()", 0, "Of several that remove the same element at once one succeeds; for the others it is busy or gone.")]
    public static async Task OneRemovalCounts(ClauseContext b)
    {
        var element = await b.CreateAsync();
        var endings = await ClauseContext.InParallelAsync(_ => b.Array.RemoveAsync(element, b.Token));
        Check.Equal(1, endings.Count(ending => ending.Done), "how many succeeded");
        Check.That(endings.All(ending => ending.Done || ending.Error is NotFoundException or StorageElementBusyException),
            "NotFound for the others", Shown(endings));
    }

    [Clause("CONCURRENT-4", "startPresent()", 13, "Presented to several groups at once, the element is presented to them all.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task NoPresentationIsLost(ClauseContext b)
    {
        var element = await b.CreateAsync();
        var groups = new List<string>();
        while (groups.Count < ClauseContext.ParallelCalls)
        {
            groups.Add((await b.CreateGroupAsync()).Name);
        }

        Done(await ClauseContext.InParallelAsync(i => b.Array.StartPresentAsync(element, [groups[i]], b.Token)));
        Check.Same(groups, (await b.InfoAsync(element)).AccessGroupNames, "groups");
    }

    [Clause("CONCURRENT-5", "addToAccessGroup()", 10, "Entries added at once are all there.", Needs = [AbilityKey.AccessControl])]
    public static async Task NoEntryIsLost(ClauseContext b)
    {
        var limit = (await b.Array.GetCapabilitiesAsync(b.Token)).MaxAccessEntries;
        if (limit != Capabilities.Unlimited && limit <= ClauseContext.ParallelCalls)
        {
            throw ClauseContext.Skip($"max_access_entries is {limit}.");
        }

        var group = await b.CreateGroupAsync();
        var entries = Enumerable.Range(0, ClauseContext.ParallelCalls).Select(_ => b.NewInitiator()).ToList();
        Done(await ClauseContext.InParallelAsync(i => b.Array.AddToAccessGroupAsync(group.Name, [entries[i]], b.Token)));
        Check.Same([.. group.Entries, .. entries], (await b.Array.FindAccessGroupAsync(group.Name, b.Token)).Entries, "entries");
    }

    [Clause("CONCURRENT-6", "createAccessGroups()", 10, "Groups created at once are all there.", Needs = [AbilityKey.AccessControl])]
    public static async Task NoGroupIsLost(ClauseContext b)
    {
        var made = Done(await ClauseContext.InParallelAsync(_ => b.CreateGroupAsync()));
        var names = (await b.Array.GetAccessGroupsAsync(null, b.Token)).Select(group => group.Name).ToList();
        Check.That(made.TrueForAll(group => names.Contains(group.Name)), "all of them", names);
    }

    [Clause("CONCURRENT-7", "createSnap()", 0, "Snapshots made of one element at once are all there, or an attempt is busy.", Needs = [AbilityKey.Snapshot])]
    public static async Task Snapshots(ClauseContext b)
    {
        var element = await b.CreateAsync();
        if (await b.AbilityAsync(AbilityKey.Snapshot) == Ability.Offline)
        {
            await b.Array.OfflineAsync(element, b.Token);
        }

        var endings = await ClauseContext.InParallelAsync(
            async _ => await b.FinishAsync(await b.Array.CreateSnapAsync(element, null, b.Token), OscOperationKind.Snapshot));
        Check.That(endings.Any(ending => ending.Done)
            && endings.All(ending => ending.Done || ending.Error is StorageElementBusyException or LimitExceededException),
            "snapshots, or busy", Shown(endings));
        Check.Same(endings.Where(ending => ending.Done).Select(ending => ending.Result!.Uuid),
            (await b.CurrentSnapsAsync(element)).Select(snapshot => snapshot.Uuid), "snapshots");
    }

    [Clause("CONCURRENT-8", "list()", 0, "list goes through while elements come and go, and tells of those that stay.")]
    public static async Task ListingMeanwhile(ClauseContext b)
    {
        var stays = await b.CreateAsync();
        var lists = new List<StorageElement>[ClauseContext.ParallelCalls];
        Done(await ClauseContext.InParallelAsync(async i =>
        {
            if (i % 2 == 0)
            {
                await b.Array.RemoveAsync(await b.CreateAsync(), b.Token);
            }

            lists[i] = await b.ListAsync();
        }));
        foreach (var list in lists)
        {
            Check.Contains(stays, list, "listed");
        }
    }

    [Clause("CONCURRENT-9", "offline()", 0, "Offline and online at once end in one of the two, and nothing else changes.")]
    public static async Task StatesAtOnce(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await b.Array.OfflineAsync(element, b.Token); // skipped where it can't
        var endings = await ClauseContext.InParallelAsync(i => i % 2 == 0 ? b.Array.OfflineAsync(element, b.Token) : b.Array.OnlineAsync(element, b.Token));
        Check.That(endings.All(ending => ending.Done || ending.Error is StorageElementBusyException), "done, or busy", Shown(endings));
        var after = await b.InfoAsync(element);
        Check.Unchanged(element with { State = after.State }, after);
    }

    [Clause("CONCURRENT-10", "resize()", 14, "Resizes at once end in one of the sizes.", Needs = [AbilityKey.Resize])]
    public static async Task ResizesAtOnce(ClauseContext b)
    {
        var element = await b.CreateAsync();
        if (await b.AbilityAsync(AbilityKey.Resize) == Ability.Offline)
        {
            await b.Array.OfflineAsync(element, b.Token);
        }

        var endings = await ClauseContext.InParallelAsync(
            async i => await b.FinishAsync(await b.Array.ResizeAsync(element, b.Size * (i + 2), allowShrink: true, b.Token), OscOperationKind.Resize));
        // One that comes after a larger one shrinks the element, which not every array can.
        Check.That(
            endings.Any(ending => ending.Done)
                && endings.All(ending => ending.Done || ending.Error is StorageElementBusyException or NoSuchOperationException or LimitExceededException),
            "done, busy, or refused as a shrink", Shown(endings));
        var size = (await b.InfoAsync(element)).SizeBytes;
        Check.That(endings.Any(ending => ending.Result?.SizeBytes == size), "one of the sizes answered", size);
    }

    [Clause("CONCURRENT-11", Guide, 0, "Different changes of one element at once are all there then: presentation, size, quality of service.")]
    public static async Task DifferentChangesAtOnce(ClauseContext b)
    {
        var (element, other, quality) = (await b.CreateAsync(), await b.CreateAsync(), await b.AnyQualityAsync());
        var group = ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)) ? await b.CreateGroupAsync() : null;
        var size = await b.AbilityAsync(AbilityKey.Resize) is Ability.Online or Ability.Yes ? b.Size * 2 : element.SizeBytes;
        var (changes, expected) = (new List<(Func<Task> Call, Func<StorageElement, StorageElement> Change)>(), element);
        if (group is not null)
        {
            if (b.Descriptor.IdentityFromPresentation)
            {
                // Alone first: the run says what it means where elements of this kind can't be presented at all.
                await b.Array.StartPresentAsync(other, [group.Name], b.Token);
                await b.Array.StopPresentAsync(other, [group.Name], b.Token);
            }

            changes.Add((() => b.Array.StartPresentAsync(element, [group.Name], b.Token), now => now with { AccessGroupNames = [group.Name] }));
            changes.Add((() => b.Array.StartPresentAsync(other, [group.Name], b.Token), now => now));
        }

        if (size != element.SizeBytes)
        {
            changes.Add((async () => size = (await b.FinishAsync(await b.Array.ResizeAsync(element, size, allowShrink: false, b.Token),
                OscOperationKind.Resize)).SizeBytes, now => now with { SizeBytes = size }));
        }

        if (quality is not null && quality != element.Qos)
        {
            changes.Add((() => b.Array.SetQosAsync(element, quality, b.Token), now => now with { Qos = quality }));
        }

        if (changes.Count < 2)
        {
            throw ClauseContext.Skip("The array has no two kinds of changes that can be made at once.");
        }

        // Each is made, or refused because another one is under way.
        var endings = await Task.WhenAll(changes.Select(change => Task.Run(() => ClauseContext.TryAsync(change.Call))));
        foreach (var (change, _) in changes.Zip(endings).Where(pair => pair.Second))
        {
            expected = change.Change(expected);
        }

        Check.That(endings.Contains(true), "one of them made", "none");
        Check.Unchanged(expected, await b.InfoAsync(element));
    }

    private static List<T> Done<T>(IReadOnlyList<CallOutcome<T>> endings)
    {
        // The run says what a limit of the array means for the clause.
        if (endings.FirstOrDefault(ending => ending.Error is NoSuchOperationException or LimitExceededException)?.Error is { } limit)
        {
            ExceptionDispatchInfo.Throw(limit);
        }

        Check.That(endings.All(ending => ending.Done), "all done", Shown(endings));
        return [.. endings.Select(ending => ending.Result!)];
    }

    private static string Shown<T>(IReadOnlyList<CallOutcome<T>> endings) => string.Join("; ", endings.Select(ending => ending.ToString()).Distinct());
}
