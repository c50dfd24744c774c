namespace StorageConnect.Conformance.Clauses;

/// <summary>isRestorable and snapRestore.</summary>
[Chapter(150, "Restore")]
internal static partial class RestoreClauses
{
    private const string Guide = "snapRestore()";
    private const string Predicate = "isRestorable()";
    private const byte Before = 0x11;
    private const byte After = 0x22;

    [Clause("RESTORE-1", Predicate, 18, "Where isRestorable says yes for the one element of a snapshot, snapRestore works.", Needs = [AbilityKey.Snapshot])]
    public static async Task RestorableIsTrue(ClauseContext b)
    {
        var (element, snapshot) = await SnappedAsync(b);
        await RestoreAsync(b, snapshot, element);
        Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
    }

    [Clause("RESTORE-2", Guide, 18, "A restored element has the data that it had at the snapshot.", Needs = [AbilityKey.Snapshot])]
    public static async Task DataAreBack(ClauseContext b)
    {
        var (element, snapshot) = await WrittenAsync(b);
        await RestoreAsync(b, snapshot, element);
        Check.Equal(Before, await b.ReadAsync(element), "the mark");
    }

    [Clause("RESTORE-3", Guide, 18, "A restore changes none of the element's identities, and not its presentation.",
        Needs = [AbilityKey.Snapshot, AbilityKey.AccessControl])]
    public static async Task IdentitiesStay(ClauseContext b)
    {
        var (element, snapshot) = await SnappedAsync(b);
        element = await b.Array.StartPresentAsync(element, [(await b.CreateGroupAsync()).Name], b.Token);
        await RestoreAsync(b, snapshot, element);
        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("RESTORE-4", Guide, 18, "The snapshot is still there after a restore, and can be restored again.", Needs = [AbilityKey.Snapshot])]
    public static async Task TheSnapshotStays(ClauseContext b)
    {
        var element = await b.CreateAsync();
        var isMarked = await b.TryWriteAsync(element, Before);
        var snapshot = await b.SnapAsync(element);
        for (var time = 1; time <= 2; time++)
        {
            if (isMarked)
            {
                await b.WriteAsync(element, After);
            }

            await RestoreAsync(b, snapshot, element);
            Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
            Check.Unchanged(element, await b.InfoAsync(element));
            if (isMarked)
            {
                Check.Equal(Before, await b.ReadAsync(element), $"the mark after the {time}. restore");
            }
        }
    }

    [Clause("RESTORE-5", Guide, 18, "A restore of one element leaves another one's data alone.", Needs = [AbilityKey.Snapshot])]
    public static async Task OthersKeepTheirData(ClauseContext b)
    {
        var (element, snapshot) = await WrittenAsync(b);
        var (other, _) = await WrittenAsync(b);
        await RestoreAsync(b, snapshot, element);
        Check.Equal(After, await b.ReadAsync(other), "the other's mark");
    }

    [Clause("RESTORE-6", Guide, 18, "An element that is no member of the snapshot is not restored: SnapRestoreNotSafe.", Needs = [AbilityKey.Snapshot])]
    public static async Task AStrangerIsRefused(ClauseContext b)
    {
        var (_, snapshot) = await SnappedAsync(b);
        var stranger = await b.CreateAsync();
        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<SnapRestoreNotSafeException>(() => b.Raw.SnapRestoreAsync(server, snapshot, stranger, b.Token), "restoring a stranger");
    }

    [Clause("RESTORE-7", Predicate, 18, "isRestorable says no for an element that is no member of the snapshot.", Needs = [AbilityKey.Snapshot])]
    public static async Task AStrangerIsNotRestorable(ClauseContext b)
    {
        var (_, snapshot) = await SnappedAsync(b);
        Check.That(!await b.Array.IsRestorableAsync(snapshot, await b.CreateAsync(), b.Token), "no", "yes");
    }

    [Clause("RESTORE-8", Guide, 18, "Without an element the whole snapshot is restored.", Needs = [AbilityKey.Snapshot])]
    public static async Task TheWhole(ClauseContext b)
    {
        var (element, snapshot) = await WrittenAsync(b);
        await RestoreAsync(b, snapshot, null);
        Check.Equal(Before, await b.ReadAsync(element), "the mark");
    }

