namespace StorageConnect.Conformance.Clauses;

/// <summary>Access groups: they are created and removed.</summary>
[Chapter(100, "Groups")]
internal static partial class GroupClauses
{
    private const string Create = "createAccessGroups()";
    private const string Remove = "removeAccessGroups()";

    [Clause("GROUP-1", Create, 10, "A group is created with its entries, and getAccessGroups tells them.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsCreated(ClauseContext b)
    {
        var initiator = b.NewInitiator();
        var group = await b.CreateGroupAsync(null, initiator);
        Check.Same([initiator], group.Entries, "the entries answered");
        Check.Same([initiator], (await GetAsync(b, group.Name)).Entries, "the entries then");
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
            IReadOnlyList<AccessGroup> answer = [];
            if (await ClauseContext.TryAsync(async () => answer = await b.Raw.RemoveAccessGroupsAsync(await ServerAsync(b), [group], b.Token)))
            {
                Check.That(answer.Any(left => left.Name == group.Name), $"'{group.Name}' among the groups answered, which are those that are left",
                    answer.Select(left => left.Name));
            }

            await GetAsync(b, group.Name);
            Check.Same([group.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
        }
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
