namespace StorageConnect;

/// <summary>A LUN behind iSCSI targets, as this host sees it.</summary>
public sealed record HostLun : IExtensibleRecord
{
    /// <summary>Its identity, as in <see cref="StorageElement.Page83Id"/>.</summary>
    public string Page83Id { get; init; } = "";

    /// <summary>Its size in bytes, as the kernel last read it.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Who made it and what it is, in the words of its standard inquiry: <c>LIO-ORG vol1</c>.</summary>
    public string Model { get; init; } = "";

    /// <summary>The targets it is behind.</summary>
    public ValueList<string> TargetNames { get; init; } = [];

    /// <summary>How many ways lead to it.</summary>
    public int Paths { get; init; }

    /// <summary>How many of them carry I/O at this moment.</summary>
    public int UsablePaths { get; init; }

    UnknownFields? IExtensibleRecord.Unknown { get; set; }
}
