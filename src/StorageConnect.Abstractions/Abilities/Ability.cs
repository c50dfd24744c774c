namespace StorageConnect;

/// <summary>How far a plug-in or an array supports a feature (guide: <c>ABILITY_TYPES</c>).</summary>
public enum Ability
{
    /// <summary>Not given: the same as a missing key.</summary>
    Invalid,

    /// <summary>Not supported, or the licence expired.</summary>
    Unsupported,

    /// <summary>Yes.</summary>
    Yes,

    /// <summary>No.</summary>
    No,

    /// <summary>Supported at any time.</summary>
    Online,

    /// <summary>Supported while the element is offline.</summary>
    Offline,
}
