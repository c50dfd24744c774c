namespace StorageConnect;

/// <summary>One lock per key, which exists while it is held or waited for.</summary>
internal sealed class KeyedLock<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, (SemaphoreSlim Semaphore, int Users)> _locks = [];

    /// <summary>Takes a place in the queue for a key. Dispose it to leave.</summary>
    public Turn Enter(TKey key)
    {
        lock (_locks)
        {
            var (semaphore, users) = _locks.GetValueOrDefault(key);
            semaphore ??= new(1, 1);
            _locks[key] = (semaphore, users + 1);
            return new(this, key, semaphore);
        }
    }

    private void Leave(TKey key, SemaphoreSlim semaphore)
    {
        lock (_locks)
        {
            var users = _locks[key].Users - 1;
            if (users > 0)
            {
                _locks[key] = (semaphore, users);
            }
            else
            {
                _locks.Remove(key);
                semaphore.Dispose();
            }
        }
    }

    /// <summary>A place in the queue; after a wait, the lock itself.</summary>
    public sealed class Turn(KeyedLock<TKey> owner, TKey key, SemaphoreSlim semaphore) : IDisposable
    {
        private bool _isHeld;

        public async Task WaitAsync(CancellationToken cancellationToken)
        {
            await semaphore.WaitAsync(cancellationToken);
            _isHeld = true;
        }

        public void Wait()
        {
            semaphore.Wait();
            _isHeld = true;
        }

        public void Dispose()
        {
            if (_isHeld)
            {
                semaphore.Release();
            }

            owner.Leave(key, semaphore);
        }
    }
}
