namespace StorageConnect;

/// <summary>The status of an array or of an element, in the array's own words.</summary>
public sealed record OscStatus
{
    /// <summary>The server asked.</summary>
    public required string StorageServerName { get; init; }

    /// <summary>The element, or null for the array itself.</summary>
    public string? StorageElementName { get; init; }

    /// <summary>The status.</summary>
    public required string Status { get; init; }
}
