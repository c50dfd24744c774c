using StorageConnect.Engine.Errors;

namespace StorageConnect.Conformance.Clauses;

/// <summary>What goes on in the background.</summary>
[Chapter(230, "Async")]
internal static class AsyncClauses
{
    private const string Guide = "getAsyncProgress()";

    [Clause("ASYNC-1", Guide, 21, "With snap_is_sync a snapshot is done when createSnap returns.", Needs = [AbilityKey.Snapshot, AbilityKey.SnapIsSync])]
    public static async Task SnapIsSync(ClauseContext b)
    {
        await b.SnapAsync(await b.CreateAsync());
        IsDone(b, GuideMethod.CreateSnap);
    }

    [Clause("ASYNC-2", Guide, 21, "With clone_is_sync a clone is done when clone returns.", Needs = [AbilityKey.Clone, AbilityKey.CloneIsSync])]
    public static async Task CloneIsSync(ClauseContext b)
    {
        await b.CloneAsync(await b.CreateAsync());
        IsDone(b, GuideMethod.Clone);
    }

    [Clause("ASYNC-3", Guide, 21, "With resize_is_sync a resize is done when resize returns.", Needs = [AbilityKey.Resize, AbilityKey.ResizeIsSync])]
    public static async Task ResizeIsSync(ClauseContext b)
    {
        await b.ResizeAsync(await b.CreateAsync(), b.Size * 2);
        IsDone(b, GuideMethod.Resize);
    }

    [Clause("ASYNC-4", Guide, 21, "With splitclone_is_sync a split is done when splitClone returns.",
        Needs = [AbilityKey.SplitClone, AbilityKey.SplitCloneIsSync, AbilityKey.Clone])]
    public static async Task SplitIsSync(ClauseContext b)
    {
        await b.SplitAsync(await b.ShallowCloneAsync(await b.CreateAsync()));
        IsDone(b, GuideMethod.SplitClone);
    }

    [Clause("ASYNC-5", Guide, 21, "With snapclone_is_sync a clone of a snapshot is done when cloneFromSnap returns.",
        Needs = [AbilityKey.SnapClone, AbilityKey.SnapCloneIsSync, AbilityKey.Snapshot])]
    public static async Task SnapCloneIsSync(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.CloneFromSnapAsync(source, await b.SnapAsync(source));
        IsDone(b, GuideMethod.CloneFromSnap);
    }

    [Clause("ASYNC-6", Guide, 21, "Progress is -1, or a number from 0 to 100, of everything that goes on in the background.")]
    public static async Task ProgressIsAPercentage(ClauseContext b)
    {
        foreach (var work in await BeginAllAsync(b))
        {
            await b.FinishAsync(work.Record, work.Kind);
        }

        Check.Each(Begun(b).Concat(Seen(b)), answer => answer.AsyncProgress is null or (>= -1 and <= 100), "-1, or 0 to 100", answer => answer.AsyncProgress);
    }

    [Clause("ASYNC-7", Guide, 21, "Progress doesn't go back.")]
    public static async Task ProgressGoesOn(ClauseContext b)
    {
        foreach (var work in await BeginAllAsync(b))
        {
            var before = Seen(b).Count;
            await b.FinishAsync(work.Record, work.Kind);
            // What is done tells no number any more: it counts as 100, so that work too quick to be seen half done is an observation too.
            var known = Seen(b).Skip(before).Prepend(work.Record).Select(answer => answer.AsyncProgress ?? 100).Where(percent => percent >= 0).ToList();
            Check.Each(known.Zip(known.Skip(1)), pair => pair.First <= pair.Second, $"numbers of {work.Method} that only grow", _ => string.Join(", ", known));
        }
    }

    [Clause("ASYNC-8", Guide, 21, "The final record is the one that getInfo tells, as of a synchronous call.")]
    public static async Task TheFinalRecordIsWhole(ClauseContext b)
    {
        foreach (var work in await BeginAllAsync(b))
        {
            var made = await b.FinishAsync(work.Record, work.Kind);
            Check.Equal(null, Seen(b)[^1].AsyncProgress, $"progress in the final record of {work.Method}");
            Check.Unchanged(made, await b.InfoAsync(made));
        }
    }

