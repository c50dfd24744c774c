using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Access groups by name or by initiator: which of them each array has.</summary>
internal sealed class GroupChoice(AccessGroupIdentity[]? named, IReadOnlyList<string>? initiators, Func<StorageArray, IReadOnlyList<AccessGroup>> list)
{
    private readonly Dictionary<StorageArray, HashSet<string>> _names = [];
    private readonly HashSet<string> _found = [];
    private readonly HashSet<string> _queried = [];

    /// <summary>The queried servers.</summary>
    public IReadOnlyCollection<string> Queried => _queried;

    /// <summary>The named groups that are on none of the queried servers.</summary>
    public IEnumerable<string> Missing =>
        _queried.Count == 0 ? [] : (named ?? []).Select(group => group.Key).Distinct().Where(name => !_found.Contains(name)).ToList();

    /// <summary>The names of the groups on an array.</summary>
    public HashSet<string> NamesOn(StorageArray array)
    {
        if (!_names.TryGetValue(array, out var names))
        {
            _names.Add(array, names = Find(array));
        }

        return names;
    }

    private HashSet<string> Find(StorageArray array)
    {
        var wanted = named?.Where(group => group.IsOn(array)).Select(group => group.Key).ToHashSet();
        if (wanted is { Count: 0 })
        {
            return wanted;
        }

        var groups = list(array).Where(group => wanted?.Contains(group.Name) is not false).ToList();
        _queried.Add(array.Name);
        _found.UnionWith(groups.Select(group => group.Name));
        return groups.Where(group => initiators is null || StorageArray.Holds(group, initiators)).Select(group => group.Name).ToHashSet();
    }
}
