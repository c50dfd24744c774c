using Microsoft.Data.Sqlite;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>
/// Changes that come while another is being committed wait for it, and then go into one commit together: the disk syncs once for all of
/// them. Each is still whole or not at all, and ends by itself.
/// </summary>
internal sealed class CommitQueue(PoolDatabase database)
{
    private const int Most = 256;
    private const int ConstraintViolated = 19;

    private readonly Queue<Change> _waiting = new();
    private bool _committing;

    /// <summary>Runs a change; it is durable when the task ends, or nothing of it happened.</summary>
    public Task<T> WriteAsync<T>(Func<PoolConnection, T> work, CancellationToken cancellationToken)
    {
        var change = new Change<T>(work, cancellationToken);
        lock (_waiting)
        {
            _waiting.Enqueue(change);
            if (_committing)
            {
                return change.Task;
            }

            _committing = true;
        }

        _ = Task.Run(CommitAll, CancellationToken.None);
        return change.Task;
    }

    private void CommitAll()
    {
        while (Next() is { Count: > 0 } changes)
        {
            try
            {
                database.Write(db => changes.ForEach(change => change.Run(db, alone: changes.Count == 1)), CancellationToken.None);
                changes.ForEach(change => change.End(null));
            }
#pragma warning disable CA1031 // Whatever it is, those who wait get it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                changes.ForEach(change => change.End(e));
            }
        }
    }

    private List<Change> Next()
    {
        lock (_waiting)
        {
            var next = new List<Change>();
            while (next.Count < Most && _waiting.TryDequeue(out var change))
            {
                next.Add(change);
            }

            _committing = next.Count > 0;
            return next;
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
            catch (Exception e) when (e is StorageConnectException or SqliteException { SqliteErrorCode: ConstraintViolated })
            {
                // Its own affair; anything else is everybody's, and undoes them all.
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
