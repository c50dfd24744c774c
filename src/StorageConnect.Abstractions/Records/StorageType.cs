namespace StorageConnect;

/// <summary>How hosts reach an array's elements (guide: <c>storage_type</c>, <c>storage_types</c>).</summary>
public enum StorageType
{
    /// <summary>Over iSCSI (guide: <c>iSCSIStorage</c>).</summary>
#pragma warning disable IDE1006 // The protocol's own spelling is the name users type and see.
    iSCSI,
#pragma warning restore IDE1006

    /// <summary>Over a storage area network or a local bus; the host does nothing to connect (guide: <c>SANStorage</c>).</summary>
    SAN,
}
