using System.Collections.Concurrent;
using System.Data.Common;
using StorageConnect.PluginKit.Locks;

namespace StorageConnect.PluginKit.Jobs;

/// <summary>
/// The background jobs of an array that this process works on. The process with a job's lock works on it. The kernel releases the lock when the
/// process dies (no heartbeat, no clock, no reused process id), and the next process that checks takes the job over.
/// </summary>
/// <param name="work">The jobs.</param>
/// <param name="locks">The array's locks.</param>
public sealed class BackgroundJobs(IJobWork work, ElementLocks locks) : IDisposable
{
    // Disks don't get faster by more copies at once; the others wait without a thread.
    private const int AtOnce = 2;
    private const int KeeperPauseMilliseconds = 500;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CleanupTimeout = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _slots = new(AtOnce);
    private readonly ConcurrentDictionary<string, Activity> _activities = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Takes over the jobs that no process works on.</summary>
    public void StartAll()
    {
        foreach (var job in work.ReadOpen())
        {
            Start(job);
        }
    }

    /// <summary>Works on a job, unless another process does.</summary>
    /// <param name="job">The job's Uuid.</param>
    public void Start(string job)
    {
        if (_closing.IsCancellationRequested || _activities.ContainsKey(job))
        {
            return;
        }

        var activity = new Activity(CancellationTokenSource.CreateLinkedTokenSource(_closing.Token));
        if (_activities.TryAdd(job, activity))
        {
            _ = Task.Run(() => WorkAsync(job, activity));
        }
        else
        {
            activity.Stop.Dispose();
        }
    }

    /// <summary>Works on whatever job no other process works on, until none is left. One process at a time does this for an array.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public void KeepWorking(CancellationToken cancellationToken)
    {
        RangeLock? keeper = null;
        try
        {
            while (work.ReadOpen().Count > 0)
            {
                keeper ??= locks.TryTakeKeeper();
                if (keeper is not null)
                {
                    StartAll();
                }

                if (cancellationToken.WaitHandle.WaitOne(KeeperPauseMilliseconds))
                {
                    return;
                }
            }
        }
        finally
        {
            keeper?.Dispose();
        }
    }

    /// <summary>True while a process is in <see cref="KeepWorking"/>.</summary>
    public bool HasKeeper()
    {
        using var free = locks.TryTakeKeeper();
        return free is null;
    }

    /// <summary>The progress last reported in this process; null when this process doesn't work on the job.</summary>
    /// <param name="job">The job's Uuid.</param>
    public long? ProgressOf(string job) => _activities.TryGetValue(job, out var activity) ? activity.Progress : null;

    /// <summary>Stops a job, whichever process works on it, and waits until it has ended.</summary>
    /// <param name="job">The job's Uuid.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task StopAsync(string job, CancellationToken cancellationToken)
    {
        work.RequestStop(job, cancellationToken);
        var backoff = Backoff.Endless(LongestPause);
        while (true)
        {
            Start(job);
            if (_activities.TryGetValue(job, out var activity))
            {
                activity.RequestStop();
                await activity.Ended.WaitAsync(cancellationToken);
            }

            if (!work.IsOpen(job))
            {
                return;
            }

            // Another process works on it, and sees the request when it next saves its position.
            await backoff.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Leaves the jobs to the process that checks next.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        Task.WhenAll(_activities.Values.Select(activity => activity.Ended)).Wait(CleanupTimeout);
    }

    private async Task WorkAsync(string job, Activity activity)
    {
        var hasSlot = false;
        try
        {
            try
            {
                await _slots.WaitAsync(activity.Stop.Token);
                hasSlot = true;
            }
            catch (OperationCanceledException) when (!_closing.IsCancellationRequested)
            {
                // It is to be stopped before it began: that needs no slot.
            }

            using var held = locks.TryTake(job);
            if (held is not null)
            {
                work.Work(job, activity, () => _closing.IsCancellationRequested, activity.Stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or UnauthorizedAccessException or DbException or StorageConnectException)
        {
            // The array can't be reached, or this process ends. The job stays as it was last saved, for the process that checks next.
        }
        finally
        {
            if (hasSlot)
            {
                _slots.Release();
            }

            _activities.TryRemove(job, out _);
            activity.Stop.Dispose();
            activity.SetEnded();
        }
    }

    private sealed class Activity(CancellationTokenSource stop) : IProgress<long>
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _progress;

        public CancellationTokenSource Stop { get; } = stop;

        public Task Ended => _ended.Task;

        public long Progress => Volatile.Read(ref _progress);

        public void Report(long value) => Volatile.Write(ref _progress, value);

        public void SetEnded() => _ended.SetResult();

        public void RequestStop()
        {
            try
            {
                Stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }
    }
}
