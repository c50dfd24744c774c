namespace StorageConnect.Engine;

/// <summary>What is known of an operation at a moment.</summary>
/// <param name="Id">Which operation.</param>
/// <param name="Operation">Its record; null when it can't be read.</param>
public sealed record OperationUpdate(string Id, OscOperation? Operation)
{
    /// <summary>Why nothing newer is known: the array couldn't be asked, or the record can't be read.</summary>
    public StorageConnectException? Problem { get; init; }

    /// <summary>The time it will still take, if that can be told.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>Nobody asks any more: it ended, or asking is in vain.</summary>
    public bool IsLast { get; init; }
}
