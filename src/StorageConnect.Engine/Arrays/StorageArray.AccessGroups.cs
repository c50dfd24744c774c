using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Names;
using StorageConnect.Engine.Results;

namespace StorageConnect.Engine.Arrays;

/// <content>Access groups and presentation.</content>
public sealed partial class StorageArray
{
    /// <summary>The groups on the array, or those an element is presented to. Guide: getAccessGroups().</summary>
    public async Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(StorageElement? element, CancellationToken cancellationToken) =>
        await GetAccessGroupsAsync(await OpenAsync(cancellationToken), element, cancellationToken);

    /// <summary>Creates groups; what the array did not create is an error each. Guide: createAccessGroups().</summary>
    public async Task<GroupChanges> CreateAccessGroupsAsync(IReadOnlyList<AccessGroup> groups, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        var now = await CheckCapabilityAsync(session, GuideMethod.CreateAccessGroups, null, cancellationToken);
        var errors = new List<StorageConnectException>();
        var possible = new List<AccessGroup>();
        foreach (var group in groups)
        {
            try
            {
                NameRule.Check(group.Name, "access group");
                CheckEntryLimit(group.Name, group.Entries, now!);
                possible.Add(group);
            }
            catch (StorageConnectException e) when (groups.Count > 1)
            {
                // The others are created.
                errors.Add(e);
            }
        }

        var existing = await FindAccessGroupsAsync(session, [.. possible.Select(group => group.Name)], cancellationToken);
        var names = existing.Select(group => group.Name).ToHashSet();
        var free = possible.ToLookup(group => names.Add(group.Name));
        var wanted = free[true].Select(group => new AccessGroup { Name = group.Name, Entries = group.Entries, StorageServerUuid = Uuid }).ToList();
        errors.AddRange(free[false].Select(group => AccessGroupErrors.AccessGroupExists(group.Name, Name)));
        if (wanted.Count == 0)
        {
            return new([], errors);
        }

        var updated = await CallWithGroupsAsync(session, existing, GuideMethod.CreateAccessGroups, wanted,
            static (plugin, server, w, token) => plugin.CreateAccessGroupsAsync(server, w, token), cancellationToken);
        var done = updated.Where(group => wanted.Any(want => want.Name == group.Name)).Select(Own).ToList();
        errors.AddRange(wanted.Where(want => done.All(group => group.Name != want.Name))
            .Select(want => AccessGroupErrors.AccessGroupNotCreated(want.Name, Name)));
        return new(done, errors);
    }

    /// <summary>Removes groups; what the array did not remove is an error each. Guide: removeAccessGroups().</summary>
    public async Task<GroupChanges> RemoveAccessGroupsAsync(IReadOnlyList<AccessGroup> groups, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        await CheckCapabilityAsync(session, GuideMethod.RemoveAccessGroups, null, cancellationToken);
        var existing = await FindAccessGroupsAsync(session, [.. groups.Select(group => group.Name)], cancellationToken);
        var wanted = existing.Where(group => groups.Any(other => other.Name == group.Name)).ToList();
        var errors = groups.Where(group => wanted.All(other => other.Name != group.Name))
            .Select<AccessGroup, StorageConnectException>(group => AccessGroupErrors.AccessGroupNotFound(group.Name, Name)).ToList();
        if (wanted.Count == 0)
        {
            return new([], errors);
        }

        var left = await CallWithGroupsAsync(session, existing, GuideMethod.RemoveAccessGroups, wanted,
            static (plugin, server, w, token) => plugin.RemoveAccessGroupsAsync(server, w, token), cancellationToken);
        foreach (var gone in wanted.Where(want => left.All(group => group.Name != want.Name)))
        {
            Names.Forget(NameKind.AccessGroup, Uuid, gone.Name);
        }

        var kept = wanted.Where(want => left.Any(group => group.Name == want.Name)).ToList();
        var used = kept.Count > 0 ? await FindUsedGroupsAsync(cancellationToken) : [];
        errors.AddRange(kept.Select<AccessGroup, StorageConnectException>(group => used.Contains(group.Name)
            ? AccessGroupErrors.AccessGroupInUse(group.Name, Name)
            : AccessGroupErrors.AccessGroupNotRemoved(group.Name, Name)));
        return new([.. wanted.Except(kept)], errors);
    }

