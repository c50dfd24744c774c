using Microsoft.Data.Sqlite;
using StorageConnect.Plugins.Local.Errors;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>
/// Concurrent changes share a commit: those that arrive during a commit go into the next one together, with one disk sync. Each is still
/// applied wholly or not at all: where the shared commit fails, each is tried alone.
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

    /// <summary>Runs a change; when the task ends it is durable, or not applied at all.</summary>
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
            // On a full disk, for example, some of them may fit.
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
                // Only this change is undone; any other error undoes all of them.
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
