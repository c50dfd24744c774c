namespace StorageConnect.Engine.Operations;

/// <summary>The stored form of an operation: all that another process needs to poll it. Plain data, no secrets.</summary>
/// <param name="Operation">The record as users see it.</param>
/// <param name="ServerUuid">The server it runs on.</param>
/// <param name="Record">The plug-in's last result with its handle, for the next query.</param>
/// <param name="Stopping">The array is asked to stop it: a failure now means that it was stopped.</param>
internal sealed record StoredOperation(OscOperation Operation, string ServerUuid, StorageElement Record, bool Stopping = false)
{
    public string Id => Operation.Id;

    public bool HasEnded => Operation.State != OscOperationState.Running;

    /// <summary>With the result of a query while it runs.</summary>
    public StoredOperation Advance(StorageElement answer) => this with
    {
        Record = answer,
        Operation = Operation with { PercentComplete = answer.AsyncProgress >= 0 ? answer.AsyncProgress : Operation.PercentComplete },
    };

    public StoredOperation Complete(StorageElement result, DateTimeOffset now) => this with
    {
        Record = result,
        Operation = Operation with { State = OscOperationState.Completed, PercentComplete = 100, EndedAt = now, Result = result },
    };

    public StoredOperation Fail(StorageConnectException error, DateTimeOffset now) => this with
    {
        Operation = Operation with { State = OscOperationState.Failed, EndedAt = now, Error = OscOperationError.From(error) },
    };

    public StoredOperation Stop(DateTimeOffset now) => this with
    {
        Operation = Operation with { State = OscOperationState.Stopped, EndedAt = now },
    };
}
