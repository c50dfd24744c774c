using System.Text.Json;

namespace StorageConnect;

/// <summary>A record that carries the fields of its JSON that this version doesn't know.</summary>
internal interface IExtensibleRecord
{
    /// <summary>The unknown fields; null when there are none.</summary>
    UnknownFields? Unknown { get; set; }
}

/// <summary>Fields of a record's JSON that this version doesn't know; equal when they have the same names and texts.</summary>
internal sealed class UnknownFields(Dictionary<string, JsonElement> values) : IEquatable<UnknownFields>
{
    public Dictionary<string, JsonElement> Values { get; } = values;

    public bool Equals(UnknownFields? other) =>
        other is not null
        && other.Values.Count == Values.Count
        && Values.All(field => other.Values.TryGetValue(field.Key, out var value) && JsonElement.DeepEquals(field.Value, value));

    public override bool Equals(object? obj) => Equals(obj as UnknownFields);

    public override int GetHashCode() => Values.Keys.Aggregate(Values.Count, static (hash, name) => hash ^ name.GetHashCode(StringComparison.Ordinal));
}
