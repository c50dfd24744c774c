namespace StorageConnect;

/// <summary>How many clones or snapshots there can be, of one element or on a server.</summary>
public sealed record OscLimit
{
    /// <summary>The queried server.</summary>
    public required string StorageServerName { get; init; }

    /// <summary>The element it applies to, or null for the whole array.</summary>
    public string? StorageElementName { get; init; }

    /// <summary>The number, or null when unlimited.</summary>
    public long? Maximum { get; init; }

    /// <summary>True when there is no limit.</summary>
    public bool Unlimited { get; init; }

    internal static OscLimit From(string server, string? element, long limit) => new()
    {
        StorageServerName = server,
        StorageElementName = element,
        Maximum = limit < 0 ? null : limit,
        Unlimited = limit < 0,
    };
}