    [Clause("RESTORE-9", Guide, 18, "Restoring to a snapshot that isn't there is NotFound.")]
    public static async Task UnknownSnapshot(ClauseContext b)
    {
        b.RequireOwn(GuideMethod.SnapRestore);
        var (server, element) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.SnapRestoreAsync(server, b.UnknownSnapshot, element, b.Token), "an unknown snapshot");
    }

    [Clause("RESTORE-10", Predicate, 0, "isRestorable of a snapshot that isn't there is NotFound.", ReadOnly = true)]
    public static async Task RestorableUnknown(ClauseContext b) =>
        await Check.RefusedAsync<NotFoundException>(() => b.Array.IsRestorableAsync(b.UnknownSnapshot, null, b.Token), "an unknown snapshot");

    [Clause("RESTORE-13", Guide, 18, "Of two snapshots each brings back the data of its own time, and the restore of one leaves the other's.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task EachOfTwo(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await b.WriteAsync(element, 1);
        var older = await b.SnapAsync(element);
        await b.WriteAsync(element, 2);
        var newer = await b.SnapAsync(element);
        await b.WriteAsync(element, 3);
        await RestoreOrSkipAsync(b, newer, element);
        Check.Equal((byte)2, await b.ReadAsync(element), "the mark of the newer snapshot");
        await RestoreOrSkipAsync(b, older, element);
        Check.Equal((byte)1, await b.ReadAsync(element), "the mark of the older snapshot");
        await RestoreOrSkipAsync(b, newer, element);
        Check.Equal((byte)2, await b.ReadAsync(element), "the mark of the newer snapshot, after the older was restored");
        await RestoreOrSkipAsync(b, older, null);
        Check.Equal((byte)1, await b.ReadAsync(element), "the mark of the older snapshot, restored as a whole");
    }

    [Clause("RESTORE-14", "snapRemove()", 0, "When the one of two snapshots is removed, the other still brings back its data.", Needs = [AbilityKey.Snapshot])]
    public static async Task TheOtherIsWhole(ClauseContext b)
    {
        for (var removed = 0; removed <= 1; removed++)
        {
            var element = await b.CreateAsync();
            await b.WriteAsync(element, 1);
            var older = await b.SnapAsync(element);
            await b.WriteAsync(element, 2);
            var newer = await b.SnapAsync(element);
            await b.WriteAsync(element, 3);
            await b.Array.SnapRemoveAsync(removed == 0 ? older : newer, b.Token);
            await RestoreOrSkipAsync(b, removed == 0 ? newer : older, element);
            Check.Equal((byte)(removed == 0 ? 2 : 1), await b.ReadAsync(element), "the mark of the snapshot that is left");
        }
    }

    [Clause("RESTORE-15", Predicate, 18, "Where isRestorable says no, snapRestore is refused, and nothing changes.", Needs = [AbilityKey.Snapshot])]
    public static async Task NotRestorableIsRefused(ClauseContext b)
    {
        var (element, snapshot) = await SnappedAsync(b);
        var isMarked = await b.TryWriteAsync(element, After);
        if (await b.Array.IsRestorableAsync(snapshot, element, b.Token))
        {
            await RestoreAsync(b, snapshot, element);
            Check.Happened();
            return;
        }

        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<StorageConnectException>(() => b.Raw.SnapRestoreAsync(server, snapshot, element, b.Token), "what isRestorable says no to");
        Check.Unchanged(element, await b.InfoAsync(element));
        if (isMarked)
        {
            Check.Equal(After, await b.ReadAsync(element), "the mark");
        }
    }

    [Clause("RESTORE-16", Guide, 18, "After a resize and a restore the size that is told is the one that hosts see.",
        Needs = [AbilityKey.Snapshot, AbilityKey.Resize])]
    public static async Task TheSizeIsTrue(ClauseContext b)
    {
        var (element, snapshot) = await WrittenAsync(b);
        var grown = await b.ResizeAsync(element, b.Size * 2);
        await RestoreOrSkipAsync(b, snapshot, element);
        var after = await b.InfoAsync(element);
        Check.That(after.SizeBytes == element.SizeBytes || after.SizeBytes == grown.SizeBytes, $"{element.SizeBytes} or {grown.SizeBytes} bytes",
            after.SizeBytes);
        Check.Unchanged(element with { SizeBytes = after.SizeBytes }, after);
        Check.Equal(after.SizeBytes, await b.LengthAsync(element), "the size that a host sees");
        Check.Equal(Before, await b.ReadBeginningAsync(element), "the mark");
    }

    [Clause("RESTORE-18", Guide, 18, "A restore leaves the data of clones that were made before it.", Needs = [AbilityKey.Snapshot, AbilityKey.Clone])]
    public static async Task ClonesKeepTheirData(ClauseContext b)
    {
        var (element, snapshot) = await WrittenAsync(b);
        var clone = await b.CloneAsync(element);
        await RestoreOrSkipAsync(b, snapshot, element);
        Check.Equal(Before, await b.ReadAsync(element), "the element's mark");
        Check.Equal(After, await b.ReadAsync(clone), "the clone's mark");
        Check.Unchanged(clone, await b.InfoAsync(clone));
    }

    /// <summary>Restores; the clause is skipped where the array says that it isn't safe.</summary>
    private static async Task RestoreOrSkipAsync(ClauseContext b, StorageElement snapshot, StorageElement? element)
    {
        try
        {
            await RestoreAsync(b, snapshot, element);
        }
        catch (StorageConnectException e) when (e is SnapRestoreNotSafeException or StorageElementBusyException)
        {
            throw ClauseContext.Skip($"The array finds this restore not safe: {e.Message}");
        }
    }

    private static async Task<(StorageElement Element, StorageElement Snapshot)> SnappedAsync(ClauseContext b)
    {
        var element = await b.CreateAsync();
        return (element, await b.SnapAsync(element));
    }

    private static async Task<(StorageElement Element, StorageElement Snapshot)> WrittenAsync(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await b.WriteAsync(element, Before);
        var snapshot = await b.SnapAsync(element);
        await b.WriteAsync(element, After);
        return (element, snapshot);
    }

    [Clause("RESTORE-19", "isRestorable()", 18,
        "isRestorable tells the truth of a presented element, a clone and an offline one: after no snapRestore is refused.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task RestorableIsTrueOfOthers(ClauseContext b)
    {
        foreach (var element in await CloneClauses.SubjectsAsync(b))
        {
            var snapshot = await b.SnapAsync(element);
            var says = await b.Array.IsRestorableAsync(snapshot, element, b.Token);
            var server = await b.ValidatedServerAsync();
            var isDone = await ClauseContext.TryAsync(() => b.Raw.SnapRestoreAsync(server, snapshot, element, b.Token));
            Check.Equal(says, isDone, $"'{element.Name}' restored, as isRestorable says");
        }
    }

    [Clause("RESTORE-20", Guide, 18, "A restore of a clone brings back the clone's data, and leaves its source's.",
        Needs = [AbilityKey.Snapshot, AbilityKey.Clone])]
    public static async Task OfAClone(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.WriteAsync(source, Before);
        var clone = await b.CloneAsync(source);
        await b.WriteAsync(clone, 3);
        var snapshot = await b.SnapAsync(clone);
        await b.WriteAsync(clone, After);
        await RestoreOrSkipAsync(b, snapshot, clone);
        Check.Equal((byte)3, await b.ReadAsync(clone), "the clone's mark");
        Check.Equal(Before, await b.ReadAsync(source), "the source's mark");
        Check.Unchanged(clone, await b.InfoAsync(clone));
        Check.Unchanged(source, await b.InfoAsync(source));
    }

    [Clause("RESTORE-21", Guide, 18, "A restore of presented elements, alone and as a whole, brings back their data and leaves their presentation.",
        Needs = [AbilityKey.Snapshot, AbilityKey.AccessControl])]
    public static async Task OfPresentedElements(ClauseContext b)
    {
        var group = await b.CreateGroupAsync();
        var (one, other) = (await PresentedAsync(), await PresentedAsync());
        await BringsBackAsync(await b.SnapAsync(one), one, [one]);
        await BringsBackAsync(await b.SnapAsync(one), null, [one]);
        await BringsBackAsync(await b.MultiSnapAsync(one, other), null, [one, other]);

        async Task<StorageElement> PresentedAsync()
        {
            var element = await b.CreateAsync();
            await b.WriteAsync(element, Before);
            return await b.Array.StartPresentAsync(element, [group.Name], b.Token);
        }

        async Task BringsBackAsync(StorageElement snapshot, StorageElement? element, StorageElement[] members)
        {
            foreach (var member in members)
            {
                await b.WriteAsync(member, After);
            }

            await RestoreOrSkipAsync(b, snapshot, element);
            foreach (var member in members)
            {
                Check.Unchanged(member, await b.InfoAsync(member));
                Check.Equal(Before, await b.ReadAsync(member), $"the mark of '{member.Name}'");
            }
        }
    }

    [Clause("RESTORE-23", Guide, 18, "A restore leaves the data of the snapshot's clones.", Needs = [AbilityKey.Snapshot, AbilityKey.SnapClone])]
    public static async Task SnapshotClonesKeepTheirData(ClauseContext b)
    {
        var (element, snapshot) = await WrittenAsync(b);
        var clone = await b.CloneFromSnapAsync(element, snapshot);
        await b.WriteAsync(clone, 3);
        await RestoreOrSkipAsync(b, snapshot, element);
        Check.Equal((byte)3, await b.ReadAsync(clone), "the clone's mark");
        Check.Unchanged(clone, await b.InfoAsync(clone));
        if (await ClauseContext.TryAsync(() => b.Array.SnapRemoveAsync(snapshot, b.Token)))
        {
            Check.Equal((byte)3, await b.ReadAsync(clone), "the clone's mark after the snapshot was removed");
        }
    }

    [Clause("RESTORE-26", Guide, 18, "A snapshot of an element that was shrunk since has all the data that it had.",
        Needs = [AbilityKey.Snapshot, AbilityKey.Resize])]
    public static async Task OfAShrunkElement(ClauseContext b)
    {
        var element = await b.CreateAsync(size: b.Size * 2);
        await b.WriteAsync(element, Before);
        var snapshot = await b.SnapAsync(element);
        var shrunk = await ResizeClauses.ShrinkAsync(b, element);
        Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
        await RestoreOrSkipAsync(b, snapshot, element);
        var after = await b.InfoAsync(element);
        Check.That(after.SizeBytes == element.SizeBytes || after.SizeBytes == shrunk.SizeBytes, $"{element.SizeBytes} or {shrunk.SizeBytes} bytes",
            after.SizeBytes);
        Check.Equal(after.SizeBytes, await b.LengthAsync(element), "the size that a host sees");
        Check.Equal(Before, after.SizeBytes == element.SizeBytes ? await b.ReadAsync(element) : await b.ReadBeginningAsync(element), "the mark");
    }

    [Clause("RESTORE-24", Guide, 18, "What was changed since the snapshot and is no data stays after a restore: quality of service, presentation.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task LaterChangesStay(ClauseContext b)
    {
        var (element, snapshot) = await SnappedAsync(b);
        if (await b.AnyQualityAsync() is { } quality && quality != element.Qos && b.Implements(GuideMethod.SetQos))
        {
            await ClauseContext.TryAsync(() => b.Array.SetQosAsync(element, quality, b.Token));
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            await b.Array.StartPresentAsync(element, [(await b.CreateGroupAsync()).Name], b.Token);
        }

        element = await b.InfoAsync(element);
        await RestoreOrSkipAsync(b, snapshot, element);
        Check.Unchanged(element, await b.InfoAsync(element));
    }

    /// <summary>Restores; where that takes offline elements, they are offline meanwhile.</summary>
    public static async Task RestoreAsync(ClauseContext b, StorageElement snapshot, StorageElement? element)
    {
        if (await b.Array.IsRestorableAsync(snapshot, element, b.Token))
        {
            await b.Array.SnapRestoreAsync(snapshot, element, b.Token);
            return;
        }

        var members = element is null ? snapshot.SourceUuids.Select(uuid => new StorageElement { Uuid = uuid }).ToList() : [element];
        foreach (var member in members)
        {
            await b.Array.OfflineAsync(member, b.Token);
        }

        if (!await b.Array.IsRestorableAsync(snapshot, element, b.Token))
        {
            throw ClauseContext.Skip("isRestorable says no, of offline elements too: the array can't restore it.");
        }

        await b.Array.SnapRestoreAsync(snapshot, element, b.Token);
        foreach (var member in members)
        {
            await b.Array.OnlineAsync(member, b.Token);
        }
    }
}
