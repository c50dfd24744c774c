namespace StorageConnect.Conformance.Clauses;

/// <summary>One snapshot of several elements.</summary>
[Chapter(140, "MultiSnapshots")]
internal static class MultiSnapshotClauses
{
    private const string Guide = "createMultiSnap()";

    [Clause("MULTISNAP-1", Guide, 19, "createMultiSnap makes one snapshot, which names all its members.", Needs = [AbilityKey.Snapshot])]
    public static async Task NamesAllMembers(ClauseContext b)
    {
        var (one, other, snapshot) = await MadeAsync(b);
        Check.Equal(StorageElementType.Snapshot, snapshot.Type, "the type");
        Check.Same([one.Uuid, other.Uuid], snapshot.SourceUuids, "members");
    }

    [Clause("MULTISNAP-2", Guide, 19, "It is among the snapshots of each member, and once among all.", Needs = [AbilityKey.Snapshot])]
    public static async Task IsOfEachMember(ClauseContext b)
    {
        var (one, other, snapshot) = await MadeAsync(b);
        Check.Contains(snapshot, await b.CurrentSnapsAsync(one), $"among the snapshots of '{one.Name}'");
        Check.Contains(snapshot, await b.CurrentSnapsAsync(other), $"among the snapshots of '{other.Name}'");
        Check.Equal(1, (await b.CurrentSnapsAsync(null)).Count(all => all.Uuid == snapshot.Uuid), "how often it is among all");
    }

    [Clause("MULTISNAP-3", Guide, 19, "It is not among the snapshots of an element that is no member.", Needs = [AbilityKey.Snapshot])]
    public static async Task IsNotOfOthers(ClauseContext b)
    {
        var stranger = await b.CreateAsync();
        var (_, _, snapshot) = await MadeAsync(b);
        Check.Lacks(snapshot, await b.CurrentSnapsAsync(stranger), "among a stranger's snapshots");
    }

    [Clause("MULTISNAP-4", Guide, 0, "It leaves its members as they were.", Needs = [AbilityKey.Snapshot])]
    public static async Task MembersStay(ClauseContext b)
    {
        var (one, other, _) = await MadeAsync(b);
        Check.Unchanged(one, await b.InfoAsync(one));
        Check.Unchanged(other, await b.InfoAsync(other));
    }

    [Clause("MULTISNAP-5", Guide, 19, "With one member that isn't there, nothing is made: NotFound.", Needs = [AbilityKey.Snapshot])]
    public static async Task UnknownMember(ClauseContext b)
    {
        await MadeAsync(b);
        var element = await b.CreateAsync();
        if (await b.AbilityAsync(AbilityKey.Snapshot) == Ability.Offline)
        {
            await b.Array.OfflineAsync(element, b.Token);
        }

        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.CreateMultiSnapAsync(server, [element, b.Unknown], null, b.Token), "an unknown member");
        Check.Same([], (await b.CurrentSnapsAsync(element)).Select(snapshot => snapshot.Name), "snapshots of the other member");
    }

    [Clause("MULTISNAP-6", "snapRemove()", 19, "It is removed as one: then no member has it.", Needs = [AbilityKey.Snapshot])]
    public static async Task IsRemovedAsOne(ClauseContext b)
    {
        var (one, other, snapshot) = await MadeAsync(b);
        await b.Array.SnapRemoveAsync(snapshot, b.Token);
        Check.Lacks(snapshot, await b.CurrentSnapsAsync(one), $"among the snapshots of '{one.Name}'");
        Check.Lacks(snapshot, await b.CurrentSnapsAsync(other), $"among the snapshots of '{other.Name}'");
    }

    private static async Task<(StorageElement One, StorageElement Other, StorageElement Snapshot)> MadeAsync(ClauseContext b)
    {
        var (one, other) = (await b.CreateAsync(), await b.CreateAsync());
        return (one, other, await b.MultiSnapAsync(one, other));
    }
}
