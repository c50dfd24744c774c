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

    [Clause("ASYNC-6", Guide, 21, "Progress is -1, or a number from 0 to 100.")]
    public static async Task ProgressIsAPercentage(ClauseContext b)
    {
        var (record, kind) = await BeginAsync(b);
        await b.FinishAsync(record, kind);
        Check.Each(Seen(b).Prepend(record), answer => answer.AsyncProgress is null or (>= -1 and <= 100), "-1, or 0 to 100", answer => answer.AsyncProgress);
    }

    [Clause("ASYNC-7", Guide, 21, "Progress doesn't go back.")]
    public static async Task ProgressGoesOn(ClauseContext b)
    {
        var (record, kind) = await BeginAsync(b);
        await b.FinishAsync(record, kind);
        var known = Seen(b).Prepend(record).Select(answer => answer.AsyncProgress).Where(percent => percent >= 0).ToList();
        Check.Each(known.Zip(known.Skip(1)), pair => pair.First <= pair.Second, "numbers that only grow", _ => string.Join(", ", known));
    }

    [Clause("ASYNC-8", Guide, 21, "The final record is the one that getInfo tells, as of a synchronous call.")]
    public static async Task TheFinalRecordIsWhole(ClauseContext b)
    {
        var made = await MakeAsync(b);
        Check.Equal(null, Seen(b)[^1].AsyncProgress, "progress in the final record");
        Check.Unchanged(made, await b.InfoAsync(made));
    }

    [Clause("ASYNC-9", Guide, 21, "Another process, which has nothing but the record, can ask for the progress too.")]
    public static async Task AnotherProcessCanAsk(ClauseContext b)
    {
        var (record, kind) = await BeginAsync(b);
        var made = await b.FinishAsync(record, kind, b.OpenWithNewInstance());
        Check.Unchanged(made, await b.InfoAsync(made));
    }

    [Clause("ASYNC-10", Guide, 21, "Asked again when it is done, getAsyncProgress tells the same.")]
    public static async Task DoneStaysDone(ClauseContext b)
    {
        var (record, kind) = await BeginAsync(b);
        var made = await b.FinishAsync(record, kind);
        var again = await b.Array.GetAsyncProgressAsync(record, kind, b.Token);
        Check.Equal(null, again.AsyncProgress, "progress");
        Check.Unchanged(made, again);
    }

    [Clause("ASYNC-11", Guide, 21, "What was stopped leaves nothing, where it can be stopped.")]
    public static async Task StoppedLeavesNothing(ClauseContext b)
    {
        var (record, kind) = await BeginAsync(b);
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
        var (record, kind) = await BeginAsync(b);
        var made = await b.FinishAsync(record, kind);
        foreach (var answer in Seen(b).Prepend(record))
        {
            Check.Equal((made.Uuid, made.Name, made.Type), (answer.Uuid, answer.Name, answer.Type), "Uuid, name and type");
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

    private static async Task<StorageElement> MakeAsync(ClauseContext b)
    {
        var (record, kind) = await BeginAsync(b);
        return await b.FinishAsync(record, kind);
    }

    /// <summary>A snapshot or clone that goes on in the background; skipped where none does.</summary>
    private static async Task<(StorageElement Record, OscOperationKind Kind)> BeginAsync(ClauseContext b)
    {
        var source = await b.CreateAsync();
        (AbilityKey Feature, AbilityKey Sync, Func<Task<StorageElement>> Call, OscOperationKind Kind)[] ways =
        [
            (AbilityKey.Clone, AbilityKey.CloneIsSync, () => b.Array.CloneAsync(source, null, null, b.Token), OscOperationKind.Clone),
            (AbilityKey.Snapshot, AbilityKey.SnapIsSync, () => b.Array.CreateSnapAsync(source, null, b.Token), OscOperationKind.Snapshot),
        ];
        foreach (var (feature, sync, call, kind) in ways)
        {
            var ability = await b.AbilityAsync(feature);
            if (!ClauseContext.Can(ability) || await b.AbilityAsync(sync) == Ability.Yes)
            {
                continue;
            }

            if (ability == Ability.Offline)
            {
                await b.Array.OfflineAsync(source, b.Token);
            }

            if (await call() is { AsyncProgress: not null } record)
            {
                return (record, kind);
            }
        }

        throw ClauseContext.Skip("Neither clones nor snapshots go on in the background here.");
    }
}
