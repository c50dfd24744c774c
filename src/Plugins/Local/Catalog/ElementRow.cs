namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>An element's row in the database.</summary>
internal sealed record ElementRow
{
    public long Id { get; init; }

    public required string Uuid { get; init; }

    public required string Name { get; init; }

    public required StorageElementType Type { get; init; }

    public required long Size { get; init; }

    /// <summary>Null for a snapshot: snapshots are not presented.</summary>
    public string? Page83Id { get; init; }

    public required string Qos { get; init; }

    public required bool Thin { get; init; }

    public required bool Online { get; init; }

    /// <summary>True for a clone, sharing blocks or a full copy, until it is split.</summary>
    public bool IsClone { get; init; }

    /// <summary>False while a job copies it.</summary>
    public bool Ready { get; init; } = true;

    public required DateTimeOffset Created { get; init; }

    public ValueList<string> Groups { get; init; } = [];

    /// <summary>Its sources: of a clone the element or snapshot, of a snapshot its members.</summary>
    public ValueList<string> Sources { get; init; } = [];

    /// <summary>The names of the sources; empty for one that is gone.</summary>
    public ValueList<string> SourceNames { get; init; } = [];

    public bool IsSnapshot => Type == StorageElementType.Snapshot;
}

/// <summary>One source of an element.</summary>
/// <param name="Uuid">The source element or snapshot.</param>
/// <param name="Origin">The element whose data it has: of a snapshot's clone the member.</param>
internal readonly record struct Source(string Uuid, string Origin);
