namespace StorageConnect;

/// <summary>The guide's ability keys whose value is an <see cref="Ability"/>, in the guide's order.</summary>
public enum AbilityKey
{
    /// <summary>Guide: <c>snapshot</c>. See <see cref="Capabilities.Snapshot"/>.</summary>
    Snapshot,

    /// <summary>Guide: <c>custom_snap_name</c>. See <see cref="Capabilities.CustomSnapName"/>.</summary>
    CustomSnapName,

    /// <summary>Guide: <c>snap_is_sync</c>. See <see cref="Capabilities.SnapIsSync"/>.</summary>
    SnapIsSync,

    /// <summary>Guide: <c>clone</c>. See <see cref="Capabilities.Clone"/>.</summary>
    Clone,

    /// <summary>Guide: <c>custom_clone_name</c>. See <see cref="Capabilities.CustomCloneName"/>.</summary>
    CustomCloneName,

    /// <summary>Guide: <c>clone_is_sync</c>. See <see cref="Capabilities.CloneIsSync"/>.</summary>
    CloneIsSync,

    /// <summary>Guide: <c>resize</c>. See <see cref="Capabilities.Resize"/>.</summary>
    Resize,

    /// <summary>Guide: <c>resize_is_sync</c>. See <see cref="Capabilities.ResizeIsSync"/>.</summary>
    ResizeIsSync,

    /// <summary>Guide: <c>splitclone</c>. See <see cref="Capabilities.SplitClone"/>.</summary>
    SplitClone,

    /// <summary>Guide: <c>splitclone_is_sync</c>. See <see cref="Capabilities.SplitCloneIsSync"/>.</summary>
    SplitCloneIsSync,

    /// <summary>Guide: <c>splitclone_while_open</c>. See <see cref="Capabilities.SplitCloneWhileOpen"/>.</summary>
    SplitCloneWhileOpen,

    /// <summary>Guide: <c>snapclone</c>. See <see cref="Capabilities.SnapClone"/>.</summary>
    SnapClone,

    /// <summary>Guide: <c>snapclone_is_sync</c>. See <see cref="Capabilities.SnapCloneIsSync"/>.</summary>
    SnapCloneIsSync,

    /// <summary>Guide: <c>require_storage_name</c>. See <see cref="Capabilities.RequireStorageName"/>.</summary>
    RequireStorageName,

    /// <summary>Guide: <c>access_control</c>. See <see cref="Capabilities.AccessControl"/>.</summary>
    AccessControl,
}
