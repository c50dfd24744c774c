namespace StorageConnect;

/// <summary>The outcome of validating a registered server.</summary>
public sealed record OscServerTest
{
    /// <summary>The server tested.</summary>
    public required string StorageServerName { get; init; }

    /// <summary>True when it is usable.</summary>
    public bool Passed { get; init; }

    /// <summary>The error's id, or null.</summary>
    public string? ErrorId { get; init; }

    /// <summary>Why it isn't usable, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>What to do about it, or null.</summary>
    public string? Recommendation { get; init; }
}
