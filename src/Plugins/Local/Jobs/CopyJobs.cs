using System.Collections.Concurrent;
using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Errors;
using StorageConnect.Plugins.Local.Naming;
using StorageConnect.Plugins.Local.Native;
using StorageConnect.Plugins.Local.Operations;

namespace StorageConnect.Plugins.Local.Jobs;

/// <summary>
/// The copies of a pool that go on in the background. A job is a row; who holds its lock works on it. The lock goes the moment its process
/// dies (no heartbeat, no clock, no pid that means another process by now), and whoever looks next takes the job over.
/// </summary>
internal sealed class CopyJobs(LocalArray array) : IDisposable
{
    // Disks don't get faster by more copies at once; the others wait without a thread.
    private const int AtOnce = 2;
    private const int LongestPauseMilliseconds = 200;

    private readonly SemaphoreSlim _slots = new(AtOnce);
    private readonly ConcurrentDictionary<string, Activity> _activities = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Notes the element and its job in one commit, and begins.</summary>
    public JobRow Begin(ElementRow element, Source[] sources, CancellationToken cancellationToken)
    {
        var job = new JobRow
        {
            Uuid = Identities.NewUuid(),
            Element = element.Uuid,
            Name = element.Name,
            Total = CopyPlan.CountData(array, sources),
            Started = Volumes.Now(),
        };
        array.Database.Write(
            db =>
            {
                Volumes.RequireFree(db, element.Name);
                JobRows.ForgetOld(db, Volumes.Now());
                ElementRows.Insert(db, element, sources);
                JobRows.Insert(db, job);
            },
            cancellationToken);
        Start(job.Uuid);
        return job;
    }

    /// <summary>Takes over what nobody works on.</summary>
    public void Adopt() => array.Database.Read(JobRows.Open).ForEach(Start);

    /// <summary>The job as it is at this moment; takes it over when nobody works on it. Null when there is none.</summary>
    public JobRow? Look(string uuid)
    {
        var job = array.Database.Read(db => JobRows.ByUuid(db, uuid));
        if (job is { State: JobState.Running or JobState.Stopping })
        {
            Start(uuid);
            if (_activities.TryGetValue(uuid, out var activity) && activity.Worker is { } worker)
            {
                return job with { Done = Math.Max(job.Done, worker.Done) };
            }
        }

        return job;
    }

    /// <summary>Stops a job, in whatever process it is; what it had made is gone on return.</summary>
    /// <returns>False when there was nothing to stop any more.</returns>
    public async Task<bool> CancelAsync(string uuid, CancellationToken cancellationToken)
    {
        if (array.Database.Read(db => JobRows.ByUuid(db, uuid)) is not { State: JobState.Running or JobState.Stopping })
        {
            return false;
        }

        array.Database.Write(db => JobRows.SetStopping(db, uuid), cancellationToken);
        for (var pause = 1; ; pause = Math.Min(pause * 2, LongestPauseMilliseconds))
        {
            Start(uuid);
            if (_activities.TryGetValue(uuid, out var activity))
            {
                activity.RequestStop();
                await activity.Task.WaitAsync(cancellationToken);
            }

            var state = array.Database.Read(db => JobRows.ByUuid(db, uuid))?.State;
            if (state is not (JobState.Running or JobState.Stopping))
            {
                return state == JobState.Failed;
            }

            // Another process works on it; it looks whether it is to stop whenever it notes its position.
            await Task.Delay(pause, cancellationToken);
        }
    }

    /// <summary>Stops working; the jobs stay, for whoever looks next.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        Task.WhenAll(_activities.Values.Select(activity => activity.Task)).Wait(TimeSpan.FromSeconds(30));
    }

    private void Start(string uuid)
    {
        if (_closing.IsCancellationRequested || _activities.ContainsKey(uuid))
        {
            return;
        }

        var activity = new Activity(CancellationTokenSource.CreateLinkedTokenSource(_closing.Token));
        if (_activities.TryAdd(uuid, activity))
        {
            _ = Task.Run(() => WorkAsync(uuid, activity));
        }
        else
        {
            activity.Stop.Dispose();
        }
    }

    private async Task WorkAsync(string uuid, Activity activity)
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

            using var held = array.Locks.TryTake(uuid);
            if (held is not null)
            {
                Work(uuid, activity);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException or StorageConnectException)
        {
            // The pool can't be reached, or this process ends. The job stays as it was last noted, for whoever looks next.
        }
        finally
        {
            if (hasSlot)
            {
                _slots.Release();
            }

            _activities.TryRemove(uuid, out _);
            activity.Stop.Dispose();
            activity.Finished.SetResult();
        }
    }

    private void Work(string uuid, Activity activity)
    {
        var job = array.Database.Read(db => JobRows.ByUuid(db, uuid));
        try
        {
            if (job is { State: JobState.Running })
            {
                activity.Worker = new(array, job);
                if (activity.Worker.Run(activity.Stop.Token))
                {
                    return;
                }

                job = array.Database.Read(db => JobRows.ByUuid(db, uuid));
            }
        }
        catch (OperationCanceledException) when (!_closing.IsCancellationRequested)
        {
            job = array.Database.Read(db => JobRows.ByUuid(db, uuid));
        }
        catch (Exception e) when (e is LinuxFileException or UnauthorizedAccessException or IOException or Microsoft.Data.Sqlite.SqliteException)
        {
            if (ErrorMapping.Translate(e, array.Folder, job!.Name) is not StorageConnectException error || error is ArrayUnreachableException or StorageElementBusyException)
            {
                throw;
            }

            Fail(job, error);
            return;
        }

        if (job is { State: JobState.Stopping })
        {
            Fail(job, new InvalidRequestException($"The copy to '{job.Name}' was stopped by request.")
            {
                ErrorId = "OperationStopped",
                Element = job.Name,
                Recommendation = "Begin it anew if it is wanted after all.",
            });
        }
    }

    /// <summary>Nothing half made stays. The files go first: on a full disk only that makes room for the commit. A worker that finds them gone begins anew.</summary>
    private void Fail(JobRow job, StorageConnectException error)
    {
        PendingFiles.RemoveFiles(array, job.Element);
        array.Database.Write(
            db =>
            {
                ElementRows.Delete(db, job.Element);
                IntentRows.Discard(db, job.Element);
                JobRows.SetFailed(db, job.Uuid, error, Volumes.Now());
            },
            CancellationToken.None);
        Recovery.RemoveDiscarded(array, job.Element);
    }

    private sealed class Activity(CancellationTokenSource stop)
    {
        public CancellationTokenSource Stop { get; } = stop;

        public TaskCompletionSource Finished { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => Finished.Task;

        public CopyWorker? Worker { get; set; }

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
