namespace StorageConnect;

/// <summary>The result of one check of this host.</summary>
public sealed record OscHostFinding
{
    /// <summary>What was checked.</summary>
    public string Check { get; init; } = "";

    /// <summary>The result.</summary>
    public OscHostFindingState State { get; init; }

    /// <summary>What was found.</summary>
    public string Finding { get; init; } = "";

    /// <summary>What to do about it; null where nothing is to do.</summary>
    public string? SuggestedAction { get; init; }
}
