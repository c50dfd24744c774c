using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>Access groups and presentations.</summary>
internal static class Groups
{
    /// <summary>Creates those that can be created. Those that can't are missing in the list returned, also when one of that name existed before.</summary>
    /// <returns>The groups in the server's record, with those that were created.</returns>
    public static List<AccessGroup> Create(LocalArray array, StorageServer server, IReadOnlyList<AccessGroup> wanted, CancellationToken cancellationToken)
    {
        var (good, failures) = Sort(wanted,
            group => group with
            {
                Name = ElementNames.Check(group.Name, "the access group"),
                Entries = Initiators.CanonicalAll(group.Entries, server.StorageType).ToValueList(),
            });
        return Change(
            array,
            server,
            good,
            failures,
            (db, group) =>
            {
                RequireFree(db, group.Name);
                GroupRows.Insert(db, group.Name, group.Entries);
            },
            cancellationToken);
    }

    /// <summary>Removes those that can be removed. Those that can't stay in the list returned.</summary>
    /// <returns>The groups in the server's record and the request that are left.</returns>
    public static List<AccessGroup> Remove(LocalArray array, StorageServer server, IReadOnlyList<AccessGroup> unwanted, CancellationToken cancellationToken)
    {
        void RemoveOne(PoolConnection db, AccessGroup group)
        {
            var id = Require(array, db, group.Name);
            if (GroupRows.IsInUse(db, id))
            {
                throw new AccessGroupException($"Elements are still presented to the access group '{group.Name}'.")
                {
                    ErrorId = "AccessGroupInUse",
                    Element = group.Name,
                    Recommendation = "Stop presenting them to it first.",
                };
            }

            GroupRows.Delete(db, id);
        }

        return Change(array, server, [.. unwanted], [], RemoveOne, cancellationToken);
    }

    public static List<AccessGroup> Rename(LocalArray array, string name, string newName, CancellationToken cancellationToken)
    {
        ElementNames.Check(newName, "the access group");
        return array.Database.Write(
            db =>
            {
                var id = Require(array, db, name);
                if (newName != name)
                {
                    RequireFree(db, newName);
                    GroupRows.Rename(db, id, newName);
                }

                return GroupRows.All(db);
            },
            cancellationToken);
    }

    public static AccessGroup AddEntries(LocalArray array, StorageType type, string name, IReadOnlyList<string> entries, CancellationToken cancellationToken) =>
        ChangeEntries(array, name, Initiators.CanonicalAll(entries, type), GroupRows.AddEntries, cancellationToken);

    // A group may have entries of the other storage type, added through a server of that type.
    public static AccessGroup RemoveEntries(LocalArray array, string name, IReadOnlyList<string> entries, CancellationToken cancellationToken) =>
        ChangeEntries(array, name, Initiators.CanonicalAll(entries, StorageType.SAN), GroupRows.RemoveEntries, cancellationToken);

