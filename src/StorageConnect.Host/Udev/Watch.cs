namespace StorageConnect.Host.Udev;

/// <summary>Waits for something to be so: looks, and looks again whenever a device came, changed or went.</summary>
internal static class Watch
{
    private static readonly TimeSpan LongestBlind = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestListening = TimeSpan.FromSeconds(1);

    /// <summary>What <paramref name="look"/> finds as soon as it finds something; null when the patience is over.</summary>
    public static async Task<T?> ForAsync<T>(HostRoots roots, Func<T?> look, TimeSpan patience, CancellationToken cancellationToken)
        where T : class
    {
        if (look() is { } already)
        {
            return already;
        }

        // Listening before the look, so that nothing can happen in between unheard.
        using var events = DeviceEvents.Listen(roots);
        var longest = events.IsListening ? LongestListening : LongestBlind;
        var pause = events.IsListening ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromMilliseconds(1);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            events.Drain();
            if (look() is { } found)
            {
                return found;
            }

            var left = patience - TimeProvider.System.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                return null;
            }

            await events.NextAsync(pause < left ? pause : left, cancellationToken);
            pause = pause * 2 < longest ? pause * 2 : longest;
        }
    }

    /// <summary>True as soon as <paramref name="holds"/> does; false when the patience is over.</summary>
    public static async Task<bool> UntilAsync(HostRoots roots, Func<bool> holds, TimeSpan patience, CancellationToken cancellationToken) =>
        await ForAsync(roots, () => holds() ? string.Empty : null, patience, cancellationToken) is not null;
}
