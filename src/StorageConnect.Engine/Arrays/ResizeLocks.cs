namespace StorageConnect.Engine;

/// <summary>
/// One resize of an element at a time in this process: the size is read back after each, and must be the one that the array answered, not that of
/// another resize in between.
/// </summary>
internal static class ResizeLocks
{
    private static readonly SemaphoreSlim[] Locks = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits until no other resize of the element is under way.</summary>
    /// <returns>The lock; dispose it to release it.</returns>
    public static async Task<Held> EnterAsync(string uuid, CancellationToken cancellationToken)
    {
        var one = Locks[(uint)StringComparer.Ordinal.GetHashCode(uuid) % (uint)Locks.Length];
        await one.WaitAsync(cancellationToken);
        return new Held(one);
    }

    /// <summary>A lock that is held.</summary>
    internal sealed class Held(SemaphoreSlim one) : IDisposable
    {
        public void Dispose() => one.Release();
    }
}
