using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Engine.Operations;

/// <summary>Queries the progress of an operation once, and decides what the result means. An end is stored before it is reported.</summary>
internal sealed class ProgressQuery(OperationStore store, Func<string, StorageArray> arrays, TimeProvider clock)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

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
                return new(Store(operation, kept => kept.Complete(answer, clock.GetUtcNow())));
            }

            var now = operation.Advance(answer);
            if (answer.AsyncHandle != operation.Record.AsyncHandle)
            {
                Store(operation, kept => kept with { Record = answer });
            }

            return new(now) { RequestedPause = array.ProgressInterval };
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return ToResult(operation, e as StorageConnectException ?? OperationErrors.OperationFailed(operation.Id, e));
        }
    }

    private async Task<StorageElement> QueryArrayAsync(StorageArray array, StoredOperation operation, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await AskAsync(array, operation, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw OperationErrors.ArrayUnreachable(array.Name, Timeout, operation.Id);
        }
    }

    /// <summary>
    /// An array may forget operations that have ended, and plug-ins of the guide report every other failure as an invalid array. But a pool whose file
    /// system is not mounted gives the same errors while its operations go on. Validate tells the two cases apart.
    /// </summary>
    private static async Task<StorageElement> AskAsync(StorageArray array, StoredOperation operation, CancellationToken cancellationToken)
    {
        try
        {
            return await array.GetAsyncProgressAsync(operation.Record, operation.Operation.Kind, cancellationToken);
        }
        catch (StorageConnectException e)
            when (e is NotFoundException or InvalidStorageArrayException && !e.Retryable && e.Method == GuideMethod.GetAsyncProgress)
        {
            await array.ValidateAsync(cancellationToken);
            throw;
        }
    }

    private ProgressResult ToResult(StoredOperation operation, StorageConnectException error)
    {
        // Another process may have seen its end: some arrays report an end only once.
        var kept = TryLoad(operation.Id);
        if (kept is { HasEnded: true })
        {
            return new(kept);
        }

        if (!IsFinal(error))
        {
            return new(operation) { Problem = error, IsTransient = IsTransient(error) };
        }

        return new(Store(operation, now => now.Stopping || error.ErrorId == "OperationStopped"
            ? now.Stop(clock.GetUtcNow())
            : now.Fail(error, clock.GetUtcNow())));
    }

    /// <summary>
    /// Only the array's own error about the operation ends it: a server that can't be opened or asked here, or that does not answer, says nothing about it.
    /// </summary>
    private static bool IsFinal(StorageConnectException error) =>
        error.Method == GuideMethod.GetAsyncProgress && error is not (AuthenticationFailedException or AccessDeniedException) && !IsTransient(error);

    private static bool IsTransient(StorageConnectException error) => error.Retryable || error is ArrayUnreachableException or PluginFaultException;

    /// <summary>What another process stored first counts. A result that can't be stored is returned all the same.</summary>
    private StoredOperation Store(StoredOperation operation, Func<StoredOperation, StoredOperation> change)
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

/// <summary>The result of one query.</summary>
/// <param name="Operation">The operation as it is known now.</param>
internal sealed record ProgressResult(StoredOperation Operation)
{
    /// <summary>Why nothing newer is known.</summary>
    public StorageConnectException? Problem { get; init; }

    /// <summary>The problem may pass by itself.</summary>
    public bool IsTransient { get; init; }

    /// <summary>The pause that the plug-in asks for; null leaves it to <see cref="PollingSchedule"/>.</summary>
    public TimeSpan? RequestedPause { get; init; }
}
