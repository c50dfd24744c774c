using System.Security.Cryptography;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Engine.Operations;

/// <summary>Background operations of arrays for this user. They are stored on disk, so that any later process can follow them.</summary>
public sealed class OperationService
{
    private readonly OperationStore _store;
    private readonly ProgressQuery _query;
    private readonly Func<string, StorageArray> _arrays;
    private readonly TimeProvider _clock;

    internal OperationService(string folder, Func<string, StorageArray> arrays, TimeProvider clock)
    {
        _store = new(folder, clock);
        _arrays = arrays;
        _clock = clock;
        _query = new(_store, arrays, clock);
        Poller = new(_query.QueryAsync, clock);
    }

    internal OperationPoller Poller { get; }

    /// <summary>
    /// Makes a call that may take long, and stores the background operation that results, also when the caller's wait ends before the call does.
    /// </summary>
    /// <param name="array">The array.</param>
    /// <param name="kind">What is being done.</param>
    /// <param name="call">Does it.</param>
    /// <param name="keepAnyway">Store it although it is done already, because the caller fetches the result later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The operation: running, or completed when there was nothing to wait for.</returns>
    public async Task<OscOperation> BeginAsync(
        StorageArray array,
        OscOperationKind kind,
        Func<CancellationToken, Task<StorageElement>> call,
        bool keepAnyway,
        CancellationToken cancellationToken)
    {
        if (keepAnyway)
        {
            _store.Prepare();
        }

        var begun = await call(cancellationToken);
        var now = _clock.GetUtcNow();
        var operation = new StoredOperation(
            new()
            {
                Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)),
                Kind = kind,
                StorageServerName = array.Name,
                Target = begun.Name,
                PercentComplete = begun.AsyncProgress is >= 0 and <= 100 ? begun.AsyncProgress : null,
                StartedAt = now,
            },
            array.Uuid,
            begun);
        if (begun.AsyncProgress is null)
        {
            operation = operation.Complete(begun with { AsyncHandle = null }, now);
            if (!keepAnyway)
            {
                return operation.Operation;
            }
        }

        _store.Add(operation);
        return operation.Operation;
    }

    /// <summary>Whether it is stored, so that another process could follow it.</summary>
    public bool IsKept(string id) => _store.IsOnDisk(id);

    /// <summary>Operations as they were last stored, in the order they began. One that can't be read has a problem.</summary>
    /// <param name="serverUuids">Only those on these servers; null for all.</param>
    /// <param name="includeHistory">Also those whose outcome was handed over in the last week.</param>
    public IReadOnlyList<OperationUpdate> GetAll(IReadOnlyCollection<string>? serverUuids = null, bool includeHistory = false)
    {
        var all = new List<OperationUpdate>();
        _store.DeleteExpired();
        foreach (var id in includeHistory ? [.. _store.Ids, .. _store.HistoryIds] : _store.Ids)
        {
            try
            {
                if (_store.TryLoad(id) is { } operation && serverUuids?.Contains(operation.ServerUuid) is not false)
                {
                    all.Add(new(id, operation.Operation) { StorageServerUuid = operation.ServerUuid });
                }
            }
            catch (DataCorruptException e)
            {
                all.Add(new(id, null) { Problem = e });
            }
        }

        return [.. all.OrderBy(update => update.Operation?.StartedAt)];
    }

    /// <summary>Queries the array for the progress of an operation.</summary>
    /// <returns>The operation as it is now; with a problem, as it was last known. One that has ended is not queried again.</returns>
    /// <exception cref="NotFoundException">There is no such operation.</exception>
    public async Task<OperationUpdate> QueryAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await _query.QueryAsync(Load(id), cancellationToken);
        return new(id, answer.Operation.Operation) { StorageServerUuid = answer.Operation.ServerUuid, Problem = answer.Problem };
    }

    /// <summary>A new subscription.</summary>
    /// <param name="pollInterval">The least time between two queries of one operation; zero leaves it to the engine and the plug-in.</param>
    public OperationSubscription Subscribe(TimeSpan pollInterval = default) => new(this) { PollInterval = pollInterval };

    /// <summary>Makes the array stop an operation, and remove its partial result.</summary>
    /// <exception cref="NoSuchOperationException">The plug-in can't.</exception>
    /// <exception cref="InvalidRequestException">It has ended by itself.</exception>
    public async Task<OscOperation> StopAsync(string id, CancellationToken cancellationToken)
    {
        var operation = Load(id);
        if (!operation.HasEnded)
        {
            var array = _arrays(operation.ServerUuid);
            await array.PrepareAsync(cancellationToken); // what fails here has asked for nothing yet

            // Stored first: any process that polls it then reports the right reason.
            _store.Update(id, static kept => kept with { Stopping = true });
            var isStopped = false;
            try
            {
                isStopped = await array.CancelAsync(operation.Record, cancellationToken);
            }
            catch (StorageConnectException)
            {
                _store.Update(id, static kept => kept with { Stopping = false });
                throw;
            }

            if (isStopped)
            {
                operation = _store.Update(id, kept => kept.Stop(_clock.GetUtcNow())) ?? operation.Stop(_clock.GetUtcNow());
            }
            else
            {
                var answer = await _query.QueryAsync(_store.Update(id, static kept => kept with { Stopping = false }) ?? operation, cancellationToken);
                operation = answer.Problem is { } problem ? throw problem : answer.Operation;
            }
        }

        return operation.Operation.State == OscOperationState.Stopped
            ? operation.Operation
            : throw OperationErrors.OperationEnded(id, operation.Operation);
    }

    /// <summary>Deletes the record of an operation that has ended, and its outcome.</summary>
    /// <param name="id">The operation.</param>
    /// <param name="evenRunning">Also one that runs, can't be read, or whose array does not answer. The array goes on with it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageElementBusyException">It runs.</exception>
    public async Task RemoveAsync(string id, bool evenRunning, CancellationToken cancellationToken)
    {
        await CheckRemovableAsync(id, evenRunning, cancellationToken);
        _store.Remove(id);
    }

    /// <summary>Throws what <see cref="RemoveAsync"/> would.</summary>
    public async Task CheckRemovableAsync(string id, bool evenRunning, CancellationToken cancellationToken)
    {
        if (!evenRunning)
        {
            var update = await QueryAsync(id, cancellationToken);
            if (update.Problem is { } problem)
            {
                throw problem;
            }

            if (update.Operation is { State: OscOperationState.Running } running)
            {
                throw OperationErrors.OperationRunning(id, running);
            }
        }
        else if (!_store.Exists(id))
        {
            throw OperationErrors.OperationNotFound(id);
        }
    }

    /// <summary>Moves an operation to the history, because its outcome was handed over. It can be waited for and read for another week.</summary>
    public void MoveToHistory(string id) => _store.MoveToHistory(id);

    internal StoredOperation Load(string id) => _store.TryLoad(id) ?? throw OperationErrors.OperationNotFound(id);
}
