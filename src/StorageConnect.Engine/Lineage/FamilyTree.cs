using System.Globalization;

namespace StorageConnect.Engine.Lineage;

/// <summary>
/// Who was made of whom on one array. It keeps of each member no more than the families show, so that a million of them have room; what it shows is made
/// member by member, as the caller takes them.
/// </summary>
internal sealed class FamilyTree
{
    private readonly List<Member> _members = [];

    // Of the sources alone: most members of a large array have no copies.
    private readonly Dictionary<MemberKey, Member> _sources = [];
    private readonly Dictionary<MemberKey, List<Member>> _children = [];
    private bool _isLinked;
    private int _walks;
    private string _serverUuid = "";
    private string _serverName = "";

    /// <summary>Adds a member. All are of one server, and none has the Uuid of another.</summary>
    public void Add(StorageElement element)
    {
        _members.Add(new(element));
        (_serverUuid, _serverName) = (element.StorageServerUuid, element.StorageServerName);
    }

    /// <summary>Adds those of several elements whose Uuid no member has.</summary>
    /// <param name="elements">The elements, each once.</param>
    /// <returns>One that has the Uuid of a member with another name; null where there is none.</returns>
    public StorageElement? AddNew(IReadOnlyList<StorageElement> elements)
    {
        var left = elements.ToDictionary(element => new MemberKey(element.Uuid));
        foreach (var member in _members)
        {
            if (left.Remove(member.Key, out var same) && same.Name != member.Name)
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
    public IEnumerable<OscLineage> All()
    {
        Link();
        return Walk(InOrder(_members));
    }

    /// <summary>The whole family of one member.</summary>
    public IEnumerable<OscLineage> FamilyOf(string uuid)
    {
        Link();
        var key = new MemberKey(uuid);
        var family = new HashSet<MemberKey> { key };
        var members = _members.Where(member => member.Key == key).ToHashSet();
        var open = new Queue<(MemberKey Key, Member? Member)>([(key, members.FirstOrDefault())]);
        while (open.TryDequeue(out var next))
        {
            var relatives = ChildrenOf(next.Key).Select(child => (child.Key, (Member?)child))
                .Concat((next.Member?.Sources ?? []).Select(source => (source, _sources.GetValueOrDefault(source))));
            foreach (var relative in relatives.Where(relative => family.Add(relative.Item1)))
            {
                open.Enqueue(relative);
                members.UnionWith(relative.Item2 is { } member ? [member] : []);
            }
        }

        return Walk(InOrder(members));
    }

    private static List<Member> InOrder(IEnumerable<Member> members)
    {
        var inOrder = members.ToList();
        inOrder.Sort(Member.Compare);
        return inOrder;
    }

    private void Link()
    {
        if (_isLinked)
        {
            return;
        }

        _isLinked = true;
        foreach (var member in _members)
        {
            foreach (var source in member.Sources)
            {
                if (!_children.TryGetValue(source, out var children))
                {
                    _children[source] = children = [];
                }

                children.Add(member);
            }
        }

        foreach (var member in _members.Where(member => _children.ContainsKey(member.Key)))
        {
            _sources[member.Key] = member;
        }

        foreach (var children in _children.Values)
        {
            children.Sort(Member.Compare);
        }
    }

    private List<Member> ChildrenOf(MemberKey key) => _children.TryGetValue(key, out var children) ? children : [];

    private IEnumerable<OscLineage> Walk(List<Member> members)
    {
        // An array that says of two elements that each was made of the other gets them shown all the same.
        var roots = members.Where(member => !member.Sources.Any(_sources.ContainsKey)).Concat(members);
        var walk = ++_walks;
        var open = new Stack<(Member Member, string Branch, string Indent, int Depth)>();
        foreach (var root in roots)
        {
            open.Push((root, "", "", 0));
            while (open.TryPop(out var next))
            {
                if (next.Member.ShownIn == walk)
                {
                    continue;
                }

                next.Member.ShownIn = walk;
                yield return ToLineage(next.Member, next.Branch + next.Member.Name, next.Depth);

                // What has several sources hangs below the first of them.
                var children = ChildrenOf(next.Member.Key).Where(child => child.ShownIn != walk).ToList();
                for (var i = children.Count - 1; i >= 0; i--)
                {
                    var isLast = i == children.Count - 1;
                    open.Push((children[i], next.Indent + (isLast ? "└─ " : "├─ "), next.Indent + (isLast ? "   " : "│  "), next.Depth + 1));
                }
            }
        }
    }

    private OscLineage ToLineage(Member member, string tree, int depth)
    {
        var children = ChildrenOf(member.Key);
        return new()
        {
            Name = member.Name,
            Uuid = member.Key.ToString(),
            Type = member.Type,
            SizeBytes = member.Size,
            StorageServerUuid = _serverUuid,
            StorageServerName = _serverName,
            Depth = depth,
            Tree = tree,
            Sources = member.Sources.Select(NameOf).ToValueList(),
            Snapshots = children.Where(child => child.Type == StorageElementType.Snapshot).Select(child => child.Name).ToValueList(),
            Clones = children.Where(child => child.Type != StorageElementType.Snapshot).Select(child => child.Name).ToValueList(),
            SharesBlocksWith = (member.Type == StorageElementType.SnapClone ? member.Sources.Select(NameOf) : [])
                .Concat(children.Where(child => child.Type == StorageElementType.SnapClone).Select(child => child.Name)).ToValueList(),
        };
    }

    private string NameOf(MemberKey key) => _sources.TryGetValue(key, out var member) ? member.Name : $"({key})";

    /// <summary>A Uuid: a number, where it is one, takes a fifth of the memory of its text.</summary>
    private readonly record struct MemberKey
    {
        private readonly UInt128 _number;
        private readonly string? _text;

        public MemberKey(string uuid)
        {
            const int digits = 32;
            if (uuid.Length != digits || !uuid.All(char.IsAsciiHexDigitLower)
                || !UInt128.TryParse(uuid, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _number))
            {
                _text = uuid;
            }
        }

        public override string ToString() => _text ?? _number.ToString("x32", CultureInfo.InvariantCulture);
    }

    private sealed class Member(StorageElement element)
    {
        private readonly long _created = element.CreatedAt?.UtcTicks ?? long.MinValue;

        public MemberKey Key { get; } = new(element.Uuid);

        public string Name { get; } = element.Name;

        public StorageElementType Type { get; } = element.Type;

        public long Size { get; } = element.SizeBytes;

        public MemberKey[] Sources { get; } = element.SourceUuids.Count == 0 ? [] : [.. element.SourceUuids.Select(uuid => new MemberKey(uuid))];

        /// <summary>The number of the walk that has shown it already.</summary>
        public int ShownIn { get; set; }

        /// <summary>The older first.</summary>
        public static int Compare(Member one, Member other) => one._created != other._created
            ? one._created.CompareTo(other._created)
            : string.CompareOrdinal(one.Name, other.Name);
    }
}
