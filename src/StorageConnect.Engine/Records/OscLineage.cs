namespace StorageConnect;

/// <summary>One member of a family of elements: its sources, its copies, and the elements it shares blocks with.</summary>
public sealed record OscLineage
{
    /// <summary>The element's name.</summary>
    public required string Name { get; init; }

    /// <summary>The element's Uuid.</summary>
    public required string Uuid { get; init; }

    /// <summary>LUN, clone that shares blocks, or snapshot.</summary>
    public StorageElementType Type { get; init; }

    /// <summary>Its size in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>The Uuid of its server.</summary>
    public required string StorageServerUuid { get; init; }

    /// <summary>The name of its server.</summary>
    public required string StorageServerName { get; init; }

    /// <summary>How many generations it is below the oldest existing one.</summary>
    public int Depth { get; init; }

    /// <summary>The name with the branches of the tree, as the table shows it.</summary>
    public required string Tree { get; init; }

    /// <summary>The names of its sources; for those that are gone the Uuid in brackets.</summary>
    public ValueList<string> Sources { get; init; } = [];

    /// <summary>The names of its snapshots.</summary>
    public ValueList<string> Snapshots { get; init; } = [];

    /// <summary>The names of its clones.</summary>
    public ValueList<string> Clones { get; init; } = [];

    /// <summary>The names of the elements it shares blocks with, as reported: clones that are not split, and their sources.</summary>
    public ValueList<string> SharesBlocksWith { get; init; } = [];

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
