namespace StorageConnect.Linux.Waiting;

/// <summary>
/// Polls with growing pauses, where there is no event to wait for: the first is short, each further one is twice as long, up to a limit. The kernel
/// sends no event when a device leaves sysfs, when another process releases a lock, or when udev removes a link.
/// </summary>
/// <param name="timeout">How long all pauses together may take.</param>
/// <param name="first">The first pause; 1 ms unless given.</param>
/// <param name="longest">The longest pause; 100 ms unless given.</param>
public sealed class Backoff(TimeSpan timeout, TimeSpan? first = null, TimeSpan? longest = null)
{
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private readonly TimeSpan _longest = longest ?? TimeSpan.FromMilliseconds(100);
    private TimeSpan _next = first ?? TimeSpan.FromMilliseconds(1);

    /// <summary>Without a timeout: the caller's token ends the wait.</summary>
    /// <param name="longest">The longest pause.</param>
    public static Backoff Endless(TimeSpan? longest = null) => new(TimeSpan.MaxValue, null, longest);

    /// <summary>Pauses. False, at once, when the timeout is over.</summary>
    /// <param name="cancellationToken">Ends the pause.</param>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (NextPause() is not { } pause)
        {
            return false;
        }

        await Task.Delay(pause, cancellationToken);
        return true;
    }

    /// <summary>As <see cref="WaitAsync"/>, on the calling thread.</summary>
    /// <param name="cancellationToken">Ends the pause.</param>
    public bool Wait(CancellationToken cancellationToken)
    {
        if (NextPause() is not { } pause)
        {
            return false;
        }

        if (cancellationToken.WaitHandle.WaitOne(pause))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return true;
    }

    /// <summary>The length of the next pause, for callers that wait for an event at the same time; null when the timeout is over.</summary>
    public TimeSpan? NextPause()
    {
        var left = timeout - TimeProvider.System.GetElapsedTime(_began);
        if (left <= TimeSpan.Zero)
        {
            return null;
        }

        var pause = _next < left ? _next : left;
        _next = _next * 2 < _longest ? _next * 2 : _longest;
        return pause;
    }
}
