using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.Ledger;

/// <summary>The locks of this host's work: one run at a time per element, and one where sessions with a target begin or end.</summary>
internal sealed class WorkLocks(HostRoots roots, HostDeadlines deadlines)
{
    /// <summary>Waits until no other run attaches, detaches or resizes the element.</summary>
    public async Task<IDisposable> TakeElementAsync(string key, CancellationToken cancellationToken) =>
        await HostLock.TakeAsync(roots, NameOf(key), deadlines.Lock, cancellationToken);

    /// <summary>The lock of an element if it is free at this moment, else null.</summary>
    public IDisposable? TryTakeElement(string key) => HostLock.TryTake(roots, NameOf(key));

    /// <summary>
    /// Waits until no other run is between a login at one of these targets and its disk, or between the last disk and the logout. The locks are
    /// taken in one order by all, against deadlocks.
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

    /// <summary>Waits until no other run removes stale devices, or finds out whether an identity of a presentation is still needed.</summary>
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
