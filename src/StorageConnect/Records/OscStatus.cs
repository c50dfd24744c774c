namespace StorageConnect;

/// <summary>The status of an array or of an element, as text of the array.</summary>
public sealed record OscStatus
{
    /// <summary>The queried server.</summary>
    public required string StorageServerName { get; init; }

    /// <summary>The element, or null for the array itself.</summary>
    public string? StorageElementName { get; init; }

    /// <summary>The status.</summary>
    public required string Status { get; init; }
}
