using System.Diagnostics;
using StorageConnect.PluginKit.Naming;

namespace StorageConnect.PluginKit.Locks;

/// <summary>One changing operation per element at a time, over all processes. A lock dies with its process, so none is ever stale.</summary>
/// <param name="path">The array's lock file. Its bytes stand for elements, jobs and the like; it holds no data.</param>
public sealed class ElementLocks(string path)
{
    private const int LongestPauseMilliseconds = 50;
    private static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Locks an element or a job if it is free.</summary>
    /// <param name="uuid">Its Uuid.</param>
    /// <returns>The lock, or null when someone else holds it.</returns>
    public RangeLock? TryTake(string uuid) => RangeLock.TryTake(path, Identities.LockPosition(uuid));

    /// <summary>Locks all of the elements, waiting up to 15 seconds for other operations.</summary>
    /// <param name="elements">The elements. The names are for the error.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StorageElementBusyException">Another operation holds one of them for longer.</exception>
    public RangeLock Take(IEnumerable<(string Uuid, string Name)> elements, CancellationToken cancellationToken)
    {
        var all = elements.DistinctBy(element => element.Uuid).ToList();
        return Take([.. all.Select(element => Identities.LockPosition(element.Uuid)).Distinct().Order()], string.Join("', '", all.Select(element => element.Name)), cancellationToken);
    }

    /// <summary>Locks those of the elements that are free.</summary>
    /// <param name="elements">Their Uuids.</param>
    /// <param name="free">Those that are locked now.</param>
    public RangeLock TakeFree(IReadOnlyList<string> elements, out IReadOnlyList<string> free)
    {
        var held = RangeLock.TakeFree(path, [.. elements.Select(Identities.LockPosition)], out var taken);
        free = [.. elements.Where((_, i) => taken[i])];
        return held;
    }

    /// <summary>Locks bytes of the lock file, waiting as <see cref="Take(IEnumerable{ValueTuple{string, string}}, CancellationToken)"/> does.</summary>
    internal RangeLock Take(long[] positions, string what, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        for (var pause = 1; ; pause = Math.Min(pause * 2, LongestPauseMilliseconds))
        {
            if (RangeLock.TryTake(path, positions) is { } taken)
            {
                return taken;
            }

            if (Stopwatch.GetElapsedTime(begin) > WaitTimeout)
            {
                throw new StorageElementBusyException($"Another operation is at work on '{what}'.")
                {
                    ErrorId = "StorageElementInUse",
                    Element = what,
                    Retryable = true,
                    Recommendation = "Wait until it ends, then try again.",
                };
            }

            // The kernel can't both wake us and be cancelled, so this polls, with growing pauses, while somebody else holds the lock.
            if (cancellationToken.WaitHandle.WaitOne(pause))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
