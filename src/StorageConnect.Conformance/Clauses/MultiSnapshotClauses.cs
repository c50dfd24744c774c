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

    [Clause("MULTISNAP-7", Guide, 7, "It has the name given; a name that is taken is refused; without a destination each is named differently.",
        Needs = [AbilityKey.Snapshot, AbilityKey.CustomSnapName])]
    public static async Task Names(ClauseContext b)
    {
        var (one, other, snapshot) = await MadeAsync(b);
        await b.ReadyAsync(AbilityKey.Snapshot, one, other);
        var name = b.NewName();
        var named = await SnapAsync(name);
        Check.Equal((name, name), (named.Name, (await b.InfoAsync(named)).Name), "the name");
        await Check.RefusedAsync<AlreadyExistsException>(() => SnapAsync(name), "a name that is taken");
        Check.Unchanged(named, await b.InfoAsync(named));
        var (first, second) = (await SnapAsync(null), await SnapAsync(null));
        Check.That(first.Name.Length > 0 && second.Name.Length > 0 && first.Name != second.Name, "two names", $"'{first.Name}' and '{second.Name}'");
        Check.That(first.Uuid != second.Uuid, "two identities", first.Uuid);
        Check.Same([snapshot.Uuid, named.Uuid, first.Uuid, second.Uuid], (await b.CurrentSnapsAsync(one)).Select(each => each.Uuid), "snapshots of a member");

        async Task<StorageElement> SnapAsync(string? wanted) =>
            await b.FinishAsync(await b.Array.CreateMultiSnapAsync([one, other], wanted, b.Token), OscOperationKind.Snapshot);
    }

    [Clause("MULTISNAP-8", Guide, 19,
        "Members that are presented, offline or clones stay so, and are named; it is presented to nobody, and told the same by every call.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task OfEveryKind(ClauseContext b)
    {
        var (plain, offline) = (await b.CreateAsync(size: b.Size + 4097), await b.CreateAsync());
        List<StorageElement> members = [plain, offline];
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            members.Add(await b.CloneAsync(plain));
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            members[0] = await b.Array.StartPresentAsync(plain, [(await b.CreateGroupAsync()).Name], b.Token);
        }

        await ClauseContext.TryAsync(() => b.Array.OfflineAsync(offline, b.Token));
        members[1] = await b.InfoAsync(offline);
        StorageElement snapshot;
        try
        {
            snapshot = await b.MultiSnapAsync(b.NewName() + "-Aa", [.. members]);
        }
        catch (StorageConnectException e) when (e is StorageElementBusyException or InvalidRequestException)
        {
            throw ClauseContext.Skip($"The array makes no snapshot of such elements together: {e.Message}");
        }

        Check.Same(members.Select(member => member.Uuid), snapshot.SourceUuids, "members");
        Check.Same([], snapshot.AccessGroupNames, "groups that it is presented to");
        foreach (var member in members)
        {
            Check.Unchanged(member, await b.InfoAsync(member));
        }

        if (b.Recorder.AnswersOf<StorageElement>(GuideMethod.CreateMultiSnap).LastOrDefault(answer => answer.Uuid == snapshot.Uuid) is
            { AsyncProgress: null } answer)
        {
            Check.TheSame(await b.InfoAsync(snapshot), answer, GuideMethod.CreateMultiSnap);
        }

        Check.Unchanged(await b.InfoAsync(snapshot), (await b.CurrentSnapsAsync(members[^1])).First(other => other.Uuid == snapshot.Uuid));
    }

    [Clause("MULTISNAP-9", Guide, 19, "With a snapshot as a member it is refused, or is of what was named and nothing else.", Needs = [AbilityKey.Snapshot])]
    public static async Task OfWhatWasNamed(ClauseContext b)
    {
        var (one, other, snapshot) = await MadeAsync(b);
        await b.ReadyAsync(AbilityKey.Snapshot, one, other);
        var server = await b.ValidatedServerAsync();
        StorageElement? made = null;
        if (await ClauseContext.TryAsync(async () => made = await b.Raw.CreateMultiSnapAsync(server, [one, snapshot], null, b.Token)))
        {
            Check.Same([one.Uuid, snapshot.Uuid], made!.SourceUuids, "members");
        }

        Check.Same([snapshot.Uuid], (await b.CurrentSnapsAsync(other)).Select(each => each.Uuid), "snapshots of the other member");
        Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
    }

    [Clause("MULTISNAP-10", Guide, 19, "Of no element at all no snapshot is made: that is refused. A member named twice is one member, or is refused.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task OfSomethingAndOfEachOnce(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await b.SnapAsync(element);
        await b.ReadyAsync(AbilityKey.Snapshot, element);
        var before = await SnapshotsAsync();
        var server = await b.ValidatedServerAsync();
        Check.That(!await IsMadeOfNothingAsync(b, server), "a snapshot of no element refused", "it was made");
        Check.Same(before, await SnapshotsAsync(), "snapshots after one of nothing was refused");

        StorageElement? made = null;
        if (await ClauseContext.TryAsync(async () => made = await b.Raw.CreateMultiSnapAsync(server, [element, element], null, b.Token)))
        {
            var snapshot = await b.FinishAsync(made!, OscOperationKind.Snapshot);
            Check.Same([element.Uuid], snapshot.SourceUuids, "members of a snapshot of one element that was named twice");
            Check.Same([.. before, snapshot.Uuid], await SnapshotsAsync(), "snapshots of the element, each once");
            return;
        }

        Check.Same(before, await SnapshotsAsync(), "snapshots after one of an element named twice was refused");

        async Task<List<string>> SnapshotsAsync() => [.. (await b.CurrentSnapsAsync(element)).Select(snapshot => snapshot.Uuid)];
    }

    [Clause("MULTISNAP-11", Guide, 0, "The time of its creation, where it is told, is when it was created, and the same for every call.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task CreatedNow(ClauseContext b)
    {
        var before = DateTimeOffset.UtcNow;
        var (one, _, snapshot) = await MadeAsync(b);
        var told = await b.InfoAsync(snapshot);
        if (told.CreatedAt is null)
        {
            throw ClauseContext.Skip("The plug-in tells no times of creation.");
        }

        InfoClauses.IsCreatedAfter(snapshot, before);
        InfoClauses.IsCreatedAfter(told, before);
        Check.Equal(told.CreatedAt, (await b.CurrentSnapsAsync(one)).First(other => other.Uuid == snapshot.Uuid).CreatedAt,
            "the time that getCurrentSnaps tells");
    }

    // The engine refuses it before it asks: a plug-in may take it for its caller's fault, in whatever words.
    private static async Task<bool> IsMadeOfNothingAsync(ClauseContext b, StorageServer server)
    {
        try
        {
            await b.Raw.CreateMultiSnapAsync(server, [], null, b.Token);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<(StorageElement One, StorageElement Other, StorageElement Snapshot)> MadeAsync(ClauseContext b)
    {
        var (one, other) = (await b.CreateAsync(), await b.CreateAsync());
        return (one, other, await b.MultiSnapAsync(one, other));
    }
}
