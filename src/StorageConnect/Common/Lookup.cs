namespace StorageConnect.Commands;

/// <summary>One search of a Get cmdlet: by name, or by an identity where one is given, narrowed by names.</summary>
/// <param name="Names">The names, one of which it must have.</param>
internal sealed record Lookup(IReadOnlyList<NamePattern> Names)
{
    /// <summary>Its Uuid; null for any.</summary>
    public string? Uuid { get; init; }

    /// <summary>Its page 0x83 identity, in each possible spelling; null for any.</summary>
    public Page83Text? Page83Id { get; init; }

    /// <summary>The name, if it is the only one.</summary>
    public NamePattern? Name => Names is [var only] ? only : null;

    /// <summary>The name that must exist, for errors; null where nothing must.</summary>
    public string? Literal => Uuid ?? Page83Id?.Text ?? Name?.Literal;

    /// <summary>Whether an element matches.</summary>
    public bool Matches(string name) => Names.Any(filter => filter.Matches(name));

    /// <summary>Whether an element matches.</summary>
    public bool Matches(StorageElement element) =>
        Matches(element.Name) && (Uuid is null || element.Uuid == Uuid) && (Page83Id is null || Page83Id.Means(element.Page83Id));
}
