using System.Collections;
using System.Runtime.CompilerServices;

namespace StorageConnect;

/// <summary>An immutable list that compares by its items, so that records which hold one compare by value.</summary>
/// <remarks>
/// <para>Write one as a collection expression: <c>Entries = ["iqn.2001-04.com.example:a"]</c>.</para>
/// <para>It is an <see cref="IList"/> too, a read-only one, because that is what PowerShell takes for a list: for the empty one to be false, and for
/// a list of names to bind to a parameter that takes several.</para>
/// </remarks>
/// <typeparam name="T">What it holds.</typeparam>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
public sealed class ValueList<T> : IReadOnlyList<T>, IList, IEquatable<ValueList<T>>
{
    private readonly T[] _items;

    internal ValueList(T[] items) => _items = items;

    internal static ValueList<T> Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _items.Length;

    bool IList.IsFixedSize => true;

    bool IList.IsReadOnly => true;

    bool ICollection.IsSynchronized => false;

    object ICollection.SyncRoot => this;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    object? IList.this[int index]
    {
        get => _items[index];
        set => throw ReadOnly();
    }

    /// <inheritdoc/>
    public bool Equals(ValueList<T>? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in _items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <summary>The items, separated by a comma and a space.</summary>
    public override string ToString() => string.Join(", ", _items);

    int IList.Add(object? value) => throw ReadOnly();

    void IList.Clear() => throw ReadOnly();

    void IList.Insert(int index, object? value) => throw ReadOnly();

    void IList.Remove(object? value) => throw ReadOnly();

    void IList.RemoveAt(int index) => throw ReadOnly();

    bool IList.Contains(object? value) => ((IList)_items).Contains(value);

    int IList.IndexOf(object? value) => ((IList)_items).IndexOf(value);

    void ICollection.CopyTo(Array array, int index) => _items.CopyTo(array, index);

    private static NotSupportedException ReadOnly() => new("The lists in records can't be changed; make a changed copy of the record.");
}

/// <summary>Makes <see cref="ValueList{T}"/>s.</summary>
public static class ValueList
{
    /// <summary>A list of <paramref name="items"/>, in their order; null gives an empty list.</summary>
    public static ValueList<T> ToValueList<T>(this IEnumerable<T>? items) =>
        items switch
        {
            null => ValueList<T>.Empty,
            ValueList<T> list => list,
            _ => items.ToArray() is { Length: > 0 } array ? new(array) : ValueList<T>.Empty,
        };

    /// <summary>A list of <paramref name="items"/>, in their order.</summary>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? ValueList<T>.Empty : new(items.ToArray());
}