    public static Task<ElementRow> PresentAsync(LocalArray array, StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        ChangePresentationAsync(array, element, groups, GroupRows.Present, cancellationToken);

    public static Task<ElementRow> StopPresentingAsync(LocalArray array, StorageElement element, IReadOnlyList<string> groups,
        CancellationToken cancellationToken) =>
        ChangePresentationAsync(array, element, groups, GroupRows.StopPresenting, cancellationToken);

    private static AccessGroup ChangeEntries(LocalArray array, string name, IReadOnlyList<string> entries,
        Action<PoolConnection, long, IEnumerable<string>> change, CancellationToken cancellationToken)
    {
        var (group, marks) = array.Database.Write(
            db =>
            {
                var id = Require(array, db, name);
                change(db, id, entries);
                return (GroupRows.ByName(db, name)!, ExportRows.Mark(db, ExportRows.PresentedTo(db, id)));
            },
            cancellationToken);
        array.Export.Targets.FollowAccess(marks, entries, null, cancellationToken);
        return group;
    }

    private static async Task<ElementRow> ChangePresentationAsync(LocalArray array, StorageElement element, IReadOnlyList<string> groups,
        Action<PoolConnection, long, long> change, CancellationToken cancellationToken)
    {
        var before = array.Database.Read(db => array.RequireVolume(db, element));
        using var locks = array.Export.Targets.LockAccess(before.Uuid, before.Name, isNew: before.Groups.Count == 0, cancellationToken);

        // Whole lists of elements are presented, one by one; those that come at the same time share a commit.
        var (after, marks, initiators) = await array.Database.WriteTogetherAsync(
            db =>
            {
                var row = array.RequireVolume(db, element);
                foreach (var group in groups)
                {
                    change(db, row.Id, Require(array, db, group));
                }

                var changed = array.RequireVolume(db, element);
                return changed.Groups.Equals(row.Groups)
                    ? (changed, [], [])
                    : (
                        changed,
                        ExportRows.Mark(db, [row.Uuid]),
                        groups.SelectMany(group => GroupRows.ByName(db, group)!.Entries).ToHashSet(StringComparer.Ordinal));
            },
            cancellationToken);
        array.Export.Targets.FollowAccess(marks, initiators, locks, cancellationToken);
        return after;
    }

    /// <summary>Changes each group that can be changed, in one commit. Throws when there is none.</summary>
    private static List<AccessGroup> Change(
        LocalArray array,
        StorageServer server,
        List<AccessGroup> groups,
        List<(string Name, StorageConnectException Error)> failures,
        Action<PoolConnection, AccessGroup> change,
        CancellationToken cancellationToken)
    {
        var asked = groups.Count + failures.Count;
        return array.Database.Write(
            db =>
            {
                var failed = failures.ToList();
                var present = GroupRows.ByNames(db, groups.Select(group => group.Name)).Select(group => group.Name).ToHashSet(StringComparer.Ordinal);
                foreach (var group in groups)
                {
                    try
                    {
                        change(db, group);
                    }
                    catch (StorageConnectException e)
                    {
                        failed.Add((group.Name, e));
                    }
                }

                if (failed.Count == asked && failed.Count > 0)
                {
                    throw failed[0].Error;
                }

                // A group that couldn't be made because there was one already must be missing, or it would look like a success.
                var clashes = failed.Where(failure => failure.Error is AlreadyExistsException && present.Contains(failure.Name)).Select(failure => failure.Name)
                    .ToHashSet(StringComparer.Ordinal);
                return GroupRows.ByNames(db, server.AccessGroups.Concat(groups).Select(group => group.Name).Where(name => !clashes.Contains(name)));
            },
            cancellationToken);
    }

    private static (List<AccessGroup> Good, List<(string, StorageConnectException)> Failures) Sort(IEnumerable<AccessGroup> groups,
        Func<AccessGroup, AccessGroup> check)
    {
        var good = new List<AccessGroup>();
        var failures = new List<(string, StorageConnectException)>();
        foreach (var group in groups)
        {
            try
            {
                good.Add(check(group));
            }
            catch (StorageConnectException e)
            {
                failures.Add((group.Name, e));
            }
        }

        return (good, failures);
    }

    private static void RequireFree(PoolConnection db, string name)
    {
        if (GroupRows.Id(db, name) is not null)
        {
            throw new AlreadyExistsException($"There is an access group named '{name}' already.")
            {
                ErrorId = "AccessGroupExists",
                Element = name,
                Recommendation = "Choose another name, or add the initiators to that one.",
            };
        }
    }

    private static long Require(LocalArray array, PoolConnection db, string name) =>
        GroupRows.Id(db, name) ?? throw new NotFoundException($"There is no access group '{name}' in the pool {array.Folder.Path}.")
        {
            ErrorId = "AccessGroupNotFound",
            Element = name,
            Recommendation = "List the groups that are there, and choose one of them, or create it.",
        };
}
