using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.Ledger;

/// <summary>Who works on what: one at a time on an element, and one at a time where a target's sessions begin or end.</summary>
internal sealed class WorkLocks(HostRoots roots, HostDeadlines deadlines)
{
    /// <summary>Waits until nobody else attaches, detaches or resizes the element.</summary>
    public async Task<IDisposable> TakeElementAsync(string key, CancellationToken cancellationToken) =>
        await HostLock.TakeAsync(roots, NameOf(key), deadlines.Lock, cancellationToken);

    /// <summary>The lock of an element if nobody works on it at this moment, else null.</summary>
    public IDisposable? TryTakeElement(string key) => HostLock.TryTake(roots, NameOf(key));

    /// <summary>
    /// Waits until nobody else is between a login at one of these targets and its disk, or between the last disk and the logout. In an order
    /// that is the same for everyone, so that no two wait for each other.
    /// </summary>
    public async Task<IDisposable> TakeTargetsAsync(IEnumerable<string> targets, CancellationToken cancellationToken)
    {
        var taken = new Locks();
        try
        {
            foreach (var target in targets.Distinct().Order(StringComparer.Ordinal))
            {
                taken.Add(await HostLock.TakeAsync(roots, $"devices of the target {target}", deadlines.Lock, cancellationToken));
            }

            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Waits until nobody else takes stale devices away.</summary>
    public async Task<IDisposable> TakePurgeAsync(CancellationToken cancellationToken) =>
        await HostLock.TakeAsync(roots, "stale devices", deadlines.Lock, cancellationToken);

    private static string NameOf(string key) => $"storage element {key}";

    private sealed class Locks : IDisposable
    {
        private readonly List<HostLock> _locks = [];

        public void Add(HostLock one) => _locks.Add(one);

        public void Dispose() => _locks.ForEach(one => one.Dispose());
    }
}
