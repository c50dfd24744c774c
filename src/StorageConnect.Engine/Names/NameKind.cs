namespace StorageConnect.Engine.Names;

/// <summary>The kind of object that has a known name.</summary>
public enum NameKind
{
    /// <summary>A LUN or clone.</summary>
    StorageElement,

    /// <summary>A clone that shares blocks; it counts as a storage element, too.</summary>
    SnapClone,

    /// <summary>A snapshot.</summary>
    Snapshot,

    /// <summary>An access group.</summary>
    AccessGroup,

    /// <summary>A quality of service.</summary>
    Qos,
}
