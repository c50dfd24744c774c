namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>Collects items that are added while others are processed, and processes them together afterwards, in their order.</summary>
/// <param name="most">The most items of one batch.</param>
/// <param name="work">Processes a batch, on a thread of the pool. It must not throw.</param>
internal sealed class Batches<T>(int most, Action<List<T>> work)
{
    private readonly Queue<T> _waiting = new();
    private bool _isWorking;

    /// <summary>Adds an item; its processing begins at once when none is running.</summary>
    public void Add(T item)
    {
        lock (_waiting)
        {
            _waiting.Enqueue(item);
            if (_isWorking)
            {
                return;
            }

            _isWorking = true;
        }

        _ = Task.Run(WorkOnAll, CancellationToken.None);
    }

    private void WorkOnAll()
    {
        while (Next() is { Count: > 0 } batch)
        {
            work(batch);
        }
    }

    private List<T> Next()
    {
        lock (_waiting)
        {
            var next = new List<T>();
            while (next.Count < most && _waiting.TryDequeue(out var item))
            {
                next.Add(item);
            }

            _isWorking = next.Count > 0;
            return next;
        }
    }
}
