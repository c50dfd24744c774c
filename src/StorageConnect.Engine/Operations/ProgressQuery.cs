namespace StorageConnect.Engine.Operations;

/// <summary>Puts one question after an operation to its array, and decides what the answer means. An end is kept before anybody hears of it.</summary>
internal sealed class ProgressQuery(OperationStore store, Func<string, StorageArray> arrays, TimeProvider clock)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    public async Task<ProgressResult> QueryAsync(StoredOperation operation, CancellationToken cancellationToken)
    {
        if (operation.HasEnded)
        {
            return new(operation);
        }

        StorageArray? array = null;
        try
        {
            array = arrays(operation.ServerUuid);
            var answer = await QueryArrayAsync(array, operation, cancellationToken);
            if (answer.AsyncProgress is null)
            {
                return new(Keep(operation, kept => kept.Complete(answer, clock.GetUtcNow())));
            }

            var now = operation.Advance(answer);
            if (answer.AsyncHandle != operation.Record.AsyncHandle)
            {
                Keep(operation, kept => kept with { Record = answer });
            }

            return new(now) { Pause = array.ProgressInterval };
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return Judge(operation, e as StorageConnectException ?? OperationErrors.OperationFailed(operation.Id, e));
        }
    }

    private async Task<StorageElement> QueryArrayAsync(StorageArray array, StoredOperation operation, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await array.GetAsyncProgressAsync(operation.Record, operation.Operation.Kind, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw OperationErrors.ArrayUnreachable(array.Name, Deadline, operation.Id);
        }
    }

    private ProgressResult Judge(StoredOperation operation, StorageConnectException error)
    {
        // Another process may have seen its end: arrays forget what they were asked about once.
        var kept = TryLoad(operation.Id);
        if (kept is { HasEnded: true })
        {
            return new(kept);
        }

        if (!EndsIt(error))
        {
            return new(operation) { Problem = error, IsTransient = IsTransient(error) };
        }

        return new(Keep(operation, now => now.Stopping || error.ErrorId == "OperationStopped"
            ? now.Stop(clock.GetUtcNow())
            : now.Fail(error, clock.GetUtcNow())));
    }

    /// <summary>
    /// Only the array's own word ends an operation: a server that can't be opened here, or that does not answer, says nothing about it.
    /// </summary>
    private static bool EndsIt(StorageConnectException error) =>
        error.Method == GuideMethod.GetAsyncProgress && error is not AuthenticationFailedException && !IsTransient(error);

    private static bool IsTransient(StorageConnectException error) => error.Retryable || error is ArrayUnreachableException or PluginFaultException;

    /// <summary>Another process may have been quicker: then what it kept counts. What can't be kept is true all the same.</summary>
    private StoredOperation Keep(StoredOperation operation, Func<StoredOperation, StoredOperation> change)
    {
        try
        {
            return store.Update(operation.Id, change) ?? change(operation);
        }
        catch (StorageConnectException)
        {
            return change(operation);
        }
    }

    private StoredOperation? TryLoad(string id)
    {
        try
        {
            return store.TryLoad(id);
        }
        catch (DataCorruptException)
        {
            return null;
        }
    }
}

/// <summary>What came of a question.</summary>
/// <param name="Operation">The operation as it is known now.</param>
internal sealed record ProgressResult(StoredOperation Operation)
{
    /// <summary>Why it isn't known better.</summary>
    public StorageConnectException? Problem { get; init; }

    /// <summary>The problem may pass by itself.</summary>
    public bool IsTransient { get; init; }

    /// <summary>The plug-in's wish for the next question.</summary>
    public TimeSpan? Pause { get; init; }
}
