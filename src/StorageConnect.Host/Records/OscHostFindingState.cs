namespace StorageConnect;

/// <summary>The result of a check.</summary>
public enum OscHostFindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, with a risk.</summary>
    Warning,

    /// <summary>Without a change, arrays can't be used.</summary>
    Error,
}
