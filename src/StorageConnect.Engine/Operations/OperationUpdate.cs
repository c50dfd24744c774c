namespace StorageConnect.Engine.Operations;

/// <summary>The state of an operation at one moment.</summary>
/// <param name="Id">The operation's id.</param>
/// <param name="Operation">Its record; null when it can't be read.</param>
public sealed record OperationUpdate(string Id, OscOperation? Operation)
{
    /// <summary>The Uuid of the server that it runs on; null where it isn't known.</summary>
    public string? StorageServerUuid { get; init; }

    /// <summary>Why the state is not up to date: the query failed, or the stored record can't be read.</summary>
    public StorageConnectException? Problem { get; init; }

    /// <summary>The estimated remaining time; null when unknown.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>No more updates follow: it has ended, or polling was given up.</summary>
    public bool IsLast { get; init; }
}
