using Microsoft.Data.Sqlite;
using StorageConnect.Plugins.Local.Errors;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>
/// Changes that come while another is being committed wait for it, and then go into one commit together: the disk syncs once for all of
/// them. Each is still whole or not at all, and ends by itself: where the commit fails, each is tried alone.
/// </summary>
internal sealed class CommitQueue
{
    private const int Most = 256;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ConstraintViolated = 19;

    private readonly PoolDatabase _database;
    private readonly Batches<Change> _changes;

    public CommitQueue(PoolDatabase database)
    {
        _database = database;
        _changes = new(Most, Commit);
    }

    /// <summary>Runs a change; it is durable when the task ends, or nothing of it happened.</summary>
    public Task<T> WriteAsync<T>(Func<PoolConnection, T> work, CancellationToken cancellationToken)
    {
        var change = new Change<T>(work, cancellationToken);
        _changes.Add(change);
        return change.Task;
    }

    private void Commit(List<Change> changes)
    {
        try
        {
            _database.Write(db => changes.ForEach(change => change.Run(db, alone: changes.Count == 1)), CancellationToken.None);
            changes.ForEach(change => change.End(null));
        }
        catch (Exception e) when (changes.Count > 1 && e is not SqliteException { SqliteErrorCode: Busy or Locked })
        {
            // On a full disk, for one, there may be room for some of them.
            changes.ForEach(change => Commit([change]));
        }
#pragma warning disable CA1031 // Whatever it is, those who wait get it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            changes.ForEach(change => change.End(e));
        }
    }

    private abstract class Change
    {
        public abstract void Run(PoolConnection db, bool alone);

        public abstract void End(Exception? commit);
    }

    private sealed class Change<T>(Func<PoolConnection, T> work, CancellationToken cancellationToken) : Change
    {
        private readonly TaskCompletionSource<T> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _refusal;

        public Task<T> Task => _end.Task;

        public override void Run(PoolConnection db, bool alone)
        {
            _refusal = null;
            if (cancellationToken.IsCancellationRequested)
            {
                _refusal = new OperationCanceledException(cancellationToken);
                return;
            }

            if (alone)
            {
                _result = work(db);
                return;
            }

            db.Execute("SAVEPOINT change");
            try
            {
                _result = work(db);
            }
            catch (Exception e) when (e is StorageConnectException or DamagedRowException or SqliteException { SqliteErrorCode: ConstraintViolated })
            {
                // Its own affair; anything else undoes them all.
                _refusal = e;
                db.Execute("ROLLBACK TO change");
            }

            db.Execute("RELEASE change");
        }

        public override void End(Exception? commit)
        {
            if ((_refusal ?? commit) is { } error)
            {
                _end.SetException(error);
            }
            else
            {
                _end.SetResult(_result!);
            }
        }
    }
}
