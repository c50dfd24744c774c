namespace StorageConnect.Tests.Recording;

/// <content>Access groups and presentation.</content>
public sealed partial class MemoryArray
{
    private readonly Dictionary<string, AccessGroup> _groups = [];

    /// <summary>All groups.</summary>
    public IReadOnlyList<AccessGroup> Groups
    {
        get
        {
            lock (_gate)
            {
                return [.. _groups.Values];
            }
        }
    }

    public IReadOnlyList<AccessGroup> GroupsOf(StorageElement? element)
    {
        var names = element is null ? null : Get(element).AccessGroupNames;
        return [.. Groups.Where(group => names is null || names.Contains(group.Name))];
    }

    public IReadOnlyList<AccessGroup> CreateGroups(IReadOnlyList<AccessGroup> groups)
    {
        Require(AbilityKey.AccessControl);
        lock (_gate)
        {
            foreach (var group in groups)
            {
                _groups.TryAdd(group.Name, group);
            }

            return Groups;
        }
    }

    public IReadOnlyList<AccessGroup> RemoveGroups(IReadOnlyList<AccessGroup> groups)
    {
        lock (_gate)
        {
            foreach (var group in groups.Where(group => !Elements.Any(element => element.AccessGroupNames.Contains(group.Name))))
            {
                _groups.Remove(group.Name);
            }

            return Groups;
        }
    }

    public IReadOnlyList<AccessGroup> RenameGroup(string name, string newName)
    {
        lock (_gate)
        {
            var group = GetGroup(name);
            if (name != newName && _groups.ContainsKey(newName))
            {
                throw new AlreadyExistsException($"There is an access group '{newName}' already.") { ErrorId = "AccessGroupExists", Element = newName };
            }

            _groups.Remove(name);
            _groups[newName] = group with { Name = newName };
            foreach (var element in Elements.Where(element => element.AccessGroupNames.Contains(name)))
            {
                Put(element with { AccessGroupNames = element.AccessGroupNames.Select(other => other == name ? newName : other).ToValueList() });
            }

            return Groups;
        }
    }

    public AccessGroup AddEntries(string name, IReadOnlyList<string> entries) => ChangeEntries(name, old => old.Union(entries));

    public AccessGroup RemoveEntries(string name, IReadOnlyList<string> entries) => ChangeEntries(name, old => old.Except(entries));

    public StorageElement Present(StorageElement element, IReadOnlyList<string> groups)
    {
        foreach (var name in groups)
        {
            GetGroup(name);
        }

        return ChangePresentation(element, old => old.Union(groups));
    }

    public StorageElement Unpresent(StorageElement element, IReadOnlyList<string> groups) => ChangePresentation(element, old => old.Except(groups));

    private AccessGroup GetGroup(string name)
    {
        lock (_gate)
        {
            return _groups.TryGetValue(name, out var group)
                ? group
                : throw new NotFoundException($"There is no access group '{name}'.")
                {
                    ErrorId = "AccessGroupNotFound",
                    Element = name,
                    Recommendation = "Create it first."
                };
        }
    }

    private AccessGroup ChangeEntries(string name, Func<IEnumerable<string>, IEnumerable<string>> change)
    {
        lock (_gate)
        {
            var group = GetGroup(name);
            return _groups[name] = group with { Entries = change(group.Entries).ToValueList() };
        }
    }

    private StorageElement ChangePresentation(StorageElement element, Func<IEnumerable<string>, IEnumerable<string>> change)
    {
        lock (_gate)
        {
            var present = Get(element);
            var groups = change(present.AccessGroupNames).ToValueList();
            return Put(present with
            {
                AccessGroupNames = groups,
                LunAddresses = HasIdentitiesOfPresentations && groups.Count > 0 ? [new() { TargetName = $"iqn.2026-01.memory:{present.Uuid}", Lun = 1 }] : [],
            });
        }
    }
}
