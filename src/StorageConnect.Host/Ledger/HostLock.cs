using StorageConnect.Engine;

namespace StorageConnect.Host.Ledger;

/// <summary>Locks between all who work on this host's storage with the same records: other tasks, and other processes.</summary>
/// <remarks>The kernel lets go of a lock when its process dies. The files stay: they are empty, and removing one could take another's lock.</remarks>
internal sealed class HostLock(string folder, HostDeadlines deadlines)
{
    /// <summary>Waits for the lock of this name; disposing lets it go.</summary>
    /// <exception cref="StorageElementBusyException">Another has it for too long.</exception>
    public async Task<IDisposable> TakeAsync(string kind, string name, CancellationToken cancellationToken)
    {
        PrivateFile.EnsureFolder(folder);
        var path = Path.Combine(folder, $"{kind}-{RecordName.Of(name)}");
        var queue = new Backoff(deadlines.Lock);
        while (true)
        {
            try
            {
                return PrivateFile.OpenExclusive(path);
            }
            catch (IOException e) when (PrivateFile.IsLockedByOther(e))
            {
                if (!await queue.WaitAsync(cancellationToken))
                {
                    throw new StorageElementBusyException($"Another command has been working on the {kind} '{name}' on this host for over {deadlines.Lock.TotalSeconds:0} s.", e)
                    {
                        ErrorId = "HostBusy",
                        Element = name,
                        Retryable = true,
                        Recommendation = "Wait until it is done, or end it, then repeat.",
                    };
                }
            }
        }
    }

    /// <summary>All of these locks, in an order that is the same for everyone, so that no two wait for each other.</summary>
    public async Task<IDisposable> TakeAllAsync(string kind, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var taken = new Locks();
        try
        {
            foreach (var name in names.Distinct().Order(StringComparer.Ordinal))
            {
                taken.Add(await TakeAsync(kind, name, cancellationToken));
            }

            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    private sealed class Locks : IDisposable
    {
        private readonly List<IDisposable> _locks = [];

        public void Add(IDisposable one) => _locks.Add(one);

        public void Dispose() => _locks.ForEach(one => one.Dispose());
    }
}
