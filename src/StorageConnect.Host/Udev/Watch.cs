using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Udev;

/// <summary>Waits for something to be so: looks, and looks again whenever a device came, changed or went.</summary>
internal static class Watch
{
    private static readonly TimeSpan LongestBlind = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestListening = TimeSpan.FromSeconds(1);

    /// <summary>What <paramref name="find"/> finds as soon as it finds something; null when the timeout is over.</summary>
    public static async Task<T?> ForAsync<T>(HostRoots roots, Func<T?> find, TimeSpan timeout, CancellationToken cancellationToken)
        where T : class
    {
        if (find() is { } already)
        {
            return already;
        }

        // Listen before the first check, so that nothing can happen in between unheard.
        using var events = DeviceEvents.Listen(roots);
        var longest = events.IsListening ? LongestListening : LongestBlind;
        var pause = events.IsListening ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromMilliseconds(1);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            events.Drain();
            if (find() is { } found)
            {
                return found;
            }

            var left = timeout - TimeProvider.System.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                return null;
            }

            await events.NextAsync(pause < left ? pause : left, cancellationToken);
            pause = pause * 2 < longest ? pause * 2 : longest;
        }
    }

    /// <summary>True as soon as <paramref name="holds"/> does; false when the timeout is over.</summary>
    public static async Task<bool> UntilAsync(HostRoots roots, Func<bool> holds, TimeSpan timeout, CancellationToken cancellationToken) =>
        await ForAsync(roots, () => holds() ? string.Empty : null, timeout, cancellationToken) is not null;
}
