namespace StorageConnect;

/// <summary>Which elements a caller of <c>list</c> wants.</summary>
/// <remarks>
/// <see cref="Types"/> is the guide's <c>se_type</c> and binds. The rest are hints: a plug-in that can look them up fast
/// returns only what matches, one that can't returns everything; the engine filters again in any case. Several hints
/// must all match.
/// </remarks>
public sealed record StorageElementFilter : IExtensibleRecord
{
    /// <summary>What <c>list</c> returns when nothing is asked for: LUNs and clones.</summary>
    public static ValueList<StorageElementType> DefaultTypes { get; } = [StorageElementType.Lun, StorageElementType.SnapClone];

    /// <summary>The types wanted; never <see cref="StorageElementType.Snapshot"/> (guide: <c>se_type</c>).</summary>
    public ValueList<StorageElementType> Types { get; init; } = DefaultTypes;

    /// <summary>Only the element of this identity.</summary>
    public string? Uuid { get; init; }

    /// <summary>Only the element of exactly this name, case-sensitive.</summary>
    public string? Name { get; init; }

    /// <summary>Only elements whose name begins so, ignoring case (a wildcard's fixed part).</summary>
    public string? NamePrefix { get; init; }

    /// <summary>Only the element of this page 0x83 identity.</summary>
    public string? Page83Id { get; init; }

    UnknownFields? IExtensibleRecord.Unknown { get; set; }
}
