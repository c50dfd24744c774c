namespace StorageConnect.Engine.Operations;

/// <summary>
/// Asks after all operations that somebody waits for: one timer, set to whatever is due next, and a few questions under way per server. An
/// operation that nobody waits for any more is not asked after, and with the last one the timer goes, too.
/// </summary>
internal sealed class OperationPoller(Func<StoredOperation, CancellationToken, Task<ProgressResult>> ask, TimeProvider clock)
{
    // A slow array must not keep the others waiting, nor meet two hundred questions at once.
    private const int AtOncePerServer = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Polled> _polled = [];
    private readonly PriorityQueue<Polled, TimeSpan> _due = new();
    private readonly Dictionary<string, Lane> _lanes = [];
    private readonly long _origin = clock.GetTimestamp();
    private ITimer? _timer;

    /// <summary>How many operations are asked after.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _polled.Count;
            }
        }
    }

    /// <summary>False when nothing at all is left: no timer, no question.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_gate)
            {
                return _timer is not null || _lanes.Count > 0;
            }
        }
    }

    private TimeSpan Now => clock.GetElapsedTime(_origin);

    public void Subscribe(StoredOperation operation, OperationSubscription subscription)
    {
        lock (_gate)
        {
            if (!_polled.TryGetValue(operation.Id, out var polled))
            {
                polled = new(operation, clock);
                _polled.Add(operation.Id, polled);
                _due.Enqueue(polled, Now + FirstPause(operation));
            }

            polled.Subscriptions.Add(subscription);
            subscription.Publish(polled.Update);
            Pump();
        }
    }

    public void Unsubscribe(string id, OperationSubscription subscription)
    {
        Polled? left = null;
        lock (_gate)
        {
            if (_polled.TryGetValue(id, out var polled) && polled.Subscriptions.Remove(subscription) && polled.Subscriptions.Count == 0)
            {
                left = polled;
                End(polled);
                Pump();
            }
        }

        // Not under the lock: what the plug-in has hung on the token runs here.
        left?.Dispose();
    }

    /// <summary>Asked too soon after it began, an array has nothing to tell; one that is taken up again has.</summary>
    private TimeSpan FirstPause(StoredOperation operation)
    {
        var age = clock.GetUtcNow() - operation.Operation.StartedAt;
        return age >= TimeSpan.Zero && age < PollingSchedule.First ? PollingSchedule.First - age : TimeSpan.Zero;
    }

    /// <summary>Puts the questions that are due, and sets the timer to the next. Under the lock.</summary>
    private void Pump()
    {
        while (_due.TryPeek(out var next, out var due) && (next.IsOver || due <= Now))
        {
            _due.Dequeue();
            if (!next.IsOver)
            {
                Line(next);
            }
        }

        if (_polled.Count == 0)
        {
            _timer?.Dispose();
            _timer = null;
            _due.Clear();
        }
        else if (_due.TryPeek(out _, out var wake))
        {
            _timer ??= clock.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling((wake - Now).TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            Pump();
        }
    }

    private void Line(Polled polled)
    {
        var server = polled.Operation.ServerUuid;
        if (!_lanes.TryGetValue(server, out var lane))
        {
            _lanes.Add(server, lane = new());
        }

        if (lane.UnderWay < AtOncePerServer)
        {
            lane.UnderWay++;
            _ = Task.Run(() => QueryAsync(polled));
        }
        else
        {
            lane.Waiting.Enqueue(polled);
        }
    }

    private async Task QueryAsync(Polled polled)
    {
        ProgressResult? answer = null;
        var isOver = false;
        try
        {
            answer = await ask(polled.Operation, polled.Token);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits any more.
        }
        finally
        {
            lock (_gate)
            {
                Unline(polled.Operation.ServerUuid);
                if (answer is not null && !polled.IsOver)
                {
                    Take(polled, answer);
                    isOver = polled.IsOver;
                }

                Pump();
            }
        }

        if (isOver)
        {
            // As in Leave: not under the lock.
            polled.Dispose();
        }
    }

    private void Unline(string server)
    {
        var lane = _lanes[server];
        lane.UnderWay--;
        while (lane.Waiting.TryDequeue(out var next))
        {
            if (!next.IsOver)
            {
                lane.UnderWay++;
                _ = Task.Run(() => QueryAsync(next));
                return;
            }
        }

        if (lane.UnderWay == 0)
        {
            _lanes.Remove(server);
        }
    }

    private void Take(Polled polled, ProgressResult answer)
    {
        if (polled.Take(answer) is { } pause)
        {
            var interval = polled.Subscriptions.Select(subscription => subscription.PollInterval).DefaultIfEmpty().Min();
            _due.Enqueue(polled, Now + (pause > interval ? pause : interval));
        }
        else
        {
            End(polled);
        }

        foreach (var subscription in polled.Subscriptions)
        {
            subscription.Publish(polled.Update);
        }
    }

    private void End(Polled polled)
    {
        polled.IsOver = true;
        _polled.Remove(polled.Operation.Id);
    }

    /// <summary>The questions of one server.</summary>
    private sealed class Lane
    {
        public int UnderWay { get; set; }

        public Queue<Polled> Waiting { get; } = new();
    }

    /// <summary>An operation that somebody waits for.</summary>
    private sealed class Polled : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly OperationProgress _progress;
        private readonly PollingSchedule _schedule = new();

        public Polled(StoredOperation operation, TimeProvider clock)
        {
            Operation = operation;
            Update = new(operation.Id, operation.Operation);
            Token = _stop.Token;
            _progress = new(clock);
            _progress.Report(operation.Record.AsyncProgress ?? -1);
        }

        public StoredOperation Operation { get; private set; }

        public List<OperationSubscription> Subscriptions { get; } = [];

        public bool IsOver { get; set; }

        /// <summary>Ends the question under way.</summary>
        public CancellationToken Token { get; }

        public OperationUpdate Update { get; private set; }

        /// <returns>When to ask again; null when not.</returns>
        public TimeSpan? Take(ProgressResult answer)
        {
            Operation = answer.Operation;
            if (!Operation.HasEnded && answer.Problem is null)
            {
                _progress.Report(Operation.Record.AsyncProgress ?? -1);
            }

            var pause = Operation.HasEnded ? null : _schedule.Next(answer, _progress.Remaining);
            Update = new(Operation.Id, Operation.HasEnded ? Operation.Operation : Operation.Operation with { PercentComplete = _progress.Percent })
            {
                Problem = answer.Problem,
                Remaining = Operation.HasEnded ? null : _progress.Remaining,
                IsLast = pause is null,
            };
            return pause;
        }

        public void Dispose()
        {
            _stop.Cancel();
            _stop.Dispose();
        }
    }
}
