using System.Threading.Channels;

namespace StorageConnect.Engine.Operations;

/// <summary>
/// A wait for operations. Only the latest update of each is kept, so that a slow reader costs nothing. Disposing of it ends the
/// wait; the arrays go on.
/// </summary>
public sealed class OperationSubscription : IDisposable
{
    // A timer has a longest time.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly OperationService _service;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _subscribed = [];
    private readonly Dictionary<string, OperationUpdate> _updates = [];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private bool _isOver;

    internal OperationSubscription(OperationService service) => _service = service;

    /// <summary>The least time between two queries of an operation. Another subscription to the same operation may have a shorter one.</summary>
    public TimeSpan PollInterval { get; init; }

    /// <summary>Adds an operation to wait for. Adding it again changes nothing.</summary>
    /// <returns>The operation as it was last stored.</returns>
    /// <exception cref="NotFoundException">There is no such operation.</exception>
    public OscOperation Add(string id)
    {
        var operation = _service.Load(id);
        if (_subscribed.Add(id))
        {
            if (operation.HasEnded)
            {
                Publish(new(id, operation.Operation) { IsLast = true });
            }
            else
            {
                _service.Poller.Subscribe(operation, this);
            }
        }

        return operation.Operation;
    }

    /// <summary>The latest update of each operation since the last call; empty when there is none.</summary>
    public IReadOnlyList<OperationUpdate> Take()
    {
        lock (_lock)
        {
            OperationUpdate[] update = [.. _updates.Values];
            _updates.Clear();
            return update;
        }
    }

    /// <summary>Waits for updates.</summary>
    /// <param name="atMost">The longest wait, a day at most; null for no limit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The latest update of each operation; empty when the limit was reached first.</returns>
    public async Task<IReadOnlyList<OperationUpdate>> NextAsync(TimeSpan? atMost, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (atMost is { } limit)
        {
            timeout.CancelAfter(limit < LongestWait ? limit : LongestWait);
        }

        try
        {
            while (true)
            {
                if (Take() is { Count: > 0 } update)
                {
                    return update;
                }

                await _signal.Reader.ReadAsync(timeout.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _updates.Clear();
        }

        foreach (var id in _subscribed)
        {
            _service.Poller.Unsubscribe(id, this);
        }
    }

    internal void Publish(OperationUpdate update)
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _updates[update.Id] = update;
            }
        }

        _signal.Writer.TryWrite(true);
    }
}
