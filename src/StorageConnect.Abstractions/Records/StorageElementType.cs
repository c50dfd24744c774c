namespace StorageConnect;

/// <summary>What a storage element is (guide: <c>se_type</c>).</summary>
public enum StorageElementType
{
    /// <summary>An independent volume; a full copy is a LUN from the start (guide: <c>LUNType</c>).</summary>
    Lun,

    /// <summary>A clone that shares blocks with its source, until it is split (guide: <c>SnapCloneType</c>).</summary>
    SnapClone,

    /// <summary>A frozen state of one element or of several. Never returned by <c>list</c>.</summary>
    Snapshot,
}
