namespace StorageConnect.Conformance.Clauses;

/// <summary>isRestorable and snapRestore.</summary>
[Chapter(150, "Restore")]
internal static class RestoreClauses
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
        var (element, snapshot) = await SnappedAsync(b);
        await RestoreAsync(b, snapshot, element);
        Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
        await RestoreAsync(b, snapshot, element);
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
        var (server, element) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.SnapRestoreAsync(server, b.UnknownSnapshot, element, b.Token), "an unknown snapshot");
    }

    [Clause("RESTORE-10", Predicate, 0, "isRestorable of a snapshot that isn't there is NotFound.", ReadOnly = true)]
    public static async Task RestorableUnknown(ClauseContext b) =>
        await Check.RefusedAsync<NotFoundException>(() => b.Array.IsRestorableAsync(b.UnknownSnapshot, null, b.Token), "an unknown snapshot");

    [Clause("RESTORE-11", Guide, 18, "One member restored from a snapshot of several leaves the other's data alone, or is refused: SnapRestoreNotSafe.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task OneMemberOfSeveral(ClauseContext b)
    {
        var (one, other) = (await b.CreateAsync(), await b.CreateAsync());
        await b.WriteAsync(one, Before);
        await b.WriteAsync(other, Before);
        var snapshot = await b.MultiSnapAsync(one, other);
        await b.WriteAsync(one, After);
        await b.WriteAsync(other, After);
        try
        {
            await RestoreAsync(b, snapshot, one);
            Check.Equal(Before, await b.ReadAsync(one), "the mark of the member restored");
        }
        catch (SnapRestoreNotSafeException)
        {
            Check.Equal(After, await b.ReadAsync(one), "the mark of the member that was not restored");
        }

        Check.Equal(After, await b.ReadAsync(other), "the mark of the other member");
    }

    [Clause("RESTORE-12", Guide, 18, "A whole snapshot of several restored brings back every member's data.", Needs = [AbilityKey.Snapshot])]
    public static async Task AllMembers(ClauseContext b)
    {
        var (one, other) = (await b.CreateAsync(), await b.CreateAsync());
        await b.WriteAsync(one, Before);
        await b.WriteAsync(other, Before);
        var snapshot = await b.MultiSnapAsync(one, other);
        await b.WriteAsync(one, After);
        await b.WriteAsync(other, After);
        await RestoreAsync(b, snapshot, null);
        Check.Equal(Before, await b.ReadAsync(one), "the mark of the one");
        Check.Equal(Before, await b.ReadAsync(other), "the mark of the other");
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
