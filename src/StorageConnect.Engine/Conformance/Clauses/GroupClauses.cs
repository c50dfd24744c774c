namespace StorageConnect.Engine.Conformance.Clauses;

/// <summary>Access groups.</summary>
internal static class GroupClauses
{
    private const string Create = "createAccessGroups()";
    private const string Remove = "removeAccessGroups()";
    private const string Rename = "renameAccessGroup()";
    private const string Add = "addToAccessGroup()";
    private const string Take = "removeFromAccessGroup()";

    [Clause("GROUP-1", Create, 10, "A group is created with its entries, and getAccessGroups tells them.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsCreated(Bench b)
    {
        var initiator = b.NewInitiator();
        var group = await b.CreateGroupAsync(null, initiator);
        Claim.Same([initiator], group.Entries, "the entries answered");
        Claim.Same([initiator], (await GetAsync(b, group.Name)).Entries, "the entries then");
    }

    [Clause("GROUP-2", Create, 10, "createAccessGroups returns the groups that were there, with the new ones added.", Needs = [AbilityKey.AccessControl])]
    public static async Task AnswerHasAll(Bench b)
    {
        var before = await b.CreateGroupAsync();
        var server = await ServerAsync(b);
        var name = b.NewName();
        var answer = await b.Raw.CreateAccessGroupsAsync(server, [new() { Name = name, Entries = [b.NewInitiator()] }], b.Token);
        Claim.Same(server.AccessGroups.Select(group => group.Name).Append(name), answer.Select(group => group.Name), "groups answered");
        Claim.That(answer.Any(group => group.Name == before.Name), "those that were there", answer.Select(group => group.Name));
    }

    [Clause("GROUP-3", Create, 10, "Several groups are created in one call.", Needs = [AbilityKey.AccessControl])]
    public static async Task SeveralAtOnce(Bench b)
    {
        string[] names = [b.NewName(), b.NewName(), b.NewName()];
        var changes = await b.Array.CreateAccessGroupsAsync([.. names.Select(name => new AccessGroup { Name = name, Entries = [b.NewInitiator()] })], b.Token);
        Claim.Same(names, changes.Done.Select(group => group.Name), "groups created");
    }

    [Clause("GROUP-4", Create, 10, "Of a group that exists and a new one, the new one is created and the other stays as it was.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task OneExists(Bench b)
    {
        var old = await b.CreateGroupAsync();
        var name = b.NewName();
        var changes = await b.Array.CreateAccessGroupsAsync(
            [new() { Name = old.Name, Entries = [b.NewInitiator()] }, new() { Name = name, Entries = [b.NewInitiator()] }], b.Token);
        Claim.Same([name], changes.Done.Select(group => group.Name), "groups created");
        Claim.Same(old.Entries, (await GetAsync(b, old.Name)).Entries, "entries of the one that existed");
    }

    [Clause("GROUP-5", Create, 10, "The plug-in itself doesn't replace a group that exists.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsNotReplaced(Bench b)
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

        Claim.Same(old.Entries, (await GetAsync(b, old.Name)).Entries, "entries of the one that existed");
    }

    [Clause("GROUP-6", Remove, 10, "A removed group is gone, and the others stay.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsRemoved(Bench b)
    {
        var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
        var changes = await b.Array.RemoveAccessGroupsAsync([one], b.Token);
        Claim.Same([one.Name], changes.Done.Select(group => group.Name), "groups removed");
        var left = (await b.Array.GetAccessGroupsAsync(null, b.Token)).Select(group => group.Name).ToList();
        Claim.That(!left.Contains(one.Name) && left.Contains(other.Name), $"'{other.Name}' without '{one.Name}'", left);
    }

    [Clause("GROUP-7", Remove, 10, "removeAccessGroups returns the groups that are left.", Needs = [AbilityKey.AccessControl])]
    public static async Task AnswerHasTheRest(Bench b)
    {
        var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
        var server = await ServerAsync(b);
        var answer = await b.Raw.RemoveAccessGroupsAsync(server, [one], b.Token);
        Claim.Same(server.AccessGroups.Select(group => group.Name).Where(name => name != one.Name), answer.Select(group => group.Name), "groups answered");
        Claim.That(answer.Any(group => group.Name == other.Name), "those that are left", answer.Select(group => group.Name));
    }

    [Clause("GROUP-8", Remove, 15, "A group that elements are presented to is not removed.", Needs = [AbilityKey.AccessControl])]
    public static async Task AUsedOneStays(Bench b)
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
        Claim.Same([group.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
    }

    [Clause("GROUP-9", Rename, 10, "A renamed group has the new name and its entries, and the old name is gone.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsRenamed(Bench b)
    {
        var group = await b.CreateGroupAsync();
        var name = b.NewName();
        var renamed = await b.Array.RenameAccessGroupAsync(group.Name, name, b.Token);
        Claim.Same(group.Entries, renamed.Entries, "the entries answered");
        Claim.Same(group.Entries, (await GetAsync(b, name)).Entries, "the entries then");
        await Claim.RefusedAsync<NotFoundException>(() => b.Array.FindAccessGroupAsync(group.Name, b.Token), "the old name");
    }

    [Clause("GROUP-10", Rename, 13, "What was presented to a group is presented to it under its new name.", Needs = [AbilityKey.AccessControl])]
    public static async Task RenamingKeepsPresentation(Bench b)
    {
        var (element, group) = (await b.CreateAsync(), await b.CreateGroupAsync());
        await b.Array.StartPresentAsync(element, [group.Name], b.Token);
        var name = b.NewName();
        await b.Array.RenameAccessGroupAsync(group.Name, name, b.Token);
        Claim.Same([name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
    }

    [Clause("GROUP-11", Rename, 10, "A group is not renamed to a name that another one has.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsNotRenamedOntoAnother(Bench b)
    {
        var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
        var server = await ServerAsync(b);
        await Claim.RefusedAsync<AlreadyExistsException>(() => b.Raw.RenameAccessGroupAsync(server, one.Name, other.Name, b.Token), "a name that is taken");
        Claim.Same(one.Entries, (await GetAsync(b, one.Name)).Entries, "entries of the one");
        Claim.Same(other.Entries, (await GetAsync(b, other.Name)).Entries, "entries of the other");
    }

    [Clause("GROUP-12", Rename, 10, "Renaming a group that isn't there is NotFound.", Needs = [AbilityKey.AccessControl])]
    public static async Task RenameUnknown(Bench b)
    {
        var server = await ServerAsync(b);
        await Claim.RefusedAsync<NotFoundException>(() => b.Raw.RenameAccessGroupAsync(server, b.NewName(), b.NewName(), b.Token), "an unknown group");
    }

    [Clause("GROUP-13", Add, 10, "An entry is added to those there are.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsAdded(Bench b)
    {
        await RequireRoomAsync(b, 2);
        var group = await b.CreateGroupAsync();
        var initiator = b.NewInitiator();
        var answer = await b.Array.AddToAccessGroupAsync(group.Name, [initiator], b.Token);
        Claim.Same([.. group.Entries, initiator], answer.Entries, "the entries answered");
        Claim.Same([.. group.Entries, initiator], (await GetAsync(b, group.Name)).Entries, "the entries then");
    }

    [Clause("GROUP-14", Add, 10, "Adding an entry that is there changes nothing.", Needs = [AbilityKey.AccessControl])]
    public static async Task AddedAgain(Bench b)
    {
        var group = await b.CreateGroupAsync();
        Claim.Same(group.Entries, (await b.Array.AddToAccessGroupAsync(group.Name, group.Entries, b.Token)).Entries, "the entries");
    }

    [Clause("GROUP-15", Add, 10, "Adding to a group that isn't there is NotFound.", Needs = [AbilityKey.AccessControl])]
    public static async Task AddToUnknown(Bench b)
    {
        var server = await ServerAsync(b);
        await Claim.RefusedAsync<NotFoundException>(() => b.Raw.AddToAccessGroupAsync(server, b.NewName(), [b.NewInitiator()], b.Token), "an unknown group");
    }

    [Clause("GROUP-16", Take, 10, "An entry is removed, and the others stay.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsTakenOut(Bench b)
    {
        await RequireRoomAsync(b, 2);
        var (stays, goes) = (b.NewInitiator(), b.NewInitiator());
        var group = await b.CreateGroupAsync(null, stays, goes);
        Claim.Same([stays], (await b.Array.RemoveFromAccessGroupAsync(group.Name, [goes], b.Token)).Entries, "the entries answered");
        Claim.Same([stays], (await GetAsync(b, group.Name)).Entries, "the entries then");
    }

    [Clause("GROUP-17", Take, 10, "Removing an entry that isn't there changes nothing.", Needs = [AbilityKey.AccessControl])]
    public static async Task TakenOutAgain(Bench b)
    {
        var group = await b.CreateGroupAsync();
        Claim.Same(group.Entries, (await b.Array.RemoveFromAccessGroupAsync(group.Name, [b.NewInitiator()], b.Token)).Entries, "the entries");
    }

    [Clause("GROUP-18", Take, 10, "Removing from a group that isn't there is NotFound.", Needs = [AbilityKey.AccessControl])]
    public static async Task TakeFromUnknown(Bench b)
    {
        var server = await ServerAsync(b);
        await Claim.RefusedAsync<NotFoundException>(() => b.Raw.RemoveFromAccessGroupAsync(server, b.NewName(), [b.NewInitiator()], b.Token),
            "an unknown group");
    }

    [Clause("GROUP-19", "getAccessGroups()", 0, "For an element, getAccessGroups returns the groups that it is presented to, and no other.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task OfAnElement(Bench b)
    {
        var (element, one, other) = (await b.CreateAsync(), await b.CreateGroupAsync(), await b.CreateGroupAsync());
        Claim.Same([], (await b.Array.GetAccessGroupsAsync(element, b.Token)).Select(group => group.Name), "groups before");
        await b.Array.StartPresentAsync(element, [one.Name], b.Token);
        Claim.Same([one.Name], (await b.Array.GetAccessGroupsAsync(element, b.Token)).Select(group => group.Name), $"groups, '{other.Name}' not among them");
    }

    [Clause("GROUP-20", "getAccessGroups()", 0, "getAccessGroups of an element that isn't there is NotFound.", ReadOnly = true)]
    public static async Task OfUnknown(Bench b) =>
        await Claim.RefusedAsync<NotFoundException>(() => b.Array.GetAccessGroupsAsync(b.Unknown, b.Token), "an unknown element");

    [Clause("GROUP-21", "getAccessGroups()", 0, "Groups have names, each once.", ReadOnly = true)]
    public static async Task Names(Bench b)
    {
        var names = (await b.Array.GetAccessGroupsAsync(null, b.Token)).Select(group => group.Name).ToList();
        Claim.That(names.TrueForAll(name => name.Length > 0) && names.Distinct().Count() == names.Count, "names, each once", names);
    }

    [Clause("GROUP-22", "Class variables", 10, "A group takes as many entries as max_access_entries says.", Needs = [AbilityKey.AccessControl])]
    public static async Task ReachesTheLimit(Bench b)
    {
        const int most = 64;
        var limit = (await b.Array.GetCapabilitiesAsync(b.Token)).MaxAccessEntries;
        if (limit is <= 0 or > most)
        {
            throw Bench.Skip($"max_access_entries is {limit}: there is no limit that could be reached here.");
        }

        var group = await b.CreateGroupAsync(null, [.. Enumerable.Range(0, limit).Select(_ => b.NewInitiator())]);
        Claim.Equal(limit, group.Entries.Count, "entries");
    }

    private static Task<AccessGroup> GetAsync(Bench b, string name) => b.Array.FindAccessGroupAsync(name, b.Token);

    /// <summary>The server as the plug-in gets it, with the groups there are.</summary>
    private static async Task<StorageServer> ServerAsync(Bench b)
    {
        var groups = await b.Array.GetAccessGroupsAsync(null, b.Token);
        return (await b.ValidatedServerAsync()) with { AccessGroups = groups.ToValueList() };
    }

    private static async Task RequireRoomAsync(Bench b, int entries)
    {
        var limit = (await b.Array.GetCapabilitiesAsync(b.Token)).MaxAccessEntries;
        if (limit != Capabilities.Unlimited && limit < entries)
        {
            throw Bench.Skip($"max_access_entries is {limit}.");
        }
    }
}
