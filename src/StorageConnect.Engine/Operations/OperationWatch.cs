using System.Threading.Channels;

namespace StorageConnect.Engine;

/// <summary>
/// Somebody who waits for operations. Of each only the latest news is kept, so that a slow reader costs nothing. Disposing of it ends the
/// wait; the arrays go on.
/// </summary>
public sealed class OperationWatch : IDisposable
{
    private readonly OperationService _service;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _watched = [];
    private readonly Dictionary<string, OperationNews> _news = [];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private bool _isOver;

    internal OperationWatch(OperationService service) => _service = service;

    /// <summary>How long not to ask an array again, at least. Others who wait for the same operation may be less patient.</summary>
    public TimeSpan PollInterval { get; init; }

    /// <summary>Waits for one more operation. Adding it again changes nothing.</summary>
    /// <returns>The operation as it was last kept.</returns>
    /// <exception cref="NotFoundException">There is no such operation.</exception>
    public OscOperation Add(string id)
    {
        var operation = _service.Load(id);
        if (_watched.Add(id))
        {
            if (operation.HasEnded)
            {
                Tell(new(id, operation.Operation) { IsLast = true });
            }
            else
            {
                _service.Follower.Follow(operation, this);
            }
        }

        return operation.Operation;
    }

    /// <summary>The latest news of each operation since this was last asked; empty when there is none.</summary>
    public IReadOnlyList<OperationNews> Take()
    {
        lock (_gate)
        {
            OperationNews[] news = [.. _news.Values];
            _news.Clear();
            return news;
        }
    }

    /// <summary>Waits for news.</summary>
    /// <param name="atMost">How long, or null for as long as it takes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The latest news of each operation; empty when the time was over first.</returns>
    public async Task<IReadOnlyList<OperationNews>> NextAsync(TimeSpan? atMost, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (atMost is { } limit)
        {
            patience.CancelAfter(limit);
        }

        try
        {
            while (true)
            {
                if (Take() is { Count: > 0 } news)
                {
                    return news;
                }

                await _signal.Reader.ReadAsync(patience.Token);
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
        lock (_gate)
        {
            _isOver = true;
            _news.Clear();
        }

        foreach (var id in _watched)
        {
            _service.Follower.Leave(id, this);
        }
    }

    internal void Tell(OperationNews news)
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _news[news.Id] = news;
            }
        }

        _signal.Writer.TryWrite(true);
    }
}
