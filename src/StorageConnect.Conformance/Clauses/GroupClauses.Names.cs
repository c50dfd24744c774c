namespace StorageConnect.Conformance.Clauses;

/// <content>Groups are renamed, and found by their whole names.</content>
internal static partial class GroupClauses
{
    private const string Rename = "renameAccessGroup()";

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
}
