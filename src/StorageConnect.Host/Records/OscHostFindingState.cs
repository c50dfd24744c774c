namespace StorageConnect;

/// <summary>How something that was checked is.</summary>
public enum OscHostFindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, and can lead to trouble.</summary>
    Warning,

    /// <summary>Without a change, arrays can't be used.</summary>
    Error,
}
