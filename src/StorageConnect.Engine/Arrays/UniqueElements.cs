using StorageConnect.Engine.Results;

namespace StorageConnect.Engine.Arrays;

/// <summary>
/// Finds elements that a listing returns twice. The same element twice, as from overlapping pages, is dropped. Two elements with one Uuid are a fault
/// of the plug-in, because callers could not distinguish them.
/// </summary>
internal sealed class UniqueElements
{
    // Small enough to be no large object.
    private const int MostInATable = 1500;
    private readonly Dictionary<string, int> _odd = new(StringComparer.Ordinal);

    // Numbers in place of texts: a listing of a million elements must not keep a million texts alive. Many tables in place of a large one: that would be
    // copied each time it grows, and its copies stay until a full collection.
    private Dictionary<Guid, int>[] _tables = [[]];
    private int _count;

    /// <returns>True when the element is the first of its Uuid.</returns>
    /// <param name="element">The next element of the listing.</param>
    /// <param name="problem">Why it can't be in the same listing as an earlier one.</param>
    [Rule(11, "list returns each element once, and no two elements with one Uuid.", "list()")]
    public bool TryAdd(StorageElement element, out string? problem)
    {
        problem = null;
        var name = element.Name.GetHashCode(StringComparison.Ordinal);
        var isFirst = Guid.TryParseExact(element.Uuid, "N", out var key)
            ? TryAdd(key, name, out var known)
            : TryAdd(_odd, element.Uuid, name, out known);
        if (!isFirst && known != name)
        {
            problem = Problem(element);
        }

        return isFirst;
    }

    /// <summary>What is wrong with an element whose Uuid another one has.</summary>
    public static string Problem(StorageElement element) =>
        $"it returned two elements with the uuid '{UntrustedText.Quote(element.Uuid)}', one of them '{UntrustedText.Quote(element.Name)}'";

    private bool TryAdd(Guid key, int name, out int known)
    {
        if (!TryAdd(TableOf(_tables, key), key, name, out known))
        {
            return false;
        }

        if (++_count > _tables.Length * MostInATable)
        {
            Spread();
        }

        return true;
    }

    private void Spread()
    {
        var tables = new Dictionary<Guid, int>[4 * _tables.Length];
        for (var i = 0; i < tables.Length; i++)
        {
            tables[i] = [];
        }

        foreach (var (key, name) in _tables.SelectMany(table => table))
        {
            TableOf(tables, key).Add(key, name);
        }

        _tables = tables;
    }

    private static Dictionary<Guid, int> TableOf(Dictionary<Guid, int>[] tables, Guid key) => tables[(uint)key.GetHashCode() % (uint)tables.Length];

    private static bool TryAdd<TKey>(Dictionary<TKey, int> names, TKey key, int name, out int known)
        where TKey : notnull
    {
        if (names.TryGetValue(key, out known))
        {
            return false;
        }

        names.Add(key, name);
        return true;
    }
}
