namespace StorageConnect;

/// <summary>Whether a path carries I/O.</summary>
public enum OscPathState
{
    /// <summary>Not known yet.</summary>
    Unknown,

    /// <summary>It does, or can at any moment.</summary>
    Active,

    /// <summary>It can, and the array prefers others (a passive controller).</summary>
    Standby,

    /// <summary>It doesn't.</summary>
    Failed,
}
