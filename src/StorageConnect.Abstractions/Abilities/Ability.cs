namespace StorageConnect;

/// <summary>How far a plug-in or an array can do something (guide: <c>ABILITY_TYPES</c>).</summary>
public enum Ability
{
    /// <summary>Not told: the same as a missing key.</summary>
    Invalid,

    /// <summary>It can't, or its licence expired.</summary>
    Unsupported,

    /// <summary>Yes.</summary>
    Yes,

    /// <summary>No.</summary>
    No,

    /// <summary>It can, at any time.</summary>
    Online,

    /// <summary>It can, while the element is offline.</summary>
    Offline,
}
