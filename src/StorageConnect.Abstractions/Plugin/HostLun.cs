namespace StorageConnect;

/// <summary>A LUN behind iSCSI targets, as seen by this host.</summary>
public sealed record HostLun : IExtensibleRecord
{
    /// <summary>Its identity, as in <see cref="StorageElement.Page83Id"/>.</summary>
    public string Page83Id { get; init; } = "";

    /// <summary>Its size in bytes, as the kernel last read it.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Vendor and model from its standard INQUIRY data: <c>LIO-ORG vol1</c>.</summary>
    public string Model { get; init; } = "";

    /// <summary>The targets that show it.</summary>
    public ValueList<string> TargetNames { get; init; } = [];

    /// <summary>Where it is behind those targets.</summary>
    public ValueList<LunAddress> Addresses { get; init; } = [];

    /// <summary>Number of paths.</summary>
    public int Paths { get; init; }

    /// <summary>Number of paths that carry I/O now.</summary>
    public int UsablePaths { get; init; }

    UnknownFields? IExtensibleRecord.Unknown { get; set; }
}
