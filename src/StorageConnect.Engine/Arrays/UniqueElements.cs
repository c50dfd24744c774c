using System.Globalization;
using StorageConnect.Engine.Results;

namespace StorageConnect.Engine.Arrays;

/// <summary>
/// Finds elements that a listing returns twice. The same element twice, as from overlapping pages, is dropped. Two elements with one Uuid are a fault
/// of the plug-in, because callers could not distinguish them.
/// </summary>
internal sealed class UniqueElements
{
    // Numbers in place of texts: a listing of a million elements must not keep a million texts alive.
    private readonly Dictionary<UInt128, int> _names = [];
    private readonly Dictionary<string, int> _odd = new(StringComparer.Ordinal);

    /// <returns>True when the element is the first of its Uuid.</returns>
    /// <param name="element">The next element of the listing.</param>
    /// <param name="problem">Why it can't be in the same listing as an earlier one.</param>
    [Rule(11, "list returns each element once, and no two elements with one Uuid.", "list()")]
    public bool TryAdd(StorageElement element, out string? problem)
    {
        problem = null;
        var name = element.Name.GetHashCode(StringComparison.Ordinal);
        var isFirst = element.Uuid.Length == 32 && UInt128.TryParse(element.Uuid, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? TryAdd(_names, number, name, out var known)
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
