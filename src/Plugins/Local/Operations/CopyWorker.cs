using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>
/// Copies for one job, keeping holes, from the position of the worker before it. At intervals the copied data is made durable and the
/// position saved, so that a dead worker costs the next one no more than an interval.
/// </summary>
internal sealed class CopyWorker(LocalArray array, JobRow job, IProgress<long> progress)
{
    private const long Step = 4L << 20;
    private const long NoteEveryBytes = 64L << 20;
    private static readonly TimeSpan NoteEvery = TimeSpan.FromSeconds(1);

    private long _noted = job.Done;
    private long _notedAt = Stopwatch.GetTimestamp();
    private long _done = job.Done;

    /// <returns>False when the job is to be stopped.</returns>
    public bool Run(CancellationToken cancellationToken)
    {
        var (element, sources) = array.Database.Write(
            db =>
            {
                JobRows.SetWorker(db, job.Uuid, Environment.ProcessId);
                var row = ElementRows.ByUuidEvenUnready(db, job.Element)!;
                return (row, ElementRows.Sources(db, row.Id));
            },
            cancellationToken);
        if (element.IsSnapshot)
        {
            var folder = array.Folder.Snapshot(element.Uuid);
            if (!LinuxFile.EnsureFolder(folder) && LinuxFile.TryStatus(folder, followLink: false) is { IsFolder: false })
            {
                // Files behind a link would be overwritten.
                throw new LinuxFileException($"make the folder {folder}", Errno.Exists);
            }
        }

        var plan = CopyPlan.Of(array, element, sources);
        var (first, position) = (job.Member, job.Position);
        if (plan.Take(first + 1).Any(file => !File.Exists(file.Target)))
        {
            (first, position, _done, _noted) = (0, 0, 0, 0);
        }

        progress.Report(_done);

        for (var member = first; member < plan.Count; member++)
        {
            try
            {
                using var source = LinuxFile.Open(plan[member].Source, write: false);
                using var target = LinuxFile.OpenOrCreate(plan[member].Target);
                var length = plan[member].LengthOf(source);
                LinuxFile.SetLength(target, length);
                if (!Copy(source, target, member, member == first ? position : 0, length, cancellationToken))
                {
                    return false;
                }

                if (!element.IsSnapshot)
                {
                    QosLevels.Apply(array.Pool, target, element.Qos);
                }

                LinuxFile.Sync(target);
            }
            catch (LinuxFileException e)
            {
                throw new LinuxFileException($"copy {plan[member].Source} to {plan[member].Target}", e.Errno);
            }
        }

        LinuxFile.SyncFolder(Path.GetDirectoryName(plan[0].Target)!);
        if (element.IsSnapshot)
        {
            LinuxFile.SyncFolder(array.Folder.Snapshots);
        }

        return array.Database.Write(
            db =>
            {
                if (JobRows.ByUuid(db, job.Uuid) is not { State: JobState.Running })
                {
                    return false;
                }

                JobRows.SetProgress(db, job.Uuid, plan.Count, 0, _done, _done - _noted);
                JobRows.SetDone(db, job.Uuid, Volumes.Now());
                ElementRows.SetReady(db, element.Uuid);
                return true;
            },
            CancellationToken.None);
    }

    private bool Copy(SafeFileHandle source, SafeFileHandle target, int member, long offset, long length, CancellationToken cancellationToken)
    {
        while (offset < length && LinuxFile.NextData(source, offset) is var (start, dataEnd))
        {
            var end = Math.Min(dataEnd, length);
            for (offset = start; offset < end;)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    Note(target, member, offset);
                    cancellationToken.ThrowIfCancellationRequested();
                }

                var copied = LinuxFile.CopyRange(source, target, offset, Math.Min(Step, end - offset));
                if (copied == 0)
                {
                    return true;
                }

                offset += copied;
                _done += copied;
                progress.Report(_done);
                Steps.At("copied");
                if ((_done - _noted >= NoteEveryBytes || Stopwatch.GetElapsedTime(_notedAt) >= NoteEvery) && !Note(target, member, offset))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Makes the copied data durable, and saves the position.</summary>
    private bool Note(SafeFileHandle target, int member, long offset)
    {
        LinuxFile.Sync(target);
        var state = array.Database.Write(
            db =>
            {
                JobRows.SetProgress(db, job.Uuid, member, offset, _done, _done - _noted);
                return JobRows.ByUuid(db, job.Uuid)?.State;
            },
            CancellationToken.None);
        _noted = _done;
        _notedAt = Stopwatch.GetTimestamp();
        Steps.At("noted");
        return state == JobState.Running;
    }
}
