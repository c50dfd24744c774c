namespace StorageConnect.Conformance;

/// <summary>What the plug-in made and nobody has removed yet.</summary>
internal sealed class CreatedObjects
{
    private readonly Lock _lock = new();
    private readonly List<StorageElement> _elements = [];
    private readonly HashSet<string> _groups = [];

    /// <summary>LUNs, clones and snapshots, youngest first: what was made later may depend on what was made before.</summary>
    public IReadOnlyList<StorageElement> Elements
    {
        get
        {
            lock (_lock)
            {
                return [.. Enumerable.Reverse(_elements)];
            }
        }
    }

    /// <summary>True when the run has made anything at all, removed or not.</summary>
    public bool HadAny { get; private set; }

    public IReadOnlyCollection<string> Groups
    {
        get
        {
            lock (_lock)
            {
                return [.. _groups];
            }
        }
    }

    public void Add(StorageElement element)
    {
        lock (_lock)
        {
            _elements.Add(element);
            HadAny = true;
        }
    }

    public void AddGroups(IEnumerable<string> names)
    {
        lock (_lock)
        {
            _groups.UnionWith(names);
            HadAny = true;
        }
    }

    public void Remove(StorageElement element)
    {
        lock (_lock)
        {
            _elements.Remove(element);
        }
    }

    public void RemoveGroups(IEnumerable<string> names)
    {
        lock (_lock)
        {
            _groups.ExceptWith(names);
        }
    }
}
