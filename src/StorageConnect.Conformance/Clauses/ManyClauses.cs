namespace StorageConnect.Conformance.Clauses;

/// <summary>Lists longer than a page, groups with several entries, several members: with -Many a lot of them.</summary>
[Chapter(200, "Many")]
internal static class ManyClauses
{
    [Clause("MANY-1", "list()", 0, "Of many elements each is listed, and each once.")]
    public static async Task Elements(ClauseContext b)
    {
        var created = new List<StorageElement>();
        while (created.Count < b.Several(26, 300))
        {
            created.Add(await b.CreateAsync());
        }

        var server = await b.ValidatedServerAsync();
        var listed = await b.Raw.ListAsync(server, new(), b.Token).ToListAsync(b.Token);
        Check.Same(created.Select(element => element.Uuid), Ours(listed, created), "elements listed");
        var updated = await b.Array.UpdateStorageElementsAsync(created, appendAllowed: false, b.Token);
        Check.Equal(string.Join(", ", created.Select(element => element.Name)), string.Join(", ", updated.Select(element => element.Name)), "elements updated");
        foreach (var element in created)
        {
            Check.Equal(1, (await b.ListAsync(new() { Name = element.Name })).Count, $"elements with the name '{element.Name}'");
        }
    }

    [Clause("MANY-8", "list()", 0, "What is removed while list goes on, as a pipeline does, hides none of the others: each is listed, and each once.")]
    public static async Task RemovedOnTheWay(ClauseContext b)
    {
        b.RequireOwn(GuideMethod.Remove);
        var created = new List<StorageElement>();
        while (created.Count < b.Several(26, 300))
        {
            created.Add(await b.CreateAsync());
        }

        var server = await b.ValidatedServerAsync();
        var listed = new List<StorageElement>();
        await foreach (var element in b.Raw.ListAsync(server, new(), b.Token))
        {
            if (created.Any(one => one.Uuid == element.Uuid))
            {
                listed.Add(element);
                if (listed.Count <= 5)
                {
                    await b.Array.RemoveAsync(element, b.Token);
                }
            }
        }

        Check.Same(created.Select(element => element.Uuid), listed.Select(element => element.Uuid), "elements listed");
    }

    [Clause("MANY-2", "getCurrentSnaps()", 0, "Of many snapshots each is returned, and each once: for the element, and for the array.",
        Needs = [AbilityKey.Snapshot])]
    public static async Task Snapshots(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var limit = await b.Array.GetSnapLimitsAsync(source, b.Token);
        var wanted = b.Several(11, 40);
        var snapshots = new List<StorageElement>();
        while (snapshots.Count < (limit < 0 ? wanted : Math.Min(wanted, limit)))
        {
            snapshots.Add(await b.SnapAsync(source));
        }

        await b.CurrentSnapsAsync(source);
        var server = await b.ValidatedServerAsync();
        Check.Same(snapshots.Select(snapshot => snapshot.Uuid), (await b.Raw.GetCurrentSnapsAsync(server, source, b.Token)).Select(snapshot => snapshot.Uuid),
            "snapshots of the element");
        Check.Same(snapshots.Select(snapshot => snapshot.Uuid), Ours(await b.Raw.GetCurrentSnapsAsync(server, null, b.Token), snapshots),
            "snapshots of the array");
        Check.Equal(snapshots.Count, snapshots.DistinctBy(snapshot => snapshot.Name).Count(), "different names");
    }

