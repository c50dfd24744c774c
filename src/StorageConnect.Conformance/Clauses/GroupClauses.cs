namespace StorageConnect.Conformance.Clauses;

/// <summary>Access groups.</summary>
[Chapter(100, "Groups")]
internal static class GroupClauses
{
    private const string Create = "createAccessGroups()";
    private const string Remove = "removeAccessGroups()";
    private const string Rename = "renameAccessGroup()";
    private const string Add = "addToAccessGroup()";
    private const string Take = "removeFromAccessGroup()";

    [Clause("GROUP-1", Create, 10, "A group is created with its entries, and getAccessGroups tells them.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsCreated(ClauseContext b)
    {
        var initiator = b.NewInitiator();
        var group = await b.CreateGroupAsync(null, initiator);
        Check.Same([initiator], group.Entries, "the entries answered");
        Check.Same([initiator], (await GetAsync(b, group.Name)).Entries, "the entries then");
    }

    [Clause("GROUP-2", Create, 10, "createAccessGroups returns the groups that were there, with the new ones added.", Needs = [AbilityKey.AccessControl])]
    public static async Task AnswerHasAll(ClauseContext b)
    {
        var before = await b.CreateGroupAsync();
        var server = await ServerAsync(b);
        var name = b.NewName();
        var answer = await b.Raw.CreateAccessGroupsAsync(server, [new() { Name = name, Entries = [b.NewInitiator()] }], b.Token);
        Check.Same(server.AccessGroups.Select(group => group.Name).Append(name), answer.Select(group => group.Name), "groups answered");
        Check.That(answer.Any(group => group.Name == before.Name), "those that were there", answer.Select(group => group.Name));
    }

    [Clause("GROUP-3", Create, 10, "Several groups are created in one call.", Needs = [AbilityKey.AccessControl])]
    public static async Task SeveralAtOnce(ClauseContext b)
    {
        string[] names = [b.NewName(), b.NewName(), b.NewName()];
        var changes = await b.Array.CreateAccessGroupsAsync([.. names.Select(name => new AccessGroup { Name = name, Entries = [b.NewInitiator()] })], b.Token);
        Check.Same(names, changes.Done.Select(group => group.Name), "groups created");
    }

    [Clause("GROUP-4", Create, 10, "Of a group that exists and a new one, the new one is created and the other stays as it was.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task OneExists(ClauseContext b)
    {
        var old = await b.CreateGroupAsync();
        var name = b.NewName();
        var changes = await b.Array.CreateAccessGroupsAsync(
            [new() { Name = old.Name, Entries = [b.NewInitiator()] }, new() { Name = name, Entries = [b.NewInitiator()] }], b.Token);
        Check.Same([name], changes.Done.Select(group => group.Name), "groups created");
        Check.Same(old.Entries, (await GetAsync(b, old.Name)).Entries, "entries of the one that existed");
    }

    [Clause("GROUP-5", Create, 10, "The plug-in itself doesn't replace a group that exists.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsNotReplaced(ClauseContext b)
    {
        var old = await b.CreateGroupAsync();
        try
        {
            await b.Raw.CreateAccessGroupsAsync(await ServerAsync(b), [new() { Name = old.Name, Entries = [b.NewInitiator()] }], b.Token);
        }
        catch (StorageConnectException)
        {
            // To refuse it is right; to leave it out of what was done, too.
        }

        Check.Same(old.Entries, (await GetAsync(b, old.Name)).Entries, "entries of the one that existed");
    }

    [Clause("GROUP-6", Remove, 10, "A removed group is gone, and the others stay.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsRemoved(ClauseContext b)
    {
        var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
        var changes = await b.Array.RemoveAccessGroupsAsync([one], b.Token);
        Check.Same([one.Name], changes.Done.Select(group => group.Name), "groups removed");
        var left = (await b.Array.GetAccessGroupsAsync(null, b.Token)).Select(group => group.Name).ToList();
        Check.That(!left.Contains(one.Name) && left.Contains(other.Name), $"'{other.Name}' without '{one.Name}'", left);
    }

    [Clause("GROUP-7", Remove, 10, "removeAccessGroups returns the groups that are left.", Needs = [AbilityKey.AccessControl])]
    public static async Task AnswerHasTheRest(ClauseContext b)
    {
        var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
        var server = await ServerAsync(b);
        var answer = await b.Raw.RemoveAccessGroupsAsync(server, [one], b.Token);
        Check.Same(server.AccessGroups.Select(group => group.Name).Where(name => name != one.Name), answer.Select(group => group.Name), "groups answered");
        Check.That(answer.Any(group => group.Name == other.Name), "those that are left", answer.Select(group => group.Name));
    }

    [Clause("GROUP-8", Remove, 15, "A group that elements are presented to is not removed.", Needs = [AbilityKey.AccessControl])]
    public static async Task AUsedOneStays(ClauseContext b)
    {
        var (element, group) = (await b.CreateAsync(), await b.CreateGroupAsync());
        await b.Array.StartPresentAsync(element, [group.Name], b.Token);
        try
        {
            await b.Raw.RemoveAccessGroupsAsync(await ServerAsync(b), [group], b.Token);
        }
        catch (StorageConnectException)
        {
            // To refuse it is right; to leave it among those that are there, too.
        }

        await GetAsync(b, group.Name);
        Check.Same([group.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
    }

    [Clause("GROUP-9", Rename, 10, "A renamed group has the new name and its entries, and the old name is gone.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsRenamed(ClauseContext b)
    {
        var group = await b.CreateGroupAsync();
        var name = b.NewName();
        var renamed = await b.Array.RenameAccessGroupAsync(group.Name, name, b.Token);
        Check.Same(group.Entries, renamed.Entries, "the entries answered");
        Check.Same(group.Entries, (await GetAsync(b, name)).Entries, "the entries then");
        await Check.RefusedAsync<NotFoundException>(() => b.Array.FindAccessGroupAsync(group.Name, b.Token), "the old name");
    }

    [Clause("GROUP-10", Rename, 13, "What was presented to a group is presented to it under its new name.", Needs = [AbilityKey.AccessControl])]
    public static async Task RenamingKeepsPresentation(ClauseContext b)
    {
        var (element, group) = (await b.CreateAsync(), await b.CreateGroupAsync());
        await b.Array.StartPresentAsync(element, [group.Name], b.Token);
        var name = b.NewName();
        await b.Array.RenameAccessGroupAsync(group.Name, name, b.Token);
        Check.Same([name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
    }

    [Clause("GROUP-11", Rename, 10, "A group is not renamed to a name that another one has.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsNotRenamedOntoAnother(ClauseContext b)
    {
        var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
        var server = await ServerAsync(b);
        await Check.RefusedAsync<AlreadyExistsException>(() => b.Raw.RenameAccessGroupAsync(server, one.Name, other.Name, b.Token), "a name that is taken");
        Check.Same(one.Entries, (await GetAsync(b, one.Name)).Entries, "entries of the one");
        Check.Same(other.Entries, (await GetAsync(b, other.Name)).Entries, "entries of the other");
    }

    [Clause("GROUP-12", Rename, 10, "Renaming a group that isn't there is NotFound.", Needs = [AbilityKey.AccessControl])]
    public static async Task RenameUnknown(ClauseContext b)
    {
        var server = await ServerAsync(b);
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.RenameAccessGroupAsync(server, b.NewName(), b.NewName(), b.Token), "an unknown group");
    }

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

    [Clause("GROUP-19", "getAccessGroups()", 0, "For an element, getAccessGroups returns the groups that it is presented to, and no other.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task OfAnElement(ClauseContext b)
    {
        var (element, one, other) = (await b.CreateAsync(), await b.CreateGroupAsync(), await b.CreateGroupAsync());
        Check.Same([], (await b.Array.GetAccessGroupsAsync(element, b.Token)).Select(group => group.Name), "groups before");
        await b.Array.StartPresentAsync(element, [one.Name], b.Token);
        Check.Same([one.Name], (await b.Array.GetAccessGroupsAsync(element, b.Token)).Select(group => group.Name), $"groups, '{other.Name}' not among them");
    }

    [Clause("GROUP-20", "getAccessGroups()", 0, "getAccessGroups of an element that isn't there is NotFound.", ReadOnly = true)]
    public static async Task OfUnknown(ClauseContext b) =>
        await Check.RefusedAsync<NotFoundException>(() => b.Array.GetAccessGroupsAsync(b.Unknown, b.Token), "an unknown element");

    [Clause("GROUP-21", "getAccessGroups()", 0, "Groups have names, each once.", ReadOnly = true)]
    public static async Task Names(ClauseContext b)
    {
        var names = (await b.Array.GetAccessGroupsAsync(null, b.Token)).Select(group => group.Name).ToList();
        if (names.Count == 0 && b.Destructive && ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            await b.CreateGroupAsync();
            await b.CreateGroupAsync();
            names = [.. (await b.Array.GetAccessGroupsAsync(null, b.Token)).Select(group => group.Name)];
        }

        if (names.Count == 0)
        {
            throw ClauseContext.Skip("There are no access groups on the array.");
        }

        Check.That(names.TrueForAll(name => name.Length > 0) && names.Distinct().Count() == names.Count, "names, each once", names);
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

    [Clause("GROUP-24", Create, 10, "The plug-in itself creates the new one of a new group and one that exists, and says so; or it refuses both.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task OneExistsToThePlugin(ClauseContext b)
    {
        var old = await b.CreateGroupAsync();
        var name = b.NewName();
        bool done;
        try
        {
            var answer = await b.Raw.CreateAccessGroupsAsync(
                await ServerAsync(b), [new() { Name = old.Name, Entries = [b.NewInitiator()] }, new() { Name = name, Entries = [b.NewInitiator()] }], b.Token);
            done = answer.Any(group => group.Name == name);
            Check.That(done, $"'{name}' among the groups answered", answer.Select(group => group.Name));
        }
        catch (AlreadyExistsException)
        {
            done = false;
        }

        var there = (await b.Array.GetAccessGroupsAsync(null, b.Token)).Any(group => group.Name == name);
        Check.Equal(done, there, "the new group there, as the plug-in says");
        Check.Same(old.Entries, (await GetAsync(b, old.Name)).Entries, "entries of the one that existed");
    }

    [Clause("GROUP-25", Remove, 10, "The plug-in itself removes the one that exists of two groups, and says so; or it refuses both: NotFound.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task OneIsGoneToThePlugin(ClauseContext b)
    {
        var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
        await b.Array.RemoveAccessGroupsAsync([other], b.Token);
        bool done;
        try
        {
            var answer = await b.Raw.RemoveAccessGroupsAsync(await ServerAsync(b), [other, one], b.Token);
            done = answer.All(group => group.Name != one.Name);
        }
        catch (NotFoundException)
        {
            done = false;
        }

        var there = (await b.Array.GetAccessGroupsAsync(null, b.Token)).Any(group => group.Name == one.Name);
        Check.Equal(!done, there, "the group there, as the plug-in says");
    }

    private static Task<AccessGroup> GetAsync(ClauseContext b, string name) => b.Array.FindAccessGroupAsync(name, b.Token);

    /// <summary>The server as the plug-in gets it, with the groups there are.</summary>
    private static async Task<StorageServer> ServerAsync(ClauseContext b)
    {
        var groups = await b.Array.GetAccessGroupsAsync(null, b.Token);
        return (await b.ValidatedServerAsync()) with { AccessGroups = groups.ToValueList() };
    }

    public static async Task RequireRoomAsync(ClauseContext b, int entries)
    {
        var limit = (await b.Array.GetCapabilitiesAsync(b.Token)).MaxAccessEntries;
        if (limit != Capabilities.Unlimited && limit < entries)
        {
            throw ClauseContext.Skip($"max_access_entries is {limit}.");
        }
    }
}
