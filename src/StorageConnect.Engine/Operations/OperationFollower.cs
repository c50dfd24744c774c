namespace StorageConnect.Engine.Operations;

/// <summary>
/// Asks after all operations that somebody waits for: one timer, set to whatever is due next, and a few questions under way per server. An
/// operation that nobody waits for any more is not asked after, and with the last one the timer goes, too.
/// </summary>
internal sealed class OperationFollower(Func<StoredOperation, CancellationToken, Task<OperationAnswer>> ask, TimeProvider clock)
{
    // A slow array must not keep the others waiting, nor meet two hundred questions at once.
    private const int AtOncePerServer = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Followed> _followed = [];
    private readonly PriorityQueue<Followed, TimeSpan> _due = new();
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
                return _followed.Count;
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

    public void Follow(StoredOperation operation, OperationWatch watch)
    {
        lock (_gate)
        {
            if (!_followed.TryGetValue(operation.Id, out var followed))
            {
                followed = new(operation, clock);
                _followed.Add(operation.Id, followed);
                _due.Enqueue(followed, Now + FirstPause(operation));
            }

            followed.Watches.Add(watch);
            watch.Tell(followed.News);
            Pump();
        }
    }

    public void Leave(string id, OperationWatch watch)
    {
        Followed? left = null;
        lock (_gate)
        {
            if (_followed.TryGetValue(id, out var followed) && followed.Watches.Remove(watch) && followed.Watches.Count == 0)
            {
                left = followed;
                End(followed);
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
        return age >= TimeSpan.Zero && age < AskingPace.First ? AskingPace.First - age : TimeSpan.Zero;
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

        if (_followed.Count == 0)
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

    private void Line(Followed followed)
    {
        var server = followed.Operation.ServerUuid;
        if (!_lanes.TryGetValue(server, out var lane))
        {
            _lanes.Add(server, lane = new());
        }

        if (lane.UnderWay < AtOncePerServer)
        {
            lane.UnderWay++;
            _ = Task.Run(() => AskAsync(followed));
        }
        else
        {
            lane.Waiting.Enqueue(followed);
        }
    }

    private async Task AskAsync(Followed followed)
    {
        OperationAnswer? answer = null;
        var isOver = false;
        try
        {
            answer = await ask(followed.Operation, followed.Token);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits any more.
        }
        finally
        {
            lock (_gate)
            {
                Unline(followed.Operation.ServerUuid);
                if (answer is not null && !followed.IsOver)
                {
                    Take(followed, answer);
                    isOver = followed.IsOver;
                }

                Pump();
            }
        }

        if (isOver)
        {
            // As in Leave: not under the lock.
            followed.Dispose();
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
                _ = Task.Run(() => AskAsync(next));
                return;
            }
        }

        if (lane.UnderWay == 0)
        {
            _lanes.Remove(server);
        }
    }

    private void Take(Followed followed, OperationAnswer answer)
    {
        if (followed.Take(answer) is { } pause)
        {
            var patience = followed.Watches.Select(watch => watch.PollInterval).DefaultIfEmpty().Min();
            _due.Enqueue(followed, Now + (pause > patience ? pause : patience));
        }
        else
        {
            End(followed);
        }

        foreach (var watch in followed.Watches)
        {
            watch.Tell(followed.News);
        }
    }

    private void End(Followed followed)
    {
        followed.IsOver = true;
        _followed.Remove(followed.Operation.Id);
    }

    /// <summary>The questions of one server.</summary>
    private sealed class Lane
    {
        public int UnderWay { get; set; }

        public Queue<Followed> Waiting { get; } = new();
    }

    /// <summary>An operation that somebody waits for.</summary>
    private sealed class Followed : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly OperationProgress _progress;
        private readonly AskingPace _pace = new();

        public Followed(StoredOperation operation, TimeProvider clock)
        {
            Operation = operation;
            News = new(operation.Id, operation.Operation);
            Token = _stop.Token;
            _progress = new(clock);
            _progress.Report(operation.Record.AsyncProgress ?? -1);
        }

        public StoredOperation Operation { get; private set; }

        public List<OperationWatch> Watches { get; } = [];

        public bool IsOver { get; set; }

        /// <summary>Ends the question under way.</summary>
        public CancellationToken Token { get; }

        public OperationNews News { get; private set; }

        /// <returns>When to ask again; null when not.</returns>
        public TimeSpan? Take(OperationAnswer answer)
        {
            Operation = answer.Operation;
            if (!Operation.HasEnded && answer.Problem is null)
            {
                _progress.Report(Operation.Record.AsyncProgress ?? -1);
            }

            var pause = Operation.HasEnded ? null : _pace.Next(answer, _progress.Remaining);
            News = new(Operation.Id, Operation.HasEnded ? Operation.Operation : Operation.Operation with { PercentComplete = _progress.Percent })
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
