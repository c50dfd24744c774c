using System.Runtime.CompilerServices;
using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Lineage;

namespace StorageConnect.Engine.Arrays;

/// <content>Lineage, and the objects that block a request.</content>
public sealed partial class StorageArray
{
    /// <summary>The families on the array, or the whole family of an element; each from its oldest member down.</summary>
    /// <returns>The members, made as they are taken: a million of them are never there at once.</returns>
    public async Task<IEnumerable<OscLineage>> GetLineageAsync(StorageElement? element, CancellationToken cancellationToken)
    {
        if (element is null)
        {
            return (await GetTreeAsync(cancellationToken)).Families();
        }

        var family = (await FindFamilyAsync(element.Uuid, cancellationToken) ?? await GetTreeAsync(cancellationToken)).FamilyOf(element.Uuid).ToList();
        return family.Count > 0 ? family : throw ElementErrors.StorageElementNotFound(element.Name, Name);
    }

    private async Task<FamilyTree> GetTreeAsync(CancellationToken cancellationToken)
    {
        var tree = new FamilyTree();
        await foreach (var element in ListAsync(new(), cancellationToken))
        {
            tree.Add(element);
        }

        try
        {
            if (tree.AddNew(await GetCurrentSnapsAsync(null, cancellationToken)) is { } ambiguous)
            {
                throw PluginCall.Fault((await OpenAsync(cancellationToken)).Plugin, GuideMethod.GetCurrentSnaps, UniqueElements.Problem(ambiguous));
            }
        }
        catch (NoSuchOperationException)
        {
            // An array without snapshots.
        }

        return tree;
    }

    /// <summary>The family of one element, generation by generation; null where the plug-in can't find copies without listing all.</summary>
    private async Task<FamilyTree?> FindFamilyAsync(string uuid, CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { uuid };
        var family = new Dictionary<string, StorageElement>(StringComparer.Ordinal);
        for (HashSet<string> next = [uuid]; next.Count > 0;)
        {
            if (await FindCopiesAsync(next, cancellationToken) is not { } copies)
            {
                return null;
            }

            foreach (var member in next.Where(one => !family.ContainsKey(one)))
            {
                if (await FindByUuidIndexedAsync(member, cancellationToken) is { } found)
                {
                    family[member] = found;
                }
            }

            foreach (var copy in copies)
            {
                family.TryAdd(copy.Uuid, copy);
            }

            var relatives = copies.Select(copy => copy.Uuid).Concat(copies.Concat(next.Select(family.GetValueOrDefault).OfType<StorageElement>())
                .SelectMany(one => one.SourceUuids));
            next = relatives.Where(seen.Add).ToHashSet(StringComparer.Ordinal);
        }

        var tree = new FamilyTree();
        foreach (var member in family.Values)
        {
            tree.Add(member);
        }

        return tree;
    }

    private async Task<IReadOnlyList<StorageElement>?> FindCopiesAsync(HashSet<string> uuids, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        var found = await CallAsync(session, GuideMethod.GetCurrentClones, uuids,
            static async (plugin, server, u, token) => await plugin.FindCopiesAsync(server, u, token) ?? NotIndexed, cancellationToken);
        return ReferenceEquals(found, NotIndexed)
            ? null
            : [.. Unique(session, GuideMethod.GetCurrentClones, found).Where(copy => copy.SourceUuids.Any(uuids.Contains)).Select(Own)];
    }

    /// <summary>The LUN, clone or snapshot of this Uuid; null where there is none.</summary>
    private async Task<StorageElement?> FindByUuidIndexedAsync(string uuid, CancellationToken cancellationToken)
    {
        await foreach (var element in ListAsync(new() { Uuid = uuid }, cancellationToken))
        {
            return element;
        }

        return (await FindSnapshotsAsync(uuid, cancellationToken))?.FirstOrDefault(snapshot => snapshot.Uuid == uuid);
    }

    /// <summary>LUNs, clones and, where the array has them, snapshots; each once.</summary>
    public async IAsyncEnumerable<StorageElement> GetAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var unique = new UniqueElements();
        await foreach (var element in ListAsync(new(), unique, cancellationToken))
        {
            yield return element;
        }

        var session = await OpenAsync(cancellationToken);
        foreach (var snapshot in await SnapshotsOfAsync(null, cancellationToken))
        {
            if (IsFirst(session, GuideMethod.GetCurrentSnaps, unique, snapshot))
            {
                yield return snapshot;
            }
        }
    }

    /// <summary>Runs an action; an error of the array then names the objects that block it.</summary>
    private static async Task<T> NamingObstaclesAsync<T>(Func<Task<T>> action, Func<Task<IEnumerable<string>>> findObstacles)
    {
        try
        {
            return await action();
        }
        catch (StorageConnectException e) when (e is StorageElementBusyException or SnapRestoreNotSafeException && e.Obstacles.Count == 0)
        {
            try
            {
                e.Obstacles = (await findObstacles()).ToValueList();
            }
            catch (StorageConnectException)
            {
                // The error itself matters more than the list of its causes.
            }

            throw;
        }
    }

    private static Task<bool> NamingObstaclesAsync(Func<Task> action, Func<Task<IEnumerable<string>>> findObstacles) => NamingObstaclesAsync(
        async () =>
        {
            await action();
            return true;
        },
        findObstacles);

    /// <summary>The groups an element is presented to, and its copies: "access group 'web'", "snapshot 'nightly'".</summary>
    private async Task<IEnumerable<string>> FindDependantsAsync(StorageElement element, CancellationToken cancellationToken)
    {
        // A clone in use doesn't block its source. Where one depends on the source, the array reports it.
        return Obstacles(element.AccessGroupNames).Concat((await SnapshotsOfAsync(element, cancellationToken)).Select(Describe));
    }

    /// <summary>The other members of a snapshot, and the groups that use what would be rolled back.</summary>
    private async Task<IEnumerable<string>> FindBesideAsync(StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken)
    {
        if (element is not null && !snapshot.SourceUuids.Contains(element.Uuid))
        {
            return [];
        }

        var members = new List<StorageElement>();
        foreach (var uuid in snapshot.SourceUuids)
        {
            await foreach (var member in ListAsync(new() { Uuid = uuid }, cancellationToken))
            {
                members.Add(member);
            }
        }

        return members.Where(member => element is not null && member.Uuid != element.Uuid).Select(Describe)
            .Concat(members.Where(member => element is null || member.Uuid == element.Uuid).SelectMany(member => Obstacles(member.AccessGroupNames)));
    }

    private async Task<IReadOnlyList<StorageElement>> SnapshotsOfAsync(StorageElement? element, CancellationToken cancellationToken)
    {
        try
        {
            return await GetCurrentSnapsAsync(element, cancellationToken);
        }
        catch (NoSuchOperationException)
        {
            return [];
        }
    }

    private static IEnumerable<string> Obstacles(IEnumerable<string> groups) => groups.Select(group => $"access group '{group}'");

    private static string Describe(StorageElement element) => element.Type switch
    {
        StorageElementType.Snapshot => $"snapshot '{element.Name}'",
        StorageElementType.SnapClone => $"clone '{element.Name}'",
        _ => $"LUN '{element.Name}'",
    };
}
