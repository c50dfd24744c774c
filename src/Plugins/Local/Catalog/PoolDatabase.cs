using Microsoft.Data.Sqlite;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Errors;
using StorageConnect.Plugins.Local.Native;
using StorageConnect.Plugins.Local.Pools;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>A pool's database: connections kept while they are used often, one writer at a time within the process.</summary>
internal sealed class PoolDatabase : IDisposable
{
    private const int MostIdle = 4;
    private const int DiskFull = 13;
    private const int CantOpen = 14;
    private const int ConstraintViolated = 19;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    private readonly PoolFolder _folder;
    private readonly Stack<PoolConnection> _idle = new();
    private readonly Timer _closer;

    // This wait is fair and can be cancelled, unlike a wait for SQLite's lock, which remains for other processes.
    private readonly SemaphoreSlim _writer = new(1);
    private readonly CommitQueue _queue;
    private readonly DatabaseSeal _seal;
    private int _open;
    private bool _disposed;

    private PoolDatabase(PoolFolder folder, bool isReadOnly)
    {
        _folder = folder;
        IsReadOnly = isReadOnly;
        _closer = new(_ => CloseIdle());
        _queue = new(this);
        _seal = new(folder);
    }

    /// <summary>True where its file system was mounted read-only when it was opened.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Opens the database; with <paramref name="create"/> an empty pool gets one.</summary>
    public static PoolDatabase Open(PoolFolder folder, bool create)
    {
        NativeSqlite.EnsureLoaded();
        if (create)
        {
            // Never opened except by SQLite: closing any handle to it would drop the locks that this process's connections hold.
            folder.EnsureDatabase();
        }
        else if (!File.Exists(folder.Database))
        {
            throw Directory.Exists(folder.Path) ? ErrorMapping.Corrupt(folder, "its database is gone") : PoolAddress.NoFolder(folder.Path);
        }

        var isReadOnly = folder.IsReadOnly;
        if (!isReadOnly)
        {
            folder.PrepareSharedMemory();
        }

        var database = new PoolDatabase(folder, isReadOnly);
        try
        {
            var connection = database.Connect();
            try
            {
                if (!create && Schema.Check(connection, folder) == 0)
                {
                    throw ErrorMapping.Corrupt(folder, "its database is empty");
                }

                if (Schema.Check(connection, folder) < Schema.Version)
                {
                    // The tables of an older version can't be completed.
                    database.DemandWritable();
                    database._seal.Break();
                }

                Schema.Ensure(connection, folder);
                if (database._seal.IsMissing)
                {
                    IntegrityCheck.Run(connection, folder);
                }
            }
            catch
            {
                database.Disconnect(connection);
                throw;
            }

            database.GiveBack(connection);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Runs queries, outside of any transaction.</summary>
    public T Read<T>(Func<PoolConnection, T> work)
    {
        var connection = Take();
        try
        {
            var result = work(connection);
            GiveBack(connection);
            return result;
        }
        catch (Exception e)
        {
            GiveBackAfter(connection, e);
            throw;
        }
    }

    /// <summary>Runs changes as one transaction: on return it is durable, or not applied at all.</summary>
    public T Write<T>(Func<PoolConnection, T> work, CancellationToken cancellationToken)
    {
        DemandWritable();
        _writer.Wait(cancellationToken);
        try
        {
            return Read(connection =>
            {
                _seal.Break();
                connection.Execute("BEGIN IMMEDIATE");
                try
                {
                    var result = work(connection);
                    Steps.At("commit");
                    connection.Execute("COMMIT");
                    Steps.At("committed");
                    return result;
                }
                catch
                {
                    connection.TryExecute("ROLLBACK");
                    throw;
                }
            });
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>
    /// As <see cref="Write(Action{PoolConnection}, CancellationToken)"/>, for what the next use of the pool does again where it is missing: on a full
    /// file system nothing is written, so that the pool can be used, and emptied.
    /// </summary>
    /// <returns>False when there was no room.</returns>
    public bool WriteIfRoom(Action<PoolConnection> work)
    {
        try
        {
            Write(work, CancellationToken.None);
            return true;
        }
        catch (Exception e) when (ErrorMapping.IsOutOfSpace(e))
        {
            return false;
        }
    }

    /// <summary>
    /// As <see cref="Write(Action{PoolConnection}, CancellationToken)"/>, but a power cut may undo it, for records that are meaningless after one. It
    /// doesn't wait for the disk, unless it is this process's first change.
    /// </summary>
    public void WriteUnsynced(Action<PoolConnection> work)
    {
        DemandWritable();
        _writer.Wait(CancellationToken.None);
        try
        {
            Read(connection =>
            {
                _seal.Break();
                connection.Execute("PRAGMA synchronous = NORMAL");
                connection.Execute("BEGIN IMMEDIATE");
                try
                {
                    work(connection);
                    connection.Execute("COMMIT");
                    return connection.Execute("PRAGMA synchronous = FULL");
                }
                catch
                {
                    connection.TryExecute("ROLLBACK");
                    connection.TryExecute("PRAGMA synchronous = FULL");
                    throw;
                }
            });
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>As <see cref="Write{T}"/>, in one commit with concurrent ones.</summary>
    public Task<T> WriteTogetherAsync<T>(Func<PoolConnection, T> work, CancellationToken cancellationToken) => _queue.WriteAsync(work, cancellationToken);

    public void Write(Action<PoolConnection> work, CancellationToken cancellationToken) => Write(
        connection =>
        {
            work(connection);
            return true;
        },
        cancellationToken);

    /// <summary>A connection for reading row by row. Give it back with <see cref="GiveBack"/>.</summary>
    public PoolConnection Take()
    {
        lock (_idle)
        {
            if (_idle.TryPop(out var connection))
            {
                return connection;
            }
        }

        return Connect();
    }

    public void GiveBack(PoolConnection connection)
    {
        lock (_idle)
        {
            if (!_disposed && _idle.Count < MostIdle)
            {
                connection.IdleSince = Environment.TickCount64;
                _idle.Push(connection);
                if (_idle.Count == 1)
                {
                    _closer.Change(IdleTime, Timeout.InfiniteTimeSpan);
                }

                return;
            }
        }

        Disconnect(connection);
    }

    public void Dispose()
    {
        lock (_idle)
        {
            _disposed = true;
        }

        CloseIdle();
        _closer.Dispose();
    }

    private void DemandWritable()
    {
        if (IsReadOnly)
        {
            throw _folder.ReadOnly();
        }
    }

    /// <summary>Our own errors leave a connection usable; after any other error it is dropped.</summary>
    private void GiveBackAfter(PoolConnection connection, Exception error)
    {
        if (error is StorageConnectException or SqliteException { SqliteErrorCode: ConstraintViolated or DiskFull })
        {
            GiveBack(connection);
        }
        else
        {
            Disconnect(connection);
        }
    }

    /// <summary>Closes idle connections, so that a pool's file system can be unmounted.</summary>
    private void CloseIdle()
    {
        var close = new List<PoolConnection>();
        lock (_idle)
        {
            var now = Environment.TickCount64;
            var keep = _disposed ? [] : _idle.Where(connection => now - connection.IdleSince < IdleTime.TotalMilliseconds - 100).Reverse().ToArray();
            close.AddRange(_idle.Except(keep));
            _idle.Clear();
            foreach (var connection in keep)
            {
                _idle.Push(connection);
            }

            if (keep.Length > 0)
            {
                _closer.Change(IdleTime, Timeout.InfiniteTimeSpan);
            }
        }

        close.ForEach(Disconnect);
    }

    private PoolConnection Connect()
    {
        lock (_seal)
        {
            if (_open == 0 && !IsReadOnly)
            {
                _seal.Enter();
            }

            try
            {
                var connection = IsReadOnly ? OpenReadOnly() : Open(_folder);
                _open++;
                return connection;
            }
            catch when (_open == 0 && !IsReadOnly)
            {
                _seal.Leave();
                throw;
            }
        }
    }

    /// <summary>Opening needs a few blocks for the shared memory file. On a full file system only the reserve has them.</summary>
    private static PoolConnection Open(PoolFolder folder)
    {
        var reserve = new RemovalReserve(folder);
        try
        {
            return new(folder.Database);
        }
        catch (SqliteException e) when ((ErrorMapping.IsOutOfSpace(e) || e.SqliteErrorCode == CantOpen) && reserve.Release())
        {
            var connection = new PoolConnection(folder.Database);
            reserve.Keep();
            return connection;
        }
    }

    /// <summary>
    /// SQLite needs files beside the database, which can't be created on a read-only file system. It does without them only where it is told that
    /// nothing changes the database.
    /// </summary>
    private PoolConnection OpenReadOnly()
    {
        if (File.Exists($"{_folder.Database}-shm"))
        {
            // A process died, or one uses the pool through another mount.
            return new(_folder.Database, readOnly: true);
        }

        if (LinuxFile.TryStatus($"{_folder.Database}-wal") is { Size: > 0 })
        {
            throw _folder.ReadOnlyWithLog();
        }

        if (_open == 0)
        {
            _seal.Check();
        }

        return new(_folder.Database, readOnly: true, immutable: true);
    }

    private void Disconnect(PoolConnection connection)
    {
        lock (_seal)
        {
            // Closing the last connection of all processes completes the database file; then the checksum is written.
            connection.Dispose();
            if (--_open == 0 && !IsReadOnly)
            {
                _seal.Leave();
            }
        }
    }
}
