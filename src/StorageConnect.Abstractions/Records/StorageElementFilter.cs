namespace StorageConnect;

/// <summary>Selects the elements that <c>list</c> returns.</summary>
/// <remarks>
/// <see cref="Types"/> is the guide's <c>se_type</c> and is required. The rest are hints: a plug-in with an index returns only what matches, others return
/// everything. The engine
/// filters again. All hints must match.
/// </remarks>
public sealed record StorageElementFilter : IExtensibleRecord
{
    /// <summary>The default: LUNs and clones.</summary>
    public static ValueList<StorageElementType> DefaultTypes { get; } = [StorageElementType.Lun, StorageElementType.SnapClone];

    /// <summary>The types; never <see cref="StorageElementType.Snapshot"/> (guide: <c>se_type</c>).</summary>
    public ValueList<StorageElementType> Types { get; init; } = DefaultTypes;

    /// <summary>Only the element of this identity.</summary>
    public string? Uuid { get; init; }

    /// <summary>Only the element of exactly this name, case-sensitive.</summary>
    public string? Name { get; init; }

    /// <summary>Only elements whose name begins so, ignoring case (a wildcard's fixed part).</summary>
    public string? NamePrefix { get; init; }

    /// <summary>Only elements whose name ends so, ignoring case (a wildcard's fixed end).</summary>
    public string? NameSuffix { get; init; }

    /// <summary>Only the element of this page 0x83 identity.</summary>
    public string? Page83Id { get; init; }

    UnknownFields? IExtensibleRecord.Unknown { get; set; }
}
