using StorageConnect.PluginKit.Naming;

namespace StorageConnect.PluginKit.Locks;

/// <summary>
/// Locks on the elements of an array, over all processes. A lock dies with its process, so none is ever stale. Each element has two: the
/// lock of the element itself, for operations that change what backs it and may take long; and the lock of its target, held only while a
/// process talks to the target daemon about it, so that access to an element never waits for work on it. A process that needs both takes the
/// element's first.
/// </summary>
/// <param name="path">The array's lock file. Its bytes stand for elements, jobs and the like; it holds no data.</param>
/// <param name="timeout">How long a change waits for the lock of an element or a target; null: 15 seconds.</param>
public sealed class ElementLocks(string path, TimeSpan? timeout = null)
{
    private const long TargetBit = 0x4000_0000_0000_0000;
    private const long Keeper = TargetBit | 2;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestFollow = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a change waits for the lock of an element or a target. Changes of one element that begin together wait for each other, and each
    /// asks a cluster several times: on a busy machine the last one's turn comes after seconds.
    /// </summary>
    internal TimeSpan Timeout { get; } = timeout ?? TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a committed change waits for the locks of targets. Another process may hold a lock for long. The next use of the array updates the targets
    /// that were locked during this time.
    /// </summary>
    internal TimeSpan FollowTimeout => Timeout < LongestFollow ? Timeout : LongestFollow;

    /// <summary>Locks an element or a job if it is free.</summary>
    /// <param name="uuid">Its Uuid.</param>
    /// <returns>The lock, or null when it is held.</returns>
    public RangeLock? TryTake(string uuid) => RangeLock.TryTake(path, Identities.LockPosition(uuid));

    /// <summary>Whether an element or a job is locked at this moment.</summary>
    public bool IsHeld(string uuid) => RangeLock.IsHeld(path, Identities.LockPosition(uuid));

    /// <summary>Whether a process changes an element or its target at this moment.</summary>
    internal bool IsAtWork(string uuid) => IsHeld(uuid) || RangeLock.IsHeld(path, Target(uuid));

    /// <summary>Locks all of the elements, waiting up to 15 seconds for other operations.</summary>
    /// <param name="elements">The elements. The names are for the error.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StorageElementBusyException">Another operation holds one of them for longer.</exception>
    public RangeLock Take(IEnumerable<(string Uuid, string Name)> elements, CancellationToken cancellationToken)
    {
        var all = elements.DistinctBy(element => element.Uuid).ToList();
        return Take(
            [.. all.Select(element => Identities.LockPosition(element.Uuid)).Distinct().Order()],
            string.Join("', '", all.Select(element => element.Name)),
            cancellationToken);
    }

    /// <summary>Locks the targets of elements, waiting for other processes that talk to the daemon about them.</summary>
    /// <exception cref="StorageElementBusyException">Another process holds one of them for longer.</exception>
    internal RangeLock TakeTargets(IEnumerable<(string Uuid, string Name)> elements, CancellationToken cancellationToken)
    {
        var all = elements.DistinctBy(element => element.Uuid).ToList();
        return Take(
            [.. all.Select(element => Target(element.Uuid)).Distinct().Order()],
            string.Join("', '", all.Select(element => element.Name)),
            cancellationToken);
    }

    /// <summary>Locks the targets of elements, waiting for each until the deadline; those that aren't free then are left out.</summary>
    /// <param name="elements">The elements' Uuids.</param>
    /// <param name="locked">Those that are locked now.</param>
    /// <param name="timeout">How long to wait for all of them together.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal RangeLock TakeTargets(IReadOnlyCollection<string> elements, TimeSpan timeout, out HashSet<string> locked, CancellationToken cancellationToken)
    {
        var held = RangeLock.Open(path);
        try
        {
            var waiting = elements.ToList();
            var taken = new HashSet<string>(StringComparer.Ordinal);
            var backoff = new Backoff(timeout, longest: LongestPause);
            do
            {
                waiting.RemoveAll(element => held.TryAdd(Target(element)) && taken.Add(element));
            }
            while (waiting.Count > 0 && backoff.Wait(cancellationToken));
            locked = taken;
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Locks those elements that are free; without waiting, so that it may be called with their targets' locks held.</summary>
    /// <param name="elements">Their Uuids.</param>
    /// <param name="free">Those that are locked now.</param>
    internal RangeLock TakeFree(IReadOnlyCollection<string> elements, out HashSet<string> free)
    {
        var held = RangeLock.Open(path);
        free = elements.Where(element => held.TryAdd(Identities.LockPosition(element))).ToHashSet(StringComparer.Ordinal);
        return held;
    }

    /// <summary>Locks the keeping of the array's background jobs if it is free.</summary>
    internal RangeLock? TryTakeKeeper() => RangeLock.TryTake(path, Keeper);

    /// <summary>Locks one byte of the lock file that stands for no element.</summary>
    internal RangeLock Take(long position, string what, CancellationToken cancellationToken) => Take([position], what, cancellationToken);

    private static long Target(string uuid) => Identities.LockPosition(uuid) | TargetBit;

    private RangeLock Take(long[] positions, string what, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(Timeout, longest: LongestPause);
        while (true)
        {
            if (RangeLock.TryTake(path, positions) is { } taken)
            {
                return taken;
            }

            if (!backoff.Wait(cancellationToken))
            {
                throw new StorageElementBusyException($"Another operation holds '{what}'.")
                {
                    ErrorId = "StorageElementInUse",
                    Element = what,
                    Retryable = true,
                    Recommendation = "Wait until it ends, then try again.",
                };
            }
        }
    }
}
