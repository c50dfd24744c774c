namespace StorageConnect.Engine.Conformance;

/// <summary>What the plug-in made and nobody has removed yet.</summary>
internal sealed class Ledger
{
    private readonly Lock _gate = new();
    private readonly List<StorageElement> _elements = [];
    private readonly HashSet<string> _groups = [];

    /// <summary>LUNs, clones and snapshots, youngest first: what was made later may depend on what was made before.</summary>
    public IReadOnlyList<StorageElement> Elements
    {
        get
        {
            lock (_gate)
            {
                return [.. Enumerable.Reverse(_elements)];
            }
        }
    }

    public IReadOnlyCollection<string> Groups
    {
        get
        {
            lock (_gate)
            {
                return [.. _groups];
            }
        }
    }

    public void Add(StorageElement element)
    {
        lock (_gate)
        {
            _elements.Add(element);
        }
    }

    public void AddGroups(IEnumerable<string> names)
    {
        lock (_gate)
        {
            _groups.UnionWith(names);
        }
    }

    public void Strike(StorageElement element)
    {
        lock (_gate)
        {
            _elements.Remove(element);
        }
    }

    public void StrikeGroups(IEnumerable<string> names)
    {
        lock (_gate)
        {
            _groups.ExceptWith(names);
        }
    }
}
