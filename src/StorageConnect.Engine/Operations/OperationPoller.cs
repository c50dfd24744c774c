using System.Collections.Concurrent;
using StorageConnect.Linux.Tracing;

namespace StorageConnect.Engine.Operations;

/// <summary>
/// Polls the operations with subscriptions: a loop per operation, at most four queries per server at a time. The loop of an operation ends with
/// the operation, or with its last subscription.
/// </summary>
internal sealed class OperationPoller(Func<StoredOperation, CancellationToken, Task<ProgressResult>> query, TimeProvider clock)
{
    // A slow array must not delay the others, nor get two hundred queries at once.
    private const int QueriesPerServer = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, PolledOperation> _polled = [];
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _servers = new();
    private int _loops;

    /// <summary>How many operations are polled.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _polled.Count;
            }
        }
    }

    /// <summary>False when nothing at all is left: no timer, no query.</summary>
    public bool IsBusy => Volatile.Read(ref _loops) > 0;

    /// <summary>Polls an operation for a subscription, which gets the known state at once.</summary>
    public void Subscribe(StoredOperation operation, OperationSubscription subscription)
    {
        lock (_lock)
        {
            if (!_polled.TryGetValue(operation.Id, out var polled))
            {
                polled = new(operation, clock);
                _polled.Add(operation.Id, polled);
                Interlocked.Increment(ref _loops);
                var pause = Delay(FirstPause(operation), polled.Token);
                _ = Task.Run(() => PollAsync(polled, pause));
            }

            polled.Subscriptions.Add(subscription);
            subscription.Publish(polled.Update);
        }
    }

    /// <summary>Ends a subscription's interest in an operation.</summary>
    public void Unsubscribe(string id, OperationSubscription subscription)
    {
        PolledOperation? abandoned = null;
        lock (_lock)
        {
            if (_polled.TryGetValue(id, out var polled) && polled.Subscriptions.Remove(subscription) && polled.Subscriptions.Count == 0)
            {
                _polled.Remove(id);
                abandoned = polled;
            }
        }

        // Not under the lock: the plug-in's cancellation callbacks run here.
        abandoned?.Dispose();
    }

    private async Task PollAsync(PolledOperation polled, Task? pause)
    {
        try
        {
            while (pause is not null)
            {
                await pause;
                pause = Publish(polled, await QueryAsync(polled));
            }
        }
        catch (OperationCanceledException)
        {
            // The last subscription has ended.
        }
        finally
        {
            Interlocked.Decrement(ref _loops);
        }
    }

    private async Task<ProgressResult> QueryAsync(PolledOperation polled)
    {
        var server = _servers.GetOrAdd(polled.Operation.ServerUuid, static _ => new(QueriesPerServer, QueriesPerServer));
        await server.WaitAsync(polled.Token);
        try
        {
            return await query(polled.Operation, polled.Token);
        }
        finally
        {
            server.Release();
        }
    }

    /// <summary>Publishes a result to the subscriptions.</summary>
    /// <returns>The pause before the next query, already begun; null when this was the last.</returns>
    private Task? Publish(PolledOperation polled, ProgressResult result)
    {
        Task? pause = null;
        lock (_lock)
        {
            if (polled.Take(result) is { } wait)
            {
                var interval = polled.Subscriptions.Select(subscription => subscription.PollInterval).DefaultIfEmpty().Min();
                wait = wait > interval ? wait : interval;
                Trace(polled, wait);
                pause = Delay(wait, polled.Token);
            }
            else if (_polled.GetValueOrDefault(polled.Operation.Id) == polled)
            {
                _polled.Remove(polled.Operation.Id);
            }
            else
            {
                return null; // Its last subscription has just ended, which disposes it.
            }

            foreach (var subscription in polled.Subscriptions)
            {
                subscription.Publish(polled.Update);
            }
        }

        if (pause is null)
        {
            polled.Dispose();
        }

        return pause;
    }

    private static void Trace(PolledOperation polled, TimeSpan pause)
    {
        var operation = polled.Operation.Operation;
        if (polled.Update.Problem is { } problem)
        {
            Tracer.Verbose($"{operation.StorageServerName}: {operation.Kind} '{operation.Target}', retry in {pause.TotalMilliseconds:0} ms: {problem.Message}");
        }
        else
        {
            var percent = polled.Update.Operation?.PercentComplete ?? -1;
            Tracer.Debug($"{operation.StorageServerName}: {operation.Kind} '{operation.Target}' at {percent} %, poll in {pause.TotalMilliseconds:0} ms");
        }
    }

    /// <summary>A new operation has no progress yet; a resumed one is queried at once.</summary>
    private TimeSpan FirstPause(StoredOperation operation)
    {
        var age = clock.GetUtcNow() - operation.Operation.StartedAt;
        return age >= TimeSpan.Zero && age < PollingSchedule.First ? PollingSchedule.First - age : TimeSpan.Zero;
    }

    private Task Delay(TimeSpan pause, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds)), clock, cancellationToken);
}
