namespace StorageConnect;

/// <summary>One thing that was checked of this host.</summary>
public sealed record OscHostFinding
{
    /// <summary>What was checked.</summary>
    public string Check { get; init; } = "";

    /// <summary>How it is.</summary>
    public OscHostFindingState State { get; init; }

    /// <summary>What was found.</summary>
    public string Finding { get; init; } = "";

    /// <summary>What to do about it; null where nothing is.</summary>
    public string? SuggestedAction { get; init; }
}
