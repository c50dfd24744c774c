namespace StorageConnect.Engine.Lineage;

/// <summary>The lineage of the elements of one array.</summary>
internal sealed class FamilyTree
{
    private readonly Dictionary<string, StorageElement> _members;
    private readonly ILookup<string, StorageElement> _children;
    private readonly IReadOnlyList<StorageElement> _inOrder;

    public FamilyTree(IEnumerable<StorageElement> members)
    {
        _inOrder = [.. members.DistinctBy(member => member.Uuid).OrderBy(member => member.CreatedAt).ThenBy(member => member.Name, StringComparer.Ordinal)];
        _members = _inOrder.ToDictionary(member => member.Uuid);
        _children = _inOrder.SelectMany(member => member.SourceUuids, (child, source) => (source, child)).ToLookup(pair => pair.source, pair => pair.child);
    }

    /// <summary>All families, each from its oldest member down.</summary>
    public IReadOnlyList<OscLineage> All() => Walk(_inOrder);

    /// <summary>The whole family of one member.</summary>
    public IReadOnlyList<OscLineage> FamilyOf(string uuid)
    {
        var family = new HashSet<string> { uuid };
        var open = new Queue<string>(family);
        while (open.TryDequeue(out var next))
        {
            var relatives = _children[next].Select(child => child.Uuid).Concat(_members.GetValueOrDefault(next)?.SourceUuids ?? []);
            foreach (var relative in relatives.Where(family.Add))
            {
                open.Enqueue(relative);
            }
        }

        return Walk([.. _inOrder.Where(member => family.Contains(member.Uuid))]);
    }

    private List<OscLineage> Walk(IReadOnlyList<StorageElement> members)
    {
        var result = new List<OscLineage>();
        var seen = new HashSet<string>();
        foreach (var root in members.Where(member => !member.SourceUuids.Any(_members.ContainsKey)))
        {
            Add(root, "", "", 0);
        }

        // Elements that an array reports as each other's source are still shown.
        foreach (var left in members)
        {
            Add(left, "", "", 0);
        }

        return result;

        void Add(StorageElement member, string branch, string indent, int depth)
        {
            if (!seen.Add(member.Uuid))
            {
                return;
            }

            result.Add(ToLineage(member, branch + member.Name, depth));
            // An element with several sources is shown below the first of them.
            var children = _children[member.Uuid].Where(child => !seen.Contains(child.Uuid)).ToList();
            for (var i = 0; i < children.Count; i++)
            {
                var isLast = i == children.Count - 1;
                Add(children[i], indent + (isLast ? "└─ " : "├─ "), indent + (isLast ? "   " : "│  "), depth + 1);
            }
        }
    }

    private OscLineage ToLineage(StorageElement member, string tree, int depth)
    {
        var children = _children[member.Uuid].ToList();
        return new()
        {
            Name = member.Name,
            Uuid = member.Uuid,
            Type = member.Type,
            SizeBytes = member.SizeBytes,
            StorageServerUuid = member.StorageServerUuid,
            StorageServerName = member.StorageServerName,
            Depth = depth,
            Tree = tree,
            Sources = member.SourceUuids.Select(NameOf).ToValueList(),
            Snapshots = children.Where(child => child.Type == StorageElementType.Snapshot).Select(child => child.Name).ToValueList(),
            Clones = children.Where(child => child.Type != StorageElementType.Snapshot).Select(child => child.Name).ToValueList(),
            SharesBlocksWith = (member.Type == StorageElementType.SnapClone ? member.SourceUuids.Select(NameOf) : [])
                .Concat(children.Where(child => child.Type == StorageElementType.SnapClone).Select(child => child.Name)).ToValueList(),
        };
    }

    private string NameOf(string uuid) => _members.TryGetValue(uuid, out var member) ? member.Name : $"({uuid})";
}
