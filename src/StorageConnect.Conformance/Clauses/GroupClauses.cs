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
        foreach (var element in await SubjectsAsync(b))
        {
            var group = await b.CreateGroupAsync();
            if (!await ClauseContext.TryAsync(() => b.Array.StartPresentAsync(element, [group.Name], b.Token)))
            {
                continue;
            }

            // To refuse it is right; to leave it among those that are there, too.
            await ClauseContext.TryAsync(async () => await b.Raw.RemoveAccessGroupsAsync(await ServerAsync(b), [group], b.Token));
            await GetAsync(b, group.Name);
            Check.Same([group.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
        }
    }

    [Clause("GROUP-9", Rename, 10, "A renamed group has the new name and its entries, and the old name is gone.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsRenamed(ClauseContext b)
    {
        await RequireRoomAsync(b, 2);
        var group = await b.CreateGroupAsync(null, b.NewInitiator(), b.NewInitiator());
        var name = b.NewName();
        var renamed = await b.Array.RenameAccessGroupAsync(group.Name, name, b.Token);
        Check.Same(group.Entries, renamed.Entries, "the entries answered");
        Check.Same(group.Entries, (await GetAsync(b, name)).Entries, "the entries then");
        await Check.RefusedAsync<NotFoundException>(() => b.Array.FindAccessGroupAsync(group.Name, b.Token), "the old name");
    }

    [Clause("GROUP-10", Rename, 13, "What was presented to a group is presented to it under its new name.", Needs = [AbilityKey.AccessControl])]
    public static async Task RenamingKeepsPresentation(ClauseContext b)
    {
        var (group, presented) = (await b.CreateGroupAsync(), new List<StorageElement>());
        foreach (var element in await SubjectsAsync(b))
        {
            if (await ClauseContext.TryAsync(() => b.Array.StartPresentAsync(element, [group.Name], b.Token)))
            {
                presented.Add(element);
            }
        }

        var name = b.NewName();
        await b.Array.RenameAccessGroupAsync(group.Name, name, b.Token);
        foreach (var element in presented)
        {
            Check.Same([name], (await b.InfoAsync(element)).AccessGroupNames, $"groups that '{element.Name}' is presented to");
        }
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

    [Clause("GROUP-26", Create, 10, "What the plug-in itself answers to a change of groups is the whole list as it is then, with all entries.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task AnswersAreWhole(ClauseContext b)
    {
        var before = await b.CreateGroupAsync();
        var (name, other) = (b.NewName(), b.NewName());
        await IsWholeAsync(await b.Raw.CreateAccessGroupsAsync(await ServerAsync(b),
            [new() { Name = name, Entries = [b.NewInitiator()] }, new() { Name = other, Entries = [b.NewInitiator()] }], b.Token), "createAccessGroups");
        var renamed = b.NewName();
        await IsWholeAsync(await b.Raw.RenameAccessGroupAsync(await ServerAsync(b), name, renamed, b.Token), "renameAccessGroup");
        await IsWholeAsync(await b.Raw.RemoveAccessGroupsAsync(await ServerAsync(b), [await GetAsync(b, other)], b.Token), "removeAccessGroups");
        Check.Same(before.Entries, (await GetAsync(b, before.Name)).Entries, "entries of the group that was there");

        // Other administrators' groups may change meanwhile: the run's own are compared.
        async Task IsWholeAsync(IReadOnlyList<AccessGroup> answer, string method) => Check.Same(
            Ours(b, await b.Raw.GetAccessGroupsAsync(await b.ValidatedServerAsync(), null, b.Token)), Ours(b, answer), $"groups in the answer of {method}");
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

    [Clause("GROUP-29", Add, 10, "An entry may be in several groups: it is added to the one named, and removed from the one named.",
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
    }

    [Clause("GROUP-30", "getAccessGroups()", 0, "For an element, getAccessGroups tells the groups with all their entries, of a clone and an offline one too.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task OfAnElementAreWhole(ClauseContext b)
    {
        await RequireRoomAsync(b, 2);
        var (element, group) = (await b.CreateAsync(), await b.CreateGroupAsync(null, b.NewInitiator(), b.NewInitiator()));
        await b.CreateGroupAsync();
        await b.Array.StartPresentAsync(element, [group.Name], b.Token);
        await TellsAsync(element);
        if (await ClauseContext.TryAsync(() => b.Array.OfflineAsync(element, b.Token)))
        {
            await TellsAsync(element);
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            var clone = await b.CloneAsync(element);
            Check.Same([], (await b.Array.GetAccessGroupsAsync(clone, b.Token)).Select(Text), "groups of the clone");
            await b.Array.StartPresentAsync(clone, [group.Name], b.Token);
            await TellsAsync(clone);
        }

        async Task TellsAsync(StorageElement presented) =>
            Check.Same([Text(group)], (await b.Array.GetAccessGroupsAsync(presented, b.Token)).Select(Text), $"groups of '{presented.Name}'");
    }

    [Clause("GROUP-31", Rename, 10, "Renaming a group to the name that it has changes nothing, or is refused; in another case it is renamed, or refused.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task RenamedToItself(ClauseContext b)
    {
        var (element, group) = (await b.CreateAsync(), await b.CreateGroupAsync(b.NewName() + "-case"));
        await b.Array.StartPresentAsync(element, [group.Name], b.Token);
        await ClauseContext.TryAsync(async () => await b.Raw.RenameAccessGroupAsync(await ServerAsync(b), group.Name, group.Name, b.Token));
        Check.Same(group.Entries, (await GetAsync(b, group.Name)).Entries, "the entries");
        Check.Same([group.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
        var upper = group.Name.Replace("-case", "-CASE", StringComparison.Ordinal);
        var name = await ClauseContext.TryAsync(async () => await b.Raw.RenameAccessGroupAsync(await ServerAsync(b), group.Name, upper, b.Token))
            ? upper : group.Name;
        Check.Same(group.Entries, (await GetAsync(b, name)).Entries, "the entries after the second renaming");
        Check.Same([name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to then");
    }

    [Clause("GROUP-32", Create, 10, "A group without entries is created, or refused; it is never given entries.", Needs = [AbilityKey.AccessControl])]
    public static async Task AnEmptyGroup(ClauseContext b)
    {
        var name = b.NewName();
        IReadOnlyList<AccessGroup> answer = [];
        if (await ClauseContext.TryAsync(async () =>
            answer = await b.Raw.CreateAccessGroupsAsync(await ServerAsync(b), [new() { Name = name, Entries = [] }], b.Token)))
        {
            Check.Same([$"{name}: "], answer.Where(group => group.Name == name).Select(Text), "the group answered");
            Check.Same([$"{name}: "], [Text(await GetAsync(b, name))], "the group then");
            return;
        }

        Check.That((await b.Array.GetAccessGroupsAsync(null, b.Token)).All(group => group.Name != name), "no group of the name that was refused", "one");
    }

    [Clause("GROUP-33", Take, 10, "Without a name or an entry named, a change of groups changes nothing, whether it is refused or not.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task NothingNamed(ClauseContext b)
    {
        var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
        foreach (var call in new Func<StorageServer, Task>[]
        {
            server => b.Raw.AddToAccessGroupAsync(server, one.Name, [], b.Token), server => b.Raw.RemoveFromAccessGroupAsync(server, one.Name, [], b.Token),
            server => b.Raw.CreateAccessGroupsAsync(server, [], b.Token), server => b.Raw.RemoveAccessGroupsAsync(server, [], b.Token),
        })
        {
            var server = await ServerAsync(b);
            await ClauseContext.TryAsync(() => call(server));
            Check.Same(new[] { one, other }.Select(Text), Ours(b, await b.Array.GetAccessGroupsAsync(null, b.Token)).Where(text =>
                text.StartsWith(one.Name, StringComparison.Ordinal) || text.StartsWith(other.Name, StringComparison.Ordinal)), "groups with their entries");
        }
    }

    [Clause("GROUP-34", Remove, 10, "Groups are found by their whole names: what is done to one leaves another whose name begins with it.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task WholeNames(ClauseContext b)
    {
        await RequireRoomAsync(b, 2);
        var (element, name) = (await b.CreateAsync(), b.NewName());
        var (longer, shorter) = (await b.CreateGroupAsync(name + "-a"), await b.CreateGroupAsync(name));
        await b.Array.StartPresentAsync(element, [shorter.Name], b.Token);
        Check.Same([shorter.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
        await b.Array.StopPresentAsync(element, [shorter.Name], b.Token);
        await b.Array.StartPresentAsync(element, [longer.Name], b.Token);
        await b.Array.StopPresentAsync(element, [shorter.Name], b.Token);
        Check.Same([longer.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to then");
        await b.Array.AddToAccessGroupAsync(shorter.Name, [b.NewInitiator()], b.Token);
        Check.Same(longer.Entries, (await GetAsync(b, longer.Name)).Entries, "entries of the other group");
        await b.Array.RenameAccessGroupAsync(shorter.Name, b.NewName(), b.Token);
        Check.Same([longer.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups after a renaming of the other");
        await b.Array.StopPresentAsync(element, [longer.Name], b.Token);
        var again = await b.CreateGroupAsync(name);
        await b.Array.RemoveAccessGroupsAsync([again], b.Token);
        Check.Same(longer.Entries, (await GetAsync(b, longer.Name)).Entries, "entries of the other group after a removal");
    }

    /// <summary>A LUN, an offline one, and a clone where the array makes any.</summary>
    private static async Task<List<StorageElement>> SubjectsAsync(ClauseContext b)
    {
        var (element, offline) = (await b.CreateAsync(), await b.CreateAsync());
        await ClauseContext.TryAsync(() => b.Array.OfflineAsync(offline, b.Token));
        List<StorageElement> subjects = [element, offline];
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            subjects.Add(await b.CloneAsync(element));
        }

        return subjects;
    }

    private static string Text(AccessGroup group) => $"{group.Name}: {string.Join(' ', group.Entries.Order(StringComparer.Ordinal))}";

    private static IEnumerable<string> Ours(ClauseContext b, IEnumerable<AccessGroup> groups) => groups.Where(group => b.IsOurs(group.Name)).Select(Text);

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
