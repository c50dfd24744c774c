namespace StorageConnect;

/// <summary>What a storage element is (guide: <c>se_type</c>).</summary>
public enum StorageElementType
{
    /// <summary>A volume that stands by itself; a full copy is one at once (guide: <c>LUNType</c>).</summary>
    Lun,

    /// <summary>A clone that shares blocks with its source, until it is split (guide: <c>SnapCloneType</c>).</summary>
    SnapClone,

    /// <summary>A frozen state of one element or of several. Never returned by <c>list</c>.</summary>
    Snapshot,
}
