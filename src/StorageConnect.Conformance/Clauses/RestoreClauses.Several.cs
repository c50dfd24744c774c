namespace StorageConnect.Conformance.Clauses;

/// <content>Snapshots of several elements: one member is restored, or the whole.</content>
internal static partial class RestoreClauses
{
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
        StorageElement[] members = [await b.CreateAsync(), await b.CreateAsync(), await b.CreateAsync()];
        for (var index = 0; index < members.Length; index++)
        {
            await b.WriteAsync(members[index], (byte)(Before + index));
        }

        var snapshot = await b.MultiSnapAsync(members);
        foreach (var member in members)
        {
            await b.WriteAsync(member, After);
        }

        await RestoreAsync(b, snapshot, null);
        for (var index = 0; index < members.Length; index++)
        {
            Check.Equal((byte)(Before + index), await b.ReadAsync(members[index]), $"the mark of member {index + 1}");
        }
    }

    [Clause("RESTORE-17", Guide, 18, "A restore of the whole snapshot of several leaves the data, the state and the presentation of everything else.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task TheWholeLeavesOthers(ClauseContext b)
    {
        var (one, other, stranger) = (await b.CreateAsync(), await b.CreateAsync(), await b.CreateAsync());
        foreach (var element in new[] { one, other, stranger })
        {
            await b.WriteAsync(element, Before);
        }

        await b.SnapAsync(stranger);
        var snapshot = await b.MultiSnapAsync(one, other);
        await b.WriteAsync(stranger, After);
        await RestoreOrSkipAsync(b, snapshot, null);
        Check.Unchanged(one, await b.InfoAsync(one));
        Check.Unchanged(other, await b.InfoAsync(other));
        Check.Unchanged(stranger, await b.InfoAsync(stranger));
        Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
        Check.Equal(After, await b.ReadAsync(stranger), "the stranger's mark");
    }

    [Clause("RESTORE-22", Predicate, 18,
        "isRestorable tells the truth of a whole snapshot, an older one, one of several and its members, and says no of a stranger, which is not restored.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task RestorableIsTrueOfSeveral(ClauseContext b)
    {
        var (one, snapshot) = await SnappedAsync(b);
        await IsTrueAsync(snapshot, null);
        await b.SnapAsync(one);
        await IsTrueAsync(snapshot, one);
        await IsTrueAsync(snapshot, null);
        var stranger = await b.CreateAsync();
        var several = await b.MultiSnapAsync(one, await b.CreateAsync());
        await IsTrueAsync(several, one);
        await IsTrueAsync(several, null);
        Check.That(!await b.Array.IsRestorableAsync(several, stranger, b.Token), "isRestorable of a stranger: no", "yes");
        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<SnapRestoreNotSafeException>(() => b.Raw.SnapRestoreAsync(server, several, stranger, b.Token), "restoring a stranger");

        async Task IsTrueAsync(StorageElement of, StorageElement? element)
        {
            var says = await b.Array.IsRestorableAsync(of, element, b.Token);
            var called = await b.ValidatedServerAsync();
            var isDone = await ClauseContext.TryAsync(() => b.Raw.SnapRestoreAsync(called, of, element, b.Token));
            Check.Equal(says, isDone, $"'{of.Name}' restored for {element?.Name ?? "all"}, as isRestorable says");
        }
    }

    [Clause("RESTORE-25", Guide, 18,
        "Of a snapshot of several, an offline member is restored with the whole, and left alone when another one is restored; or the restore is refused.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task OfAnOfflineMember(ClauseContext b)
    {
        var (one, other) = (await b.CreateAsync(), await b.CreateAsync());
        await WriteAsync(Before);
        var snapshot = await b.MultiSnapAsync(one, other);
        Check.Equal((Before, After), await AfterAsync(one), "the marks of a member that was restored, and of the offline one");
        Check.Equal((Before, Before), await AfterAsync(null), "the marks of the members, of which one was offline");

        async Task<(byte One, byte Other)> AfterAsync(StorageElement? element)
        {
            await WriteAsync(After);
            await b.Array.OfflineAsync(other, b.Token);
            await RestoreOrSkipAsync(b, snapshot, element);
            await b.Array.OnlineAsync(other, b.Token);
            return (await b.ReadAsync(one), await b.ReadAsync(other));
        }

        async Task WriteAsync(byte mark)
        {
            await b.WriteAsync(one, mark);
            await b.WriteAsync(other, mark);
        }
    }
}
