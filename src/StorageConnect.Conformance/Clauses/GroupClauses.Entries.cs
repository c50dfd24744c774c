namespace StorageConnect.Conformance.Clauses;

/// <content>Entries are added to groups, and removed from them.</content>
internal static partial class GroupClauses
{
    private const string Add = "addToAccessGroup()";
    private const string Take = "removeFromAccessGroup()";

    [Clause("GROUP-13", Add, 10, "An entry is added to those there are.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsAdded(ClauseContext b)
    {
        await RequireRoomAsync(b, 2);
        var group = await b.CreateGroupAsync();
        var initiator = b.NewInitiator();
        var answer = await b.Array.AddToAccessGroupAsync(group.Name, [initiator], b.Token);
        Check.Same([.. group.Entries, initiator], answer.Entries, "the entries answered");
        Check.Same([.. group.Entries, initiator], (await GetAsync(b, group.Name)).Entries, "the entries then");
    }

    [Clause("GROUP-14", Add, 10, "Adding an entry that is there changes nothing.", Needs = [AbilityKey.AccessControl])]
    public static async Task AddedAgain(ClauseContext b)
    {
        var group = await b.CreateGroupAsync();
        Check.Same(group.Entries, (await b.Array.AddToAccessGroupAsync(group.Name, group.Entries, b.Token)).Entries, "the entries");
    }

    [Clause("GROUP-15", Add, 10, "Adding to a group that isn't there is NotFound.", Needs = [AbilityKey.AccessControl])]
    public static async Task AddToUnknown(ClauseContext b)
    {
        var server = await ServerAsync(b);
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.AddToAccessGroupAsync(server, b.NewName(), [b.NewInitiator()], b.Token), "an unknown group");
    }

    [Clause("GROUP-16", Take, 10, "An entry is removed, and the others stay.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsTakenOut(ClauseContext b)
    {
        await RequireRoomAsync(b, 2);
        var (stays, goes) = (b.NewInitiator(), b.NewInitiator());
        var group = await b.CreateGroupAsync(null, stays, goes);
        Check.Same([stays], (await b.Array.RemoveFromAccessGroupAsync(group.Name, [goes], b.Token)).Entries, "the entries answered");
        Check.Same([stays], (await GetAsync(b, group.Name)).Entries, "the entries then");
    }

    [Clause("GROUP-17", Take, 10, "Removing an entry that isn't there changes nothing.", Needs = [AbilityKey.AccessControl])]
    public static async Task TakenOutAgain(ClauseContext b)
    {
        var group = await b.CreateGroupAsync();
        Check.Same(group.Entries, (await b.Array.RemoveFromAccessGroupAsync(group.Name, [b.NewInitiator()], b.Token)).Entries, "the entries");
    }

    [Clause("GROUP-18", Take, 10, "Removing from a group that isn't there is NotFound.", Needs = [AbilityKey.AccessControl])]
    public static async Task TakeFromUnknown(ClauseContext b)
    {
        var server = await ServerAsync(b);
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.RemoveFromAccessGroupAsync(server, b.NewName(), [b.NewInitiator()], b.Token),
            "an unknown group");
    }

    [Clause("GROUP-22", "Class variables", 10, "A group takes as many entries as max_access_entries says.", Needs = [AbilityKey.AccessControl])]
    public static async Task ReachesTheLimit(ClauseContext b)
    {
        const int most = 64;
        var limit = (await b.Array.GetCapabilitiesAsync(b.Token)).MaxAccessEntries;
        if (limit is <= 0 or > most)
        {
            throw ClauseContext.Skip($"max_access_entries is {limit}: there is no limit that could be reached here.");
        }

        var group = await b.CreateGroupAsync(null, [.. Enumerable.Range(0, limit).Select(_ => b.NewInitiator())]);
        Check.Equal(limit, group.Entries.Count, "entries");
    }

    [Clause("GROUP-23", Take, 10,
        "When its last entry is removed a group stays, empty, with its presentations; or the removal is refused, and the entry stays.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task TheLastEntry(ClauseContext b)
    {
        var (element, group) = (await b.CreateAsync(), await b.CreateGroupAsync());
        await b.Array.StartPresentAsync(element, [group.Name], b.Token);
        try
        {
            Check.Same([], (await b.Array.RemoveFromAccessGroupAsync(group.Name, group.Entries, b.Token)).Entries, "the entries answered");
            Check.Same([], (await GetAsync(b, group.Name)).Entries, "the entries then");
        }
        catch (StorageConnectException e) when (e is InvalidRequestException or StorageElementBusyException)
        {
            Check.Same(group.Entries, (await GetAsync(b, group.Name)).Entries, "the entries then");
        }

        Check.Same([group.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
    }

    [Clause("GROUP-27", Add, 10, "Of entries to add of which one is in the group, and one is named twice, each is in the group once.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task AddsWhatIsMissing(ClauseContext b)
    {
        await RequireRoomAsync(b, 4);
        var (known, other) = (await b.CreateGroupAsync(null, b.NewInitiator(), b.NewInitiator()), await b.CreateGroupAsync());
        var (one, two) = (b.NewInitiator(), b.NewInitiator());
        var answer = await b.Raw.AddToAccessGroupAsync(await ServerAsync(b), known.Name, [known.Entries[1], one, one, two], b.Token);
        Check.Equal(known.Name, answer.Name, "the group answered");
        Check.Same([.. known.Entries, one, two], answer.Entries, "the entries answered");
        Check.Same([.. known.Entries, one, two], (await GetAsync(b, known.Name)).Entries, "the entries then");
        Check.Same(other.Entries, (await GetAsync(b, other.Name)).Entries, "entries of another group");
    }

    [Clause("GROUP-28", Take, 10, "Of entries to remove of which one is not in the group, the others are removed.", Needs = [AbilityKey.AccessControl])]
    public static async Task TakesWhatIsThere(ClauseContext b)
    {
        await RequireRoomAsync(b, 3);
        var (one, two, three) = (b.NewInitiator(), b.NewInitiator(), b.NewInitiator());
        var group = await b.CreateGroupAsync(null, one, two, three);
        var answer = await b.Raw.RemoveFromAccessGroupAsync(await ServerAsync(b), group.Name, [b.NewInitiator(), two, three], b.Token);
        Check.Equal(group.Name, answer.Name, "the group answered");
        Check.Same([one], answer.Entries, "the entries answered");
        Check.Same([one], (await GetAsync(b, group.Name)).Entries, "the entries then");
    }

    [Clause("GROUP-29", Add, 10, "An entry may be in several groups: it is added to the one named, removed from the one named, and of new groups too.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task OneEntryInTwoGroups(ClauseContext b)
    {
        await RequireRoomAsync(b, 2);
        var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
        try
        {
            await b.Array.AddToAccessGroupAsync(other.Name, one.Entries, b.Token);
        }
        catch (Exception e) when (e is AlreadyExistsException or InvalidRequestException)
        {
            Check.Same(other.Entries, (await GetAsync(b, other.Name)).Entries, "entries of the other group, which the array refused to change");
            throw ClauseContext.Skip($"An initiator is in one group alone here: {e.Message}");
        }

        Check.Same(one.Entries, (await GetAsync(b, one.Name)).Entries, "entries of the one group");
        Check.Same([.. other.Entries, .. one.Entries], (await GetAsync(b, other.Name)).Entries, "entries of the other group");
        await b.Array.RemoveFromAccessGroupAsync(other.Name, one.Entries, b.Token);
        Check.Same(one.Entries, (await GetAsync(b, one.Name)).Entries, "entries of the one group, after the removal from the other");
        Check.Same(other.Entries, (await GetAsync(b, other.Name)).Entries, "entries of the other group then");
        var (server, name) = (await ServerAsync(b), b.NewName());
        await b.Raw.CreateAccessGroupsAsync(server, [new() { Name = name, Entries = [.. one.Entries, .. other.Entries] }], b.Token);
        Check.Same([.. one.Entries, .. other.Entries], (await GetAsync(b, name)).Entries, "entries of a group that is created with both");
        Check.Same(one.Entries, (await GetAsync(b, one.Name)).Entries, "entries of the one group, after another was created with them");
        Check.Same(other.Entries, (await GetAsync(b, other.Name)).Entries, "entries of the other group, after another was created with them");
        await b.Array.RemoveAccessGroupsAsync([await GetAsync(b, name)], b.Token);
        Check.Same(one.Entries, (await GetAsync(b, one.Name)).Entries, "entries of the one group, after a removal of another that had them");
    }

    [Clause("GROUP-35", Add, 10, "A group that is empty takes entries again, and is renamed, like any other; what is presented to it stays presented.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task AnEmptyGroupIsFilled(ClauseContext b)
    {
        var (element, group) = (await b.CreateAsync(), await b.CreateGroupAsync());
        await b.Array.StartPresentAsync(element, [group.Name], b.Token);
        try
        {
            await b.Array.RemoveFromAccessGroupAsync(group.Name, group.Entries, b.Token);
        }
        catch (StorageConnectException e) when (e is InvalidRequestException or StorageElementBusyException)
        {
            throw ClauseContext.Skip($"The array keeps no empty group: {e.Message}");
        }

        var (name, entry) = (b.NewName(), b.NewInitiator());
        await b.Array.RenameAccessGroupAsync(group.Name, name, b.Token);
        Check.Same([], (await GetAsync(b, name)).Entries, "the entries of the empty group under its new name");
        Check.Same([entry], (await b.Array.AddToAccessGroupAsync(name, [entry], b.Token)).Entries, "the entries answered");
        Check.Same([entry], (await GetAsync(b, name)).Entries, "the entries then");
        Check.Same([name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
    }

    [Clause("GROUP-36", Take, 10, "Entries are found by their whole names: one whose name begins with the name of a removed one stays.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task WholeEntries(ClauseContext b)
    {
        if (b.Server.StorageType != StorageType.iSCSI)
        {
            throw ClauseContext.Skip("All WWNs have the same length.");
        }

        await RequireRoomAsync(b, 3);
        var entry = b.NewInitiator();
        var group = await b.CreateGroupAsync(null, entry, entry + "0", entry + ".disk");
        Check.Same([entry + "0", entry + ".disk"], (await b.Array.RemoveFromAccessGroupAsync(group.Name, [entry], b.Token)).Entries, "the entries answered");
        Check.Same([entry + "0", entry + ".disk"], (await GetAsync(b, group.Name)).Entries, "the entries then");
        Check.Same([entry, entry + "0", entry + ".disk"], (await b.Array.AddToAccessGroupAsync(group.Name, [entry], b.Token)).Entries,
            "the entries after it was added again");
    }

    [Clause("GROUP-38", Add, 13, "Entries that are added to a group and removed from it leave what is presented to it: a LUN, an offline one and a clone.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task EntriesLeavePresentations(ClauseContext b)
    {
        await RequireRoomAsync(b, 2);
        var (group, presented, entry) = (await b.CreateGroupAsync(), new List<StorageElement>(), b.NewInitiator());
        foreach (var element in await SubjectsAsync(b))
        {
            if (await ClauseContext.TryAsync(() => b.Array.StartPresentAsync(element, [group.Name], b.Token)))
            {
                presented.Add(await b.InfoAsync(element));
            }
        }

        await b.Array.AddToAccessGroupAsync(group.Name, [entry], b.Token);
        await ArePresentedAsync();
        await b.Array.RemoveFromAccessGroupAsync(group.Name, [entry], b.Token);
        await ArePresentedAsync();

        async Task ArePresentedAsync()
        {
            foreach (var element in presented)
            {
                Check.Unchanged(element, await b.InfoAsync(element));
            }
        }
    }

    [Clause("GROUP-37", "createAccessGroups()", 10, "Of two groups of one name in one call there is one at most then, with entries that were named for it.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task TwoOfOneName(ClauseContext b)
    {
        var (server, name, one, other) = (await ServerAsync(b), b.NewName(), b.NewInitiator(), b.NewInitiator());
        await ClauseContext.TryAsync(() =>
            b.Raw.CreateAccessGroupsAsync(server, [new() { Name = name, Entries = [one] }, new() { Name = name, Entries = [other] }], b.Token));
        var made = (await b.Raw.GetAccessGroupsAsync(server, null, b.Token)).Where(group => group.Name == name).ToList();
        Check.That(made.Count <= 1, $"one group '{name}' at most", made.Count);
        Check.Each(made.SelectMany(group => group.Entries), entry => entry == one || entry == other, "entries that were named", entry => entry);
    }
}