    /// <summary>Renames a group. Guide: renameAccessGroup().</summary>
    /// <returns>The group under its new name.</returns>
    public async Task<AccessGroup> RenameAccessGroupAsync(string name, string newName, CancellationToken cancellationToken)
    {
        NameRule.Check(newName, "access group");
        var session = await OpenAsync(cancellationToken);
        await CheckCapabilityAsync(session, GuideMethod.RenameAccessGroup, null, cancellationToken);
        var existing = await FindAccessGroupsAsync(session, [name, newName], cancellationToken);
        if (existing.All(group => group.Name != name))
        {
            throw AccessGroupErrors.AccessGroupNotFound(name, Name);
        }

        if (name != newName && existing.Any(group => group.Name == newName))
        {
            throw AccessGroupErrors.AccessGroupExists(newName, Name);
        }

        var updated = await CallWithGroupsAsync(session, existing, GuideMethod.RenameAccessGroup, (name, newName),
            static (plugin, server, names, token) => plugin.RenameAccessGroupAsync(server, names.name, names.newName, token), cancellationToken);
        Names.Forget(NameKind.AccessGroup, Uuid, name);
        var isGone = name == newName || updated.All(group => group.Name != name);
        return isGone && updated.FirstOrDefault(group => group.Name == newName) is { } renamed
            ? Own(renamed)
            : throw AccessGroupErrors.AccessGroupNotRenamed(name, Name);
    }

    /// <summary>Adds initiators to a group. Guide: addToAccessGroup().</summary>
    public async Task<AccessGroup> AddToAccessGroupAsync(string name, IReadOnlyList<string> entries, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        var now = await CheckCapabilityAsync(session, GuideMethod.AddToAccessGroup, null, cancellationToken);
        if (now!.MaxAccessEntries != Capabilities.Unlimited)
        {
            var group = await FindAccessGroupAsync(name, cancellationToken);
            CheckEntryLimit(name, group.Entries.Concat(entries), now);
        }

        var updated = await CallAsync(session, GuideMethod.AddToAccessGroup, (name, entries),
            static (plugin, server, s, token) => plugin.AddToAccessGroupAsync(server, s.name, s.entries, token), cancellationToken);
        return entries.FirstOrDefault(entry => !updated.Entries.Contains(entry, InitiatorName.Comparer)) is { } missing
            ? throw AccessGroupErrors.AccessGroupMemberNotChanged(missing, "added to", name, Name)
            : Own(updated);
    }

    /// <summary>Removes initiators from a group. Guide: removeFromAccessGroup().</summary>
    public async Task<AccessGroup> RemoveFromAccessGroupAsync(string name, IReadOnlyList<string> entries, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        await CheckCapabilityAsync(session, GuideMethod.RemoveFromAccessGroup, null, cancellationToken);
        var updated = await CallAsync(session, GuideMethod.RemoveFromAccessGroup, (name, entries),
            static (plugin, server, s, token) => plugin.RemoveFromAccessGroupAsync(server, s.name, s.entries, token), cancellationToken);
        return entries.FirstOrDefault(entry => updated.Entries.Contains(entry, InitiatorName.Comparer)) is { } left
            ? throw AccessGroupErrors.AccessGroupMemberNotChanged(left, "removed from", name, Name)
            : Own(updated);
    }

