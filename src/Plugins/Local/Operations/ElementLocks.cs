using System.Diagnostics;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Naming;
using StorageConnect.Plugins.Local.Native;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>One changing operation per element at a time, over all processes. A lock dies with its process, so none is ever stale.</summary>
internal sealed class ElementLocks(PoolFolder folder)
{
    private const int LongestPauseMilliseconds = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The lock, or null when somebody has it.</summary>
    public RangeLock? TryTake(string uuid) => RangeLock.TryTake(folder.Locks, Identities.LockPosition(uuid));

    /// <summary>Locks all of them, waiting for operations that are short.</summary>
    /// <exception cref="StorageElementBusyException">Another operation takes long.</exception>
    public RangeLock Take(IEnumerable<(string Uuid, string Name)> elements, CancellationToken cancellationToken)
    {
        var all = elements.DistinctBy(element => element.Uuid).ToList();
        return Take([.. all.Select(element => Identities.LockPosition(element.Uuid)).Distinct().Order()], string.Join("', '", all.Select(element => element.Name)), cancellationToken);
    }

    /// <summary>Locks those of the elements on which nobody is at work.</summary>
    public RangeLock TakeFree(IReadOnlyList<string> elements, out IReadOnlyList<string> free)
    {
        var held = RangeLock.TakeFree(folder.Locks, [.. elements.Select(Identities.LockPosition)], out var taken);
        free = [.. elements.Where((_, i) => taken[i])];
        return held;
    }

    /// <summary>Locks what these positions stand for, waiting as <see cref="Take(IEnumerable{ValueTuple{string, string}}, CancellationToken)"/> does.</summary>
    public RangeLock Take(long[] positions, string what, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        for (var pause = 1; ; pause = Math.Min(pause * 2, LongestPauseMilliseconds))
        {
            if (RangeLock.TryTake(folder.Locks, positions) is { } taken)
            {
                return taken;
            }

            if (Stopwatch.GetElapsedTime(begin) > Patience)
            {
                throw new StorageElementBusyException($"Another operation is at work on '{what}'.")
                {
                    ErrorId = "StorageElementInUse",
                    Element = what,
                    Retryable = true,
                    Recommendation = "Wait until it ends, then try again.",
                };
            }

            // The kernel can't wake us and be cancelled both; the pauses grow, and only while somebody else has the lock.
            if (cancellationToken.WaitHandle.WaitOne(pause))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
