namespace StorageConnect.Conformance.Clauses;

/// <content>Names of access groups.</content>
internal static partial class NameClauses
{
    [Clause("NAME-12", "createAccessGroups()", 7,
        "An access group's odd name, and the longest one, is kept as it is at creation and by a renaming, or refused.", Needs = [AbilityKey.AccessControl])]
    public static async Task OfAGroup(ClauseContext b)
    {
        foreach (var name in OddNames(b))
        {
            if (await KeptOrRefusedAsync(() => b.CreateGroupAsync(name)) is { } group)
            {
                Check.Equal(name, group.Name, "the name");
                await IsThereAsync(name);
            }
        }

        foreach (var name in OddNames(b).Append(b.NewName() + "  a b"))
        {
            var old = await b.CreateGroupAsync();
            if (await KeptOrRefusedAsync(() => b.Array.RenameAccessGroupAsync(old.Name, name, b.Token)) is not null)
            {
                await IsThereAsync(name);
            }
        }

        async Task IsThereAsync(string name) =>
            Check.That((await b.Array.GetAccessGroupsAsync(null, b.Token)).Any(other => other.Name == name), $"a group '{name}'", "none of that name");
    }

    [Clause("NAME-16", "createAccessGroups()", 7, "Groups whose names differ in case alone are two, or the second is refused; neither stands for the other.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task GroupsDifferInCase(ClauseContext b)
    {
        var (element, name) = (await b.CreateAsync(), b.NewName());
        var lower = await b.CreateGroupAsync(name + "-case");
        AccessGroup? upper = null;
        await ClauseContext.TryAsync(async () => upper = await b.CreateGroupAsync(name + "-CASE"));
        await b.Array.StartPresentAsync(element, [lower.Name], b.Token);
        Check.Same([lower.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to");
        Check.Same(lower.Entries, (await b.Array.FindAccessGroupAsync(lower.Name, b.Token)).Entries, "entries of the first");
        if (upper is not null)
        {
            Check.Same(upper.Entries, (await b.Array.FindAccessGroupAsync(upper.Name, b.Token)).Entries, "entries of the second");
            upper = await IsForTheSecondAsync(b, element, lower, upper);
            await b.Array.RemoveAccessGroupsAsync([upper], b.Token);
            Check.Same(lower.Entries, (await b.Array.FindAccessGroupAsync(lower.Name, b.Token)).Entries, "entries of the first, after the second was removed");
            Check.Same([lower.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the element is presented to then");
        }
    }

    /// <summary>What is meant for the second of two groups reaches it, and not the first.</summary>
    private static async Task<AccessGroup> IsForTheSecondAsync(ClauseContext b, StorageElement element, AccessGroup first, AccessGroup second)
    {
        var other = await b.CreateAsync();
        await b.Array.StartPresentAsync(other, [second.Name], b.Token);
        Check.Same([second.Name], (await b.InfoAsync(other)).AccessGroupNames, "groups that the other element is presented to");
        Check.Same([second.Name], (await b.Array.GetAccessGroupsAsync(other, b.Token)).Select(group => group.Name), "groups of the other element");
        if ((await b.Array.GetCapabilitiesAsync(b.Token)).MaxAccessEntries is Capabilities.Unlimited or > 1)
        {
            var entry = b.NewInitiator();
            await b.Array.AddToAccessGroupAsync(second.Name, [entry], b.Token);
            await AreEntriesAsync(first.Entries, [.. second.Entries, entry]);
            await b.Array.RemoveFromAccessGroupAsync(second.Name, [entry], b.Token);
            await AreEntriesAsync(first.Entries, second.Entries);
        }

        await b.Array.StopPresentAsync(element, [second.Name], b.Token);
        Check.Same([first.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups of the first element, withdrawn from the second group");
        var renamed = await b.Array.RenameAccessGroupAsync(second.Name, second.Name + "-OTHER", b.Token);
        Check.Same([renamed.Name], (await b.InfoAsync(other)).AccessGroupNames, "groups that the other element is presented to under the new name");
        Check.Same([first.Name], (await b.InfoAsync(element)).AccessGroupNames, "groups that the first element is presented to then");
        second = await b.Array.RenameAccessGroupAsync(renamed.Name, second.Name, b.Token);
        await AreEntriesAsync(first.Entries, second.Entries);
        await b.Array.StopPresentAsync(other, [second.Name], b.Token);
        Check.Same([], (await b.InfoAsync(other)).AccessGroupNames, "groups that the other element is withdrawn from");
        return second;

        async Task AreEntriesAsync(IEnumerable<string> ofFirst, IEnumerable<string> ofSecond)
        {
            Check.Same(ofFirst, (await b.Array.FindAccessGroupAsync(first.Name, b.Token)).Entries, "entries of the first");
            Check.Same(ofSecond, (await b.Array.FindAccessGroupAsync(second.Name, b.Token)).Entries, "entries of the second");
        }
    }
}
