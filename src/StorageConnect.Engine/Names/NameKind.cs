namespace StorageConnect.Engine.Names;

/// <summary>What a known name is the name of.</summary>
public enum NameKind
{
    /// <summary>A LUN or clone.</summary>
    StorageElement,

    /// <summary>A clone that shares blocks; it is known as a storage element, too.</summary>
    SnapClone,

    /// <summary>A snapshot.</summary>
    Snapshot,

    /// <summary>An access group.</summary>
    AccessGroup,

    /// <summary>A quality of service.</summary>
    Qos,
}
