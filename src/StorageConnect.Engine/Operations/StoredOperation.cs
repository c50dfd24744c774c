namespace StorageConnect.Engine.Operations;

/// <summary>What is kept of an operation: all that another process needs to go on following it. Plain data, no secrets.</summary>
/// <param name="Operation">The record as users see it.</param>
/// <param name="ServerUuid">The server it runs on.</param>
/// <param name="Record">The plug-in's last answer with its handle: the next question is put with it.</param>
/// <param name="Stopping">Somebody asked the array to stop it: if it fails now, that is why.</param>
internal sealed record StoredOperation(OscOperation Operation, string ServerUuid, StorageElement Record, bool Stopping = false)
{
    public string Id => Operation.Id;

    public bool HasEnded => Operation.State != OscOperationState.Running;

    /// <summary>With an answer that isn't the last.</summary>
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