    [Clause("MANY-3", "createAccessGroups()", 10, "Many groups with several entries are created and removed in one call each.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task Groups(ClauseContext b)
    {
        var entries = await EntriesAsync(b, 3, 8);
        var wanted = Enumerable.Range(0, b.Several(6, 60))
            .Select(_ => new AccessGroup { Name = b.NewName(), Entries = Enumerable.Range(0, entries).Select(_ => b.NewInitiator()).ToValueList() }).ToList();
        var stays = await b.CreateGroupAsync();
        var created = await b.Array.CreateAccessGroupsAsync(wanted, b.Token);
        Check.Same(wanted.Select(Text), created.Done.Select(Text), "groups created");
        var all = await b.Array.GetAccessGroupsAsync(null, b.Token);
        Check.Same(wanted.Append(stays).Select(Text), all.Where(group => group.Name == stays.Name || wanted.Exists(other =>
            other.Name == group.Name)).Select(Text), "groups then");
        Check.Same(wanted.Select(group => group.Name), (await b.Array.RemoveAccessGroupsAsync(wanted, b.Token)).Done.Select(group => group.Name),
            "groups removed");
        Check.Same([stays.Name], (await b.Array.GetAccessGroupsAsync(null, b.Token)).Select(group => group.Name).Where(name => name == stays.Name
            || wanted.Exists(other => other.Name == name)), "groups left");
    }

    [Clause("MANY-4", "addToAccessGroup()", 10, "Several entries are added and removed in one call, and the others stay.", Needs = [AbilityKey.AccessControl])]
    public static async Task Entries(ClauseContext b)
    {
        var count = await EntriesAsync(b, 4, 30);
        await GroupClauses.RequireRoomAsync(b, 3);
        var group = await b.CreateGroupAsync();
        var added = Enumerable.Range(1, count - 1).Select(_ => b.NewInitiator()).ToList();
        Check.Same([.. group.Entries, .. added], (await b.Array.AddToAccessGroupAsync(group.Name, added, b.Token)).Entries, "entries answered");
        var gone = added.Take(added.Count - 1).ToList();
        Check.Same([.. group.Entries, added[^1]], (await b.Array.RemoveFromAccessGroupAsync(group.Name, gone, b.Token)).Entries, "entries left");
        Check.Same([.. group.Entries, added[^1]], (await b.Array.FindAccessGroupAsync(group.Name, b.Token)).Entries, "entries then");
    }

    [Clause("MANY-5", "startPresent()", 13, "Several elements presented to several groups, and withdrawn from some in one call.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task Presentations(ClauseContext b)
    {
        var groups = new List<string>();
        while (groups.Count < b.Several(4, 16))
        {
            groups.Add((await b.CreateGroupAsync()).Name);
        }

        var (one, other) = (await b.CreateAsync(), await b.CreateAsync());
        await b.Array.StartPresentAsync(one, groups, b.Token);
        await b.Array.StartPresentAsync(other, groups, b.Token);
        var left = groups.Skip(groups.Count - 2).ToList();
        Check.Same(left, (await b.Array.StopPresentAsync(one, [.. groups.Take(groups.Count - 2)], b.Token)).AccessGroupNames, "groups answered");
        Check.Same(left, (await b.Array.GetAccessGroupsAsync(one, b.Token)).Select(group => group.Name), "groups of the one");
        Check.Same(groups, (await b.Array.GetAccessGroupsAsync(other, b.Token)).Select(group => group.Name), "groups of the other");
    }

    [Clause("MANY-6", "createMultiSnap()", 19, "A snapshot of three members names all three, and belongs to each.", Needs = [AbilityKey.Snapshot])]
    public static async Task Members(ClauseContext b)
    {
        var members = new List<StorageElement>();
        while (members.Count < b.Several(3, 12))
        {
            members.Add(await b.CreateAsync());
        }

        var snapshot = await b.MultiSnapAsync([.. members]);
        Check.Same(members.Select(member => member.Uuid), snapshot.SourceUuids, "members");
        Check.Same(members.Select(member => member.Uuid), (await b.InfoAsync(snapshot)).SourceUuids, "members that getInfo tells");
        foreach (var member in members)
        {
            Check.Same([snapshot.Uuid], (await b.CurrentSnapsAsync(member)).Select(found => found.Uuid), $"snapshots of '{member.Name}'");
        }
    }

    [Clause("MANY-7", "getCurrentClones()", 0, "Of several clones each is returned, and each once.", Needs = [AbilityKey.Clone])]
    public static async Task Clones(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var limit = await b.Array.GetCloneLimitsAsync(source, b.Token);
        var wanted = b.Several(11, 40);
        var clones = new List<StorageElement>();
        while (clones.Count < (limit < 0 ? wanted : Math.Min(wanted, limit)))
        {
            clones.Add(await b.ShallowCloneAsync(source));
        }

        await b.CurrentClonesAsync(source);
        var server = await b.ValidatedServerAsync();
        Check.Same(clones.Select(clone => clone.Uuid), (await b.Raw.GetCurrentClonesAsync(server, source, b.Token)).Select(clone => clone.Uuid),
            "clones of the element");
        Check.Same(clones.Select(clone => clone.Uuid), Ours(await b.Raw.GetCurrentClonesAsync(server, null, b.Token), clones), "clones of the array");
    }

    private static string Text(AccessGroup group) => $"{group.Name}: {string.Join(' ', group.Entries.Order(StringComparer.Ordinal))}";

    private static async Task<int> EntriesAsync(ClauseContext b, int few, int many)
    {
        var limit = (await b.Array.GetCapabilitiesAsync(b.Token)).MaxAccessEntries;
        return limit < 0 ? b.Several(few, many) : Math.Min(limit, b.Several(few, many));
    }

    private static IEnumerable<string> Ours(IEnumerable<StorageElement> all, List<StorageElement> created) =>
        all.Select(element => element.Uuid).Where(uuid => created.Exists(element => element.Uuid == uuid));
}
