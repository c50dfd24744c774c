using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Udev;

/// <summary>Waits for a condition on devices: checks it at once, and again after each device event. Each wait is a line of the trace.</summary>
internal static class Watch
{
    private static readonly TimeSpan LongestWithoutEvents = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWithEvents = TimeSpan.FromSeconds(1);

    /// <summary>The first result of <paramref name="find"/> that is not null; null when the timeout is over.</summary>
    /// <param name="roots">The host's folders.</param>
    /// <param name="what">What is waited for, in the trace.</param>
    /// <param name="find">The check.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<T?> ForAsync<T>(HostRoots roots, string what, Func<T?> find, TimeSpan timeout, CancellationToken cancellationToken)
        where T : class
    {
        if (find() is { } already)
        {
            return already;
        }

        using var span = Tracer.Begin($"Host: wait for {what}");

        // Listen before the next check, so that no event between the two is missed.
        using var events = DeviceEvents.Listen(roots);
        var backoff = events.IsListening
            ? new Backoff(timeout, TimeSpan.FromMilliseconds(100), LongestWithEvents)
            : new Backoff(timeout, longest: LongestWithoutEvents);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            events.Drain();
            if (find() is { } found)
            {
                return found;
            }

            if (backoff.NextPause() is not { } pause)
            {
                span.End($"not within {timeout.TotalSeconds} s");
                return null;
            }

            await events.NextAsync(pause, cancellationToken);
        }
    }

    /// <summary>True as soon as <paramref name="holds"/> is true; false when the timeout is over.</summary>
    /// <param name="roots">The host's folders.</param>
    /// <param name="what">What is waited for, in the trace.</param>
    /// <param name="holds">The condition.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<bool> UntilAsync(HostRoots roots, string what, Func<bool> holds, TimeSpan timeout, CancellationToken cancellationToken) =>
        await ForAsync(roots, what, () => holds() ? string.Empty : null, timeout, cancellationToken) is not null;
}
