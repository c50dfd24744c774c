using System.Diagnostics;
using StorageConnect.Linux.Tracing;

namespace StorageConnect.Engine.Workers;

/// <summary>
/// The workers of one plug-in for one server: started when they are needed, another one while the first is busy, ended after
/// an idle time. A worker that failed is replaced; after several failures in a row with growing pauses.
/// </summary>
/// <param name="start">Starts a worker.</param>
/// <param name="limits">How many, and how long they are kept.</param>
internal sealed class WorkerPool(Func<CancellationToken, Task<Worker>> start, WorkerLimits limits)
{
    private readonly Lock _lock = new();
    private readonly List<Worker> _workers = [];
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private Timer? _idle;
    private bool _isWatching;
    private int _starting;
    private int _concurrency = 1;
    private int _failures;

    /// <summary>The processes there are, and whether each is busy.</summary>
    public IReadOnlyList<(int ProcessId, bool IsBusy)> State
    {
        get
        {
            lock (_lock)
            {
                return [.. _workers.Where(worker => worker.IsUsable).Select(worker => (worker.ProcessId, worker.Active > 0))];
            }
        }
    }

    /// <summary>A worker for one call. Give it back with <see cref="Release"/>.</summary>
    /// <exception cref="WorkerFailedException">None can be started, or all stay busy.</exception>
    public async Task<Worker> AcquireAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task turn;
            TimeSpan pause;
            lock (_lock)
            {
                if (FindFree() is { } free)
                {
                    free.Active++;
                    return free;
                }

                // Wait for a worker that takes many calls; start another of those that take one.
                if (_starting > 0 && _concurrency > 1 || _workers.Count + _starting >= limits.Workers)
                {
                    var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    _waiting.Enqueue(waiting);
                    (turn, pause) = (waiting.Task, TimeSpan.Zero);
                }
                else
                {
                    _starting++;
                    (turn, pause) = (Task.CompletedTask, PauseBeforeStart());
                }
            }

            if (turn.IsCompleted)
            {
                return await StartAsync(pause, cancellationToken);
            }

            await WaitForTurnAsync(turn, cancellationToken);
        }
    }

    /// <summary>Adds a started worker as an idle one.</summary>
    public void Add(Worker worker)
    {
        lock (_lock)
        {
            _concurrency = Math.Max(1, worker.Introduction.Concurrency);
            worker.IdleSince = Stopwatch.GetTimestamp();
            _workers.Add(worker);
            WatchIdle();
        }
    }

    /// <summary>Takes an idle worker out of the pool; null where there is none.</summary>
    public Worker? TakeIdle()
    {
        lock (_lock)
        {
            var idle = _workers.Find(worker => worker.Active == 0 && worker.IsUsable && !worker.IsRetired);
            if (idle is not null)
            {
                _workers.Remove(idle);
            }

            return idle;
        }
    }

    /// <summary>Gives a worker back after its call.</summary>
    public void Release(Worker worker)
    {
        lock (_lock)
        {
            worker.Active--;
            worker.IdleSince = Stopwatch.GetTimestamp();
            if (!worker.IsUsable)
            {
                _failures += _workers.Remove(worker) ? 1 : 0;
                worker.Dispose();
            }
            else
            {
                _failures = 0;
                if (worker.IsRetired && worker.Active == 0)
                {
                    End(worker);
                }
                else
                {
                    WatchIdle();
                }
            }

            WakeOne();
        }
    }

    /// <summary>Stops giving calls to the present workers; each ends after its running calls.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            foreach (var worker in _workers.ToList())
            {
                worker.IsRetired = true;
                if (worker.Active == 0)
                {
                    End(worker);
                }
            }
        }
    }

    private Worker? FindFree()
    {
        foreach (var ended in _workers.Where(worker => !worker.IsUsable && worker.Active == 0).ToList())
        {
            _workers.Remove(ended);
            ended.Dispose();
            _failures++;
        }

        return _workers.Where(worker => worker.IsUsable && !worker.IsRetired && worker.Active < worker.Introduction.Concurrency)
            .MinBy(worker => worker.Active);
    }

    private TimeSpan PauseBeforeStart()
    {
        var pause = _failures < 2 ? TimeSpan.Zero : limits.FirstPause * Math.Pow(2, Math.Min(_failures - 2, 16));
        return pause < limits.LongestPause ? pause : limits.LongestPause;
    }

    private async Task<Worker> StartAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            if (pause > TimeSpan.Zero)
            {
                Tracer.Verbose($"Worker: {_failures} have failed, the next starts in {pause.TotalMilliseconds:0} ms");
            }

            await Task.Delay(pause, cancellationToken);
            var worker = await start(cancellationToken);
            lock (_lock)
            {
                _starting--;
                _concurrency = Math.Max(1, worker.Introduction.Concurrency);
                worker.Active = 1;
                _workers.Add(worker);
                WakeAll();
            }

            return worker;
        }
        catch (Exception e)
        {
            lock (_lock)
            {
                _starting--;
                _failures += e is WorkerFailedException ? 1 : 0;
                WakeAll();
            }

            throw;
        }
    }

    private async Task WaitForTurnAsync(Task turn, CancellationToken cancellationToken)
    {
        try
        {
            await turn.WaitAsync(limits.CallTimeout, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new WorkerFailedException(WorkerFailure.TimedOut, $"all of its {limits.Workers} workers are busy", e);
        }
        catch (OperationCanceledException)
        {
            if (turn.IsCompleted)
            {
                WakeOne(); // the next waiter's turn
            }

            throw;
        }
    }

    private void WakeOne()
    {
        lock (_lock)
        {
            while (_waiting.TryDequeue(out var waiting) && !waiting.TrySetResult())
            {
            }
        }
    }

    private void WakeAll()
    {
        while (_waiting.TryDequeue(out var waiting))
        {
            waiting.TrySetResult();
        }
    }

    /// <summary>Looks at the idle workers when the first of them has been idle for long enough.</summary>
    private void WatchIdle()
    {
        var idle = _workers.Where(worker => worker.Active == 0).ToList();
        // The end of each call must not put it off: with steady calls it would never come.
        if (_isWatching || idle.Count == 0)
        {
            return;
        }

        var left = limits.IdleTimeout - idle.Max(worker => Stopwatch.GetElapsedTime(worker.IdleSince));
        _isWatching = true;
        _idle ??= new(static pool => ((WorkerPool)pool!).EndIdle(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _idle.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void EndIdle()
    {
        lock (_lock)
        {
            _isWatching = false;
            var idle = _workers.Where(worker => worker.Active == 0).ToList();
            foreach (var worker in idle.Where(worker => Stopwatch.GetElapsedTime(worker.IdleSince) >= limits.IdleTimeout * 0.9))
            {
                End(worker);
            }

            WatchIdle();
        }
    }

    private void End(Worker worker)
    {
        _workers.Remove(worker);
        _ = Task.Run(worker.Close);
    }
}