    /// <summary>Presents an element to groups. Guide: startPresent().</summary>
    /// <returns>The element with all groups it is now presented to.</returns>
    public async Task<StorageElement> StartPresentAsync(StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        Own(await CheckedAsync(await OpenAsync(cancellationToken), GuideMethod.StartPresent, (element, groups),
            static (plugin, server, s, token) => plugin.StartPresentAsync(server, s.element, s.groups, token),
            static (answer, s) => ResultRules.FindOtherProblem(answer, s.element) ?? ResultRules.FindPresentationProblem(answer, s.groups, presented: true),
            cancellationToken));

    /// <summary>Stops presenting an element to groups. Guide: stopPresent().</summary>
    /// <returns>The element with the groups it is still presented to.</returns>
    public async Task<StorageElement> StopPresentAsync(StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        Own(await CheckedAsync(await OpenAsync(cancellationToken), GuideMethod.StopPresent, (element, groups),
            static (plugin, server, s, token) => plugin.StopPresentAsync(server, s.element, s.groups, token),
            static (answer, s) => ResultRules.FindOtherProblem(answer, s.element) ?? ResultRules.FindPresentationProblem(answer, s.groups, presented: false),
            cancellationToken));

    /// <summary>The elements that are presented to a group.</summary>
    public async Task<IReadOnlyList<StorageElement>> GetPresentedAsync(string group, ValueList<StorageElementType> types, CancellationToken cancellationToken)
    {
        var presented = new List<StorageElement>();
        await foreach (var element in ListAsync(new() { Types = types }, cancellationToken))
        {
            if (element.AccessGroupNames.Contains(group))
            {
                presented.Add(element);
            }
        }

        return presented;
    }

    /// <summary>The groups that elements are presented to; none where the array does not tell.</summary>
    private async Task<HashSet<string>> FindUsedGroupsAsync(CancellationToken cancellationToken)
    {
        var used = new HashSet<string>();
        try
        {
            await foreach (var element in ListAsync(new() { Types = StorageElementFilter.DefaultTypes }, cancellationToken))
            {
                used.UnionWith(element.AccessGroupNames);
            }
        }
        catch (StorageConnectException)
        {
            // It is only for the reason of an error: what was removed is still reported.
        }

        return used;
    }

    /// <summary>Whether a group holds one of these initiators, as arrays compare them.</summary>
    public static bool Holds(AccessGroup group, IEnumerable<string> initiators) => group.Entries.Intersect(initiators, InitiatorName.Comparer).Any();

    /// <summary>Refuses a text that no array accepts as an initiator.</summary>
    /// <exception cref="InvalidRequestException">One of them is not an initiator.</exception>
    public static void CheckInitiators(IEnumerable<string> initiators)
    {
        if (initiators.FirstOrDefault(name => !InitiatorName.IsPossible(name)) is { } wrong)
        {
            throw AccessGroupErrors.InitiatorInvalid(wrong);
        }
    }

    /// <summary>The group of this name.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public async Task<AccessGroup> FindAccessGroupAsync(string name, CancellationToken cancellationToken) =>
        (await FindAccessGroupsAsync(await OpenAsync(cancellationToken), [name], cancellationToken)).FirstOrDefault(group => group.Name == name)
        ?? throw AccessGroupErrors.AccessGroupNotFound(name, Name);

    private async Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(Session session, StorageElement? element, CancellationToken cancellationToken)
    {
        var groups = await CallAsync(session, GuideMethod.GetAccessGroups, element,
            static (plugin, server, e, token) => plugin.GetAccessGroupsAsync(server, e, token), cancellationToken);
        return [.. groups.Select(Own)];
    }

    /// <summary>The named groups that exist; all groups where the plug-in can't look them up by name.</summary>
    private async Task<IReadOnlyList<AccessGroup>> FindAccessGroupsAsync(Session session, IReadOnlyCollection<string> names,
        CancellationToken cancellationToken)
    {
        var groups = await CallAsync(session, GuideMethod.GetAccessGroups, names,
            static async (plugin, server, n, token) =>
                await plugin.FindAccessGroupsAsync(server, n, token) ?? await plugin.GetAccessGroupsAsync(server, null, token),
            cancellationToken);
        return [.. groups.Select(Own)];
    }

    /// <summary>Calls with the groups that were found in the server's record: the guide's answer is that list, updated.</summary>
    [Rule(10, "Plug-ins return the updated list of groups; what of the request is missing in it is an error each.", "createAccessGroups()")]
    private static Task<IReadOnlyList<AccessGroup>> CallWithGroupsAsync<TState>(
        Session session,
        IReadOnlyList<AccessGroup> existing,
        string method,
        TState state,
        Func<StorageArrayPlugin, StorageServer, TState, CancellationToken, Task<IReadOnlyList<AccessGroup>>> call,
        CancellationToken cancellationToken) =>
        CallAsync(session with { Server = session.Server with { AccessGroups = existing.ToValueList() } }, method, state, call, cancellationToken);

    [Rule(10, "max_access_entries is enforced before the call.", "Class variables")]
    private void CheckEntryLimit(string group, IEnumerable<string> entries, Capabilities now)
    {
        if (now.MaxAccessEntries != Capabilities.Unlimited && entries.Distinct(InitiatorName.Comparer).Count() is var count && count > now.MaxAccessEntries)
        {
            throw AccessGroupErrors.TooManyAccessEntries(group, count, Name, now.MaxAccessEntries);
        }
    }
}
