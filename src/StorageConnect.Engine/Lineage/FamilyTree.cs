using System.Collections;

namespace StorageConnect.Engine.Lineage;

/// <summary>
/// Who was made of whom on one array. It keeps of each member no more than the families show, so that a million of them have room; what it shows is made
/// member by member, as the caller takes them.
/// </summary>
internal sealed class FamilyTree
{
    private static readonly List<int> NoChildren = [];
    private readonly ChunkedList<Member> _members = new();
    private readonly UuidKeys _keys = new();

    // Of the sources alone: most members of a large array have no copies.
    private readonly Dictionary<Guid, int> _sources = [];
    private readonly Dictionary<Guid, List<int>> _children = [];
    private bool _isLinked;
    private string _serverUuid = "";
    private string _serverName = "";

    private IEnumerable<int> All => Enumerable.Range(0, _members.Count);

    /// <summary>Adds a member. All are of one server, and none has the Uuid of another.</summary>
    public void Add(StorageElement element)
    {
        _members.Add(new(element.Name, element.Type, _keys.Of(element.Uuid), element.SizeBytes, element.CreatedAt?.UtcTicks ?? long.MinValue,
            element.SourceUuids.Count == 0 ? [] : [.. element.SourceUuids.Select(_keys.Of)]));
        (_serverUuid, _serverName) = (element.StorageServerUuid, element.StorageServerName);
    }

    /// <summary>Adds those of several elements whose Uuid no member has.</summary>
    /// <param name="elements">The elements, each once.</param>
    /// <returns>One that has the Uuid of a member with another name; null where there is none.</returns>
    public StorageElement? AddNew(IReadOnlyList<StorageElement> elements)
    {
        var left = elements.ToDictionary(element => _keys.Of(element.Uuid));
        foreach (var member in All)
        {
            if (left.Remove(_members[member].Key, out var same) && same.Name != _members[member].Name)
            {
                return same;
            }
        }

        foreach (var element in left.Values)
        {
            Add(element);
        }

        return null;
    }

    /// <summary>All families, each from its oldest member down.</summary>
    public IEnumerable<OscLineage> Families()
    {
        Link();
        return Walk(InOrder(All));
    }

    /// <summary>The whole family of one member.</summary>
    public IEnumerable<OscLineage> FamilyOf(string uuid)
    {
        Link();
        var key = _keys.Of(uuid);
        var family = new HashSet<Guid> { key };
        var members = All.Where(member => _members[member].Key == key).ToHashSet();
        var open = new Queue<(Guid Key, int? Member)>([(key, members.Count > 0 ? members.First() : null)]);
        while (open.TryDequeue(out var next))
        {
            Guid[] sources = next.Member is { } member ? _members[member].Sources : [];
            var relatives = ChildrenOf(next.Key).Select(child => (_members[child].Key, (int?)child))
                .Concat(sources.Select(source => (source, _sources.TryGetValue(source, out var known) ? known : (int?)null)));
            foreach (var relative in relatives.Where(relative => family.Add(relative.Item1)))
            {
                open.Enqueue(relative);
                if (relative.Item2 is { } found)
                {
                    members.Add(found);
                }
            }
        }

        return Walk(InOrder(members));
    }

    /// <summary>The older first.</summary>
    private int Compare(int one, int other)
    {
        ref readonly var first = ref _members[one];
        ref readonly var second = ref _members[other];
        return first.Created != second.Created ? first.Created.CompareTo(second.Created) : string.CompareOrdinal(first.Name, second.Name);
    }

    private int[] InOrder(IEnumerable<int> members)
    {
        var inOrder = members.ToArray();
        Array.Sort(inOrder, Compare);
        return inOrder;
    }

    private void Link()
    {
        if (_isLinked)
        {
            return;
        }

        _isLinked = true;
        foreach (var member in All)
        {
            foreach (var source in _members[member].Sources)
            {
                if (!_children.TryGetValue(source, out var children))
                {
                    _children[source] = children = [];
                }

                children.Add(member);
            }
        }

        foreach (var member in All.Where(member => _children.ContainsKey(_members[member].Key)))
        {
            _sources[_members[member].Key] = member;
        }

        foreach (var children in _children.Values)
        {
            children.Sort(Compare);
        }
    }

    private List<int> ChildrenOf(Guid key) => _children.GetValueOrDefault(key) ?? NoChildren;

    private IEnumerable<OscLineage> Walk(int[] members)
    {
        // An array that says of two elements that each was made of the other gets them shown all the same.
        var roots = members.Where(member => !_members[member].Sources.Any(_sources.ContainsKey)).Concat(members);
        var shown = new BitArray(_members.Count);
        var open = new Stack<(int Member, string Branch, string Indent, int Depth)>();
        foreach (var root in roots)
        {
            open.Push((root, "", "", 0));
            while (open.TryPop(out var next))
            {
                if (shown[next.Member])
                {
                    continue;
                }

                shown[next.Member] = true;
                yield return ToLineage(_members[next.Member], next.Branch, next.Depth);

                // What has several sources hangs below the first of them.
                var children = ChildrenOf(_members[next.Member].Key).Where(child => !shown[child]).ToList();
                for (var i = children.Count - 1; i >= 0; i--)
                {
                    var isLast = i == children.Count - 1;
                    open.Push((children[i], next.Indent + (isLast ? "└─ " : "├─ "), next.Indent + (isLast ? "   " : "│  "), next.Depth + 1));
                }
            }
        }
    }

    private OscLineage ToLineage(in Member member, string branch, int depth)
    {
        var children = ChildrenOf(member.Key);
        IEnumerable<string> NamesOf(Func<StorageElementType, bool> isWanted) =>
            children.Where(child => isWanted(_members[child].Type)).Select(child => _members[child].Name);
        var sources = member.Sources.Select(NameOf).ToValueList();
        return new()
        {
            Name = member.Name,
            Uuid = _keys.TextOf(member.Key),
            Type = member.Type,
            SizeBytes = member.Size,
            StorageServerUuid = _serverUuid,
            StorageServerName = _serverName,
            Depth = depth,
            Tree = branch + member.Name,
            Sources = sources,
            Snapshots = NamesOf(type => type == StorageElementType.Snapshot).ToValueList(),
            Clones = NamesOf(type => type != StorageElementType.Snapshot).ToValueList(),
            SharesBlocksWith = (member.Type == StorageElementType.SnapClone ? sources : []).Concat(NamesOf(type => type == StorageElementType.SnapClone))
                .ToValueList(),
        };
    }

    private string NameOf(Guid key) => _sources.TryGetValue(key, out var member) ? _members[member].Name : $"({_keys.TextOf(key)})";

    /// <summary>A member.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="Key">Its Uuid.</param>
    /// <param name="Size">Bytes.</param>
    /// <param name="Created">Ticks (UTC).</param>
    /// <param name="Sources">What it was made of.</param>
    private readonly record struct Member(string Name, StorageElementType Type, Guid Key, long Size, long Created, Guid[] Sources);
}