    [Clause("ASYNC-9", Guide, 21, "Another process, which has nothing but the record, can ask for the progress too.")]
    public static async Task AnotherProcessCanAsk(ClauseContext b)
    {
        foreach (var work in await BeginAllAsync(b))
        {
            var made = await b.FinishAsync(work.Record, work.Kind, b.OpenWithNewInstance());
            Check.Unchanged(made, await b.InfoAsync(made));
        }
    }

    [Clause("ASYNC-10", Guide, 21, "Asked again when it is done, getAsyncProgress tells the same.")]
    public static async Task DoneStaysDone(ClauseContext b)
    {
        foreach (var work in await BeginAllAsync(b))
        {
            var made = await b.FinishAsync(work.Record, work.Kind);
            var again = await b.Array.GetAsyncProgressAsync(work.Record, work.Kind, b.Token);
            Check.Equal(null, again.AsyncProgress, $"progress of {work.Method}");
            Check.Unchanged(made, again);
        }
    }

    [Clause("ASYNC-11", Guide, 21, "What was stopped leaves nothing, where it can be stopped.")]
    public static async Task StoppedLeavesNothing(ClauseContext b)
    {
        var (_, record, kind) = await BeginNewAsync(b);
        bool stopped;
        try
        {
            stopped = await b.Array.CancelAsync(record, b.Token);
        }
        catch (NoSuchOperationException)
        {
            await b.FinishAsync(record, kind);
            throw ClauseContext.Skip("The plug-in can't stop what goes on in the background.");
        }

        if (stopped)
        {
            await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(record), "getInfo of what was stopped");
        }
        else
        {
            Check.Unchanged(await b.FinishAsync(record, kind), await b.InfoAsync(record));
        }
    }

    [Clause("ASYNC-12", Guide, 21, "While it runs, a record tells the Uuid, the name and the type of what is made, and they stay.")]
    public static async Task RecordsAreWhole(ClauseContext b)
    {
        foreach (var work in await BeginAllAsync(b))
        {
            var before = Seen(b).Count;
            var made = await b.FinishAsync(work.Record, work.Kind);
            foreach (var answer in Seen(b).Skip(before).Prepend(work.Record))
            {
                // What is split becomes a LUN in the end, or at once.
                var type = work.Method == GuideMethod.SplitClone ? made.Type : answer.Type;
                Check.Equal((made.Uuid, made.Name, made.Type), (answer.Uuid, answer.Name, type), $"Uuid, name and type in an answer of {work.Method}");
            }
        }
    }

    [Clause("ASYNC-13", Guide, 21, "Several that go on in the background at once are told apart: each ends in its own record.")]
    public static async Task SeveralAtOnce(ClauseContext b)
    {
        var works = await BeginAllAsync(b, copies: 2);
        var listed = await b.Raw.ListAsync(await b.ValidatedServerAsync(), new(), b.Token).ToListAsync(b.Token);
        Check.Each(works, work => listed.Count(element => element.Uuid == work.Record.Uuid) <= 1, "what is made listed once at most", work => work.Record);
        // The last first, each a step at a time.
        var records = works.Select(work => work.Record).ToArray();
        while (System.Array.FindLastIndex(records, record => record.AsyncProgress is not null) is >= 0 and var last)
        {
            for (var index = last; index >= 0; index--)
            {
                if (records[index].AsyncProgress is not null)
                {
                    records[index] = await b.Array.GetAsyncProgressAsync(records[index], works[index].Kind, b.Token);
                    Check.Equal(works[index].Record.Uuid, records[index].Uuid, $"the identity of what {works[index].Method} makes");
                }
            }

            await b.PauseAsync();
        }

        foreach (var record in records)
        {
            Check.Unchanged(record, await b.InfoAsync(record));
        }
    }

    [Clause("ASYNC-14", Guide, 21, "What was removed or stopped is not told as done: getAsyncProgress fails.")]
    public static async Task GoneIsNotDone(ClauseContext b)
    {
        var (_, record, kind) = await BeginNewAsync(b);
        var made = await b.FinishAsync(record, kind);
        await (made.Type == StorageElementType.Snapshot ? b.Array.SnapRemoveAsync(made, b.Token) : b.Array.RemoveAsync(made, b.Token));
        await Check.RefusedAsync<StorageConnectException>(() => b.Array.GetAsyncProgressAsync(record, kind, b.Token), "getAsyncProgress of what was removed");

        (_, record, kind) = await BeginNewAsync(b);
        if (await CancelAsync(b, record))
        {
            await Check.RefusedAsync<StorageConnectException>(
                () => b.Array.GetAsyncProgressAsync(record, kind, b.Token), "getAsyncProgress of what was stopped");
        }
    }

    [Clause("ASYNC-15", Guide, 21, "Stopping one leaves everything else: sources, and what else goes on in the background.")]
    public static async Task StoppingOneLeavesOthers(ClauseContext b)
    {
        var bystander = await b.CreateAsync();
        var works = await BeginAllAsync(b, copies: 2);
        var stopped = works.Find(work => work.Method is GuideMethod.Clone or GuideMethod.CreateSnap)
            ?? throw ClauseContext.Skip("Neither clones nor snapshots go on in the background here.");
        if (!await CancelAsync(b, stopped.Record))
        {
            throw ClauseContext.Skip("The plug-in can't stop what goes on in the background, or that had ended already.");
        }

        foreach (var work in works.Where(work => work != stopped))
        {
            var made = await b.FinishAsync(work.Record, work.Kind);
            Check.Unchanged(made, await b.InfoAsync(made));
        }

        Check.Unchanged(bystander, await b.InfoAsync(bystander));
    }

    [Clause("ASYNC-16", Guide, 21,
        "Where a resize or a split is stopped, the element stays as it was; where it can't be stopped any more, that is said, and it is done.")]
    public static async Task StoppedChangesLeaveTheElement(ClauseContext b)
    {
        var works = (await BeginAllAsync(b)).Where(work => work.Method is GuideMethod.Resize or GuideMethod.SplitClone).ToList();
        if (works.Count == 0)
        {
            throw ClauseContext.Skip("Neither resizes nor splits go on in the background here.");
        }

        foreach (var work in works)
        {
            var isStopped = await CancelAsync(b, work.Record);
            if (!isStopped)
            {
                await b.FinishAsync(work.Record, work.Kind);
            }

            var after = await b.InfoAsync(work.Record);
            var isDone = work.Method == GuideMethod.Resize ? after.SizeBytes != b.Size : after.Type == StorageElementType.Lun;
            Check.Equal(isStopped ? "not done" : "done", isDone ? "done" : "not done", $"{work.Method}, as the answer to stopping it says");
            Check.Equal((work.Record.Name, work.Record.Page83Id), (after.Name, after.Page83Id), $"the element after {work.Method} was stopped");
            Check.That(after.SizeBytes >= b.Size, $"{b.Size} bytes at least", after.SizeBytes);
            Check.Contains(after, await b.ListAsync(), "listed");
        }
    }

    [Clause("ASYNC-17", Guide, 21, "Stopping what is done already, or was stopped, says so, and leaves what was made.")]
    public static async Task StoppingTheDone(ClauseContext b)
    {
        var (_, record, kind) = await BeginNewAsync(b);
        var made = await b.FinishAsync(record, kind);
        Check.That(!await StopAsync(record), "stopping what is done: false", "true");
        Check.Unchanged(made, await b.InfoAsync(made));
        (_, record, _) = await BeginNewAsync(b);
        if (await CancelAsync(b, record))
        {
            Check.That(!await StopAsync(record), "stopping what was stopped: false, or an error", "true");
        }

        async Task<bool> StopAsync(StorageElement begun)
        {
            try
            {
                return await b.Array.CancelAsync(begun, b.Token);
            }
            catch (StorageConnectException e) when (e is NotFoundException or NoSuchOperationException or InvalidRequestException)
            {
                return false;
            }
        }
    }

    [Clause("ASYNC-18", Guide, 21, "The final record, as the plug-in itself tells it, has everything that getInfo tells: quality, sources, time of creation.")]
    public static async Task TheFinalRecordTellsAll(ClauseContext b)
    {
        foreach (var work in await BeginAllAsync(b))
        {
            var made = await b.FinishAsync(work.Record, work.Kind);
            Check.TheSame(await b.InfoAsync(made), Seen(b)[^1], $"getAsyncProgress of {work.Method}");
        }
    }

    [Clause("ASYNC-19", Guide, 21,
        "Work in the background, and asking for its progress, leaves other elements and their data; what is stopped leaves its source's data.")]
    public static async Task OthersStay(ClauseContext b)
    {
        var bystander = await b.CreateAsync();
        var isMarked = await b.TryWriteAsync(bystander, 1);
        foreach (var work in await BeginAllAsync(b))
        {
            await b.FinishAsync(work.Record, work.Kind);
            Check.Unchanged(bystander, await b.InfoAsync(bystander));
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)) && await b.AbilityAsync(AbilityKey.CloneIsSync) != Ability.Yes)
        {
            await b.ReadyAsync(AbilityKey.Clone, bystander);
            await b.FinishAsync(await b.Array.CloneAsync(bystander, null, null, b.Token), OscOperationKind.Clone);
            if (await b.Array.CloneAsync(bystander, null, null, b.Token) is { AsyncProgress: not null } record && !await CancelAsync(b, record))
            {
                await b.FinishAsync(record, OscOperationKind.Clone);
            }

            await b.Array.OnlineAsync(bystander, b.Token);
        }

        Check.Unchanged(bystander, await b.InfoAsync(bystander));
        Check.That(!isMarked || await b.ReadAsync(bystander) == 1, "the data of the source as they were", "other data");
    }

    [Clause("ASYNC-20", Guide, 21,
        "Of work that was never begun getAsyncProgress fails, or tells the element as it is, as done; it tells no progress, and changes nothing.")]
    public static async Task WhatWasNeverBegunDoesNotRun(ClauseContext b)
    {
        b.RequireOwn(GuideMethod.GetAsyncProgress);
        var element = await b.CreateAsync();
        foreach (var never in new[]
        {
            element with { AsyncProgress = 0, AsyncHandle = "osc-conf-never-begun" }, element with { AsyncProgress = 50, AsyncHandle = null },
        })
        {
            try
            {
                var told = await b.Array.GetAsyncProgressAsync(never, OscOperationKind.Resize, b.Token);
                Check.Equal(null, told.AsyncProgress, "progress of work that was never begun");
                Check.Unchanged(element, told);
            }
            catch (StorageConnectException e) when (e is not PluginFaultException)
            {
                Check.Happened();
            }
        }

        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("ASYNC-21", Guide, 21,
        "While a clone is made in the background, a resize or removal of its source is refused, or leaves the clone: it is made in the size begun with.",
        Needs = [AbilityKey.Clone])]
    public static async Task ItsSourceIsChanged(ClauseContext b)
    {
        var isResized = await b.AbilityAsync(AbilityKey.Resize) == await b.AbilityAsync(AbilityKey.Clone);
        foreach (var change in new Func<StorageElement, Task>[]
        {
            source => isResized ? b.Array.ResizeAsync(source, b.Size * 2, allowShrink: false, b.Token) : Task.CompletedTask,
            source => b.Array.RemoveAsync(source, b.Token),
        })
        {
            var source = await SourceAsync(b, AbilityKey.Clone);
            var record = await b.Array.CloneAsync(source, null, null, b.Token);
            if (record.AsyncProgress is null)
            {
                throw ClauseContext.Skip("Clones are not made in the background here.");
            }

            await ClauseContext.TryAsync(() => change(source));
            var made = await b.FinishAsync(record, OscOperationKind.Clone);
            Check.Equal((record.Uuid, source.SizeBytes), (made.Uuid, made.SizeBytes), "the Uuid and the size of the clone");
            Check.Unchanged(made, await b.InfoAsync(made));
        }
    }

    private static async Task<bool> CancelAsync(ClauseContext b, StorageElement record)
    {
        try
        {
            return await b.Array.CancelAsync(record, b.Token);
        }
        catch (NoSuchOperationException)
        {
            return false;
        }
    }

    private static void IsDone(ClauseContext b, string method)
    {
        foreach (var answer in b.Recorder.AnswersOf<StorageElement>(method))
        {
            Check.Equal(null, answer.AsyncProgress, $"progress in the answer of {method}");
        }
    }

    private static List<StorageElement> Seen(ClauseContext b) => [.. b.Recorder.AnswersOf<StorageElement>(GuideMethod.GetAsyncProgress)];

    /// <summary>The answers of calls that began an operation, as the plug-in returned them: the engine corrects some of it.</summary>
    private static IEnumerable<StorageElement> Begun(ClauseContext b) =>
        b.Recorder.AnswersOf<StorageElement>().Where(answer => answer.AsyncProgress is not null);

    /// <summary>A snapshot or clone that goes on in the background; skipped where none does.</summary>
    public static async Task<Work> BeginNewAsync(ClauseContext b) =>
        (await BeginAllAsync(b)).FirstOrDefault(work => work.Method is GuideMethod.Clone or GuideMethod.CreateSnap)
        ?? throw ClauseContext.Skip("Neither clones nor snapshots go on in the background here.");

    /// <summary>One of everything that goes on in the background here, begun; skipped where nothing does.</summary>
    public static async Task<List<Work>> BeginAllAsync(ClauseContext b, int copies = 1)
    {
        var begun = new List<Work>();
        foreach (var way in Ways(b))
        {
            for (var copy = 0; copy < copies; copy++)
            {
                if (!await CanAsync(b, way.Features) || (way.Sync is { } key && await b.AbilityAsync(key) == Ability.Yes))
                {
                    continue;
                }

                try
                {
                    if (await way.BeginAsync() is { AsyncProgress: not null } record)
                    {
                        begun.Add(new(way.Method, record, way.Kind));
                    }
                }
                catch (NoSuchOperationException)
                {
                    // A multi-snapshot, for example.
                }
            }
        }

        return begun.Count > 0 ? begun : throw ClauseContext.Skip("Nothing goes on in the background here.");
    }

    private static async Task<bool> CanAsync(ClauseContext b, IEnumerable<AbilityKey> features)
    {
        foreach (var feature in features)
        {
            if (!ClauseContext.Can(await b.AbilityAsync(feature)))
            {
                return false;
            }
        }

        return true;
    }

    private static Way[] Ways(ClauseContext b) =>
    [
        new(GuideMethod.Create, [], null, OscOperationKind.Create, () => !b.Implements(GuideMethod.Create)
            ? throw new NoSuchOperationException("The plug-in creates nothing.")
            : b.Array.CreateAsync(b.NewName(), b.Size, b.VolumeGroup, true, null, b.Token)),
        new(GuideMethod.Clone, [AbilityKey.Clone], AbilityKey.CloneIsSync, OscOperationKind.Clone, async () =>
            await b.Array.CloneAsync(await SourceAsync(b, AbilityKey.Clone), null, null, b.Token)),
        new(GuideMethod.CreateSnap, [AbilityKey.Snapshot], AbilityKey.SnapIsSync, OscOperationKind.Snapshot, async () =>
            await b.Array.CreateSnapAsync(await SourceAsync(b, AbilityKey.Snapshot), null, b.Token)),
        new(GuideMethod.CreateMultiSnap, [AbilityKey.Snapshot], AbilityKey.SnapIsSync, OscOperationKind.Snapshot, async () =>
            await b.Array.CreateMultiSnapAsync([await SourceAsync(b, AbilityKey.Snapshot), await SourceAsync(b, AbilityKey.Snapshot)], null, b.Token)),
        new(GuideMethod.CloneFromSnap, [AbilityKey.SnapClone, AbilityKey.Snapshot], AbilityKey.SnapCloneIsSync, OscOperationKind.Clone, async () =>
        {
            var source = await b.CreateAsync();
            var snapshot = await b.SnapAsync(source);
            await b.ReadyAsync(AbilityKey.SnapClone, source);
            return await b.Array.CloneFromSnapAsync(source, snapshot, null, null, b.Token);
        }),
        new(GuideMethod.Resize, [AbilityKey.Resize], AbilityKey.ResizeIsSync, OscOperationKind.Resize, async () =>
            await b.Array.ResizeAsync(await SourceAsync(b, AbilityKey.Resize), b.Size * 2, allowShrink: false, b.Token)),
        new(GuideMethod.SplitClone, [AbilityKey.SplitClone, AbilityKey.Clone], AbilityKey.SplitCloneIsSync, OscOperationKind.Split, async () =>
        {
            var clone = await b.CloneAsync(await b.CreateAsync());
            if (clone.Type != StorageElementType.SnapClone)
            {
                return clone;
            }

            await b.ReadyAsync(AbilityKey.SplitClone, clone);
            return await b.Array.SplitCloneAsync(clone, b.Token);
        }),
    ];

    /// <summary>An element to work on, offline where the feature works on offline elements alone.</summary>
    private static async Task<StorageElement> SourceAsync(ClauseContext b, AbilityKey feature)
    {
        var source = await b.CreateAsync();
        await b.ReadyAsync(feature, source);
        return source;
    }

    /// <summary>A call that may go on in the background.</summary>
    private sealed record Way(string Method, AbilityKey[] Features, AbilityKey? Sync, OscOperationKind Kind, Func<Task<StorageElement>> BeginAsync);

    /// <summary>What a call began.</summary>
    public sealed record Work(string Method, StorageElement Record, OscOperationKind Kind);
}
