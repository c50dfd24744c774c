namespace StorageConnect.Engine.Operations;

/// <summary>An operation that is polled, with what is known of it. Disposing of it ends its query.</summary>
internal sealed class PolledOperation : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly OperationProgress _progress;
    private readonly PollingSchedule _schedule = new();

    public PolledOperation(StoredOperation operation, TimeProvider clock)
    {
        Operation = operation;
        Update = new(operation.Id, operation.Operation);
        Token = _stop.Token;
        _progress = new(clock);
        _progress.Report(operation.Record.AsyncProgress ?? -1);
    }

    public StoredOperation Operation { get; private set; }

    public List<OperationSubscription> Subscriptions { get; } = [];

    /// <summary>Cancelled when the last subscription has ended.</summary>
    public CancellationToken Token { get; }

    /// <summary>The latest known state.</summary>
    public OperationUpdate Update { get; private set; }

    /// <summary>Takes over the result of a query.</summary>
    /// <returns>The pause before the next query; null when there is none.</returns>
    public TimeSpan? Take(ProgressResult result)
    {
        Operation = result.Operation;
        if (!Operation.HasEnded && result.Problem is null)
        {
            _progress.Report(Operation.Record.AsyncProgress ?? -1);
        }

        var pause = Operation.HasEnded ? null : _schedule.Next(result, _progress.Remaining);
        Update = new(Operation.Id, Operation.HasEnded ? Operation.Operation : Operation.Operation with { PercentComplete = _progress.Percent })
        {
            Problem = result.Problem,
            Remaining = Operation.HasEnded ? null : _progress.Remaining,
            IsLast = pause is null,
        };
        return pause;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
