namespace StorageConnect;

/// <summary>Whether a path carries I/O.</summary>
public enum OscPathState
{
    /// <summary>Nobody can tell yet.</summary>
    Unknown,

    /// <summary>It does, or may at any moment.</summary>
    Active,

    /// <summary>It could, and the array would rather have it otherwise (a passive controller).</summary>
    Standby,

    /// <summary>It doesn't.</summary>
    Failed,
}
