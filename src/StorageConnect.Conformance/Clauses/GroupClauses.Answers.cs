namespace StorageConnect.Conformance.Clauses;

/// <content>What getAccessGroups tells, and what is answered to a change: by the plug-in itself, before the engine sees to it.</content>
internal static partial class GroupClauses
{
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

    [Clause("GROUP-7", Remove, 10, "removeAccessGroups returns the groups that are left.", Needs = [AbilityKey.AccessControl])]
    public static async Task AnswerHasTheRest(ClauseContext b)
    {
        var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
        var server = await ServerAsync(b);
        var answer = await b.Raw.RemoveAccessGroupsAsync(server, [one], b.Token);
        Check.Same(server.AccessGroups.Select(group => group.Name).Where(name => name != one.Name), answer.Select(group => group.Name), "groups answered");
        Check.That(answer.Any(group => group.Name == other.Name), "those that are left", answer.Select(group => group.Name));
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
}
