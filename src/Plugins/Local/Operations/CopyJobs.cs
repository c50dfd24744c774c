using StorageConnect.PluginKit.Jobs;
using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Errors;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>The background copies of a pool. A job is a row.</summary>
internal sealed class CopyJobs : IJobWork, IDisposable
{
    // A smaller copy ends before another process has started.
    private const long KeptFrom = 8 << 20;

    private readonly LocalArray _array;
    private readonly Type _keeper;
    private readonly BackgroundJobs _jobs;

    /// <param name="array">The pool.</param>
    /// <param name="keeper">The entry point of a process that continues the copies when this one ends.</param>
    public CopyJobs(LocalArray array, Type keeper)
    {
        _array = array;
        _keeper = keeper;
        _jobs = new(this, array.Locks);
    }

    /// <summary>Saves the element and its job in one commit, and begins.</summary>
    public JobRow Begin(ElementRow element, Source[] sources, CancellationToken cancellationToken)
    {
        var job = new JobRow
        {
            Uuid = Identities.NewUuid(),
            Element = element.Uuid,
            Name = element.Name,
            Total = CopyPlan.CountData(_array, sources),
            Started = Volumes.Now(),
        };
        _array.Database.Write(
            db =>
            {
                Volumes.RequireFree(db, element.Name);
                JobRows.ForgetOld(db, Volumes.Now());
                ElementRows.Insert(db, element, sources);
                JobRows.Insert(db, job);
            },
            cancellationToken);
        _jobs.Start(job.Uuid);
        if (job.Total >= KeptFrom && !_jobs.HasKeeper())
        {
            KeeperProcess.TryStart(_keeper, _array.Folder.Path);
        }

        return job;
    }

    /// <summary>Works on the pool's copies until none is left.</summary>
    public void KeepWorking(CancellationToken cancellationToken) => _jobs.KeepWorking(cancellationToken);

    /// <summary>Takes over jobs that no process works on.</summary>
    public void Adopt()
    {
        if (!_array.IsReadOnly)
        {
            _jobs.StartAll();
        }
    }

    /// <summary>The job as it is at this moment; takes it over when no process works on it. Null when there is none.</summary>
    public JobRow? Find(string uuid)
    {
        var job = _array.Database.Read(db => JobRows.ByUuid(db, uuid));
        if (job is { State: JobState.Running or JobState.Stopping } && !_array.IsReadOnly)
        {
            _jobs.Start(uuid);
            return job with { Done = Math.Max(job.Done, _jobs.ProgressOf(uuid) ?? 0) };
        }

        return job;
    }

    /// <summary>Stops a job, in this process or another; its partial result is removed on return.</summary>
    /// <returns>False when there was nothing to stop any more.</returns>
    public async Task<bool> CancelAsync(string uuid, CancellationToken cancellationToken)
    {
        if (!IsOpen(uuid))
        {
            return false;
        }

        await _jobs.StopAsync(uuid, cancellationToken);
        return _array.Database.Read(db => JobRows.ByUuid(db, uuid))?.State == JobState.Failed;
    }

    /// <summary>Stops working; the jobs stay for the process that checks next.</summary>
    public void Dispose() => _jobs.Dispose();

    public IReadOnlyList<string> ReadOpen() => _array.Database.Read(JobRows.Open);

    public bool IsOpen(string job) => _array.Database.Read(db => JobRows.ByUuid(db, job)) is { State: JobState.Running or JobState.Stopping };

    public void RequestStop(string job, CancellationToken cancellationToken) => _array.Database.Write(db => JobRows.SetStopping(db, job), cancellationToken);

    public void Work(string job, IProgress<long> progress, Func<bool> leaving, CancellationToken stop)
    {
        var row = _array.Database.Read(db => JobRows.ByUuid(db, job));
        try
        {
            if (row is { State: JobState.Running })
            {
                if (new CopyWorker(_array, row, progress).Run(stop))
                {
                    return;
                }

                row = _array.Database.Read(db => JobRows.ByUuid(db, job));
            }
        }
        catch (OperationCanceledException) when (!leaving())
        {
            row = _array.Database.Read(db => JobRows.ByUuid(db, job));
        }
        catch (Exception e) when (e is LinuxFileException or UnauthorizedAccessException or IOException or Microsoft.Data.Sqlite.SqliteException)
        {
            if (ErrorMapping.Translate(e, _array.Folder, row!.Name) is not StorageConnectException error
                || error is StorageElementBusyException || e is LinuxFileException { Errno: Errno.Interrupted }
                || (error is ArrayUnreachableException && (e is Microsoft.Data.Sqlite.SqliteException || !_array.IsCurrent)))
            {
                // The pool is busy or gone: the job stays. A file of it that can't be read or written is the end of the job.
                throw;
            }

            Fail(row, error);
            return;
        }

        if (row is { State: JobState.Stopping })
        {
            Fail(row, new InvalidRequestException($"The copy to '{row.Name}' was stopped by request.")
            {
                ErrorId = "OperationStopped",
                Element = row.Name,
                Recommendation = "Begin it again if it is still needed.",
            });
        }
    }

    /// <summary>
    /// Removes a partial result. The files are deleted first: on a full disk only that frees space for the commit. A worker without them begins again.
    /// </summary>
    private void Fail(JobRow job, StorageConnectException error)
    {
        _array.TryCleanUp(job.Element, () => PendingFiles.RemoveFiles(_array, job.Element));
        _array.Database.Write(
            db =>
            {
                ElementRows.Delete(db, job.Element);
                IntentRows.Discard(db, job.Element);
                JobRows.SetFailed(db, job.Uuid, error, Volumes.Now());
            },
            CancellationToken.None);
        Recovery.RemoveDiscarded(_array, job.Element);
    }
}
