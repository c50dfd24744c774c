namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>
/// Looks for what a request made whose answer was lost. Sent again, the request would make a second one; what it makes is known by a mark in its metadata.
/// </summary>
internal static class LostAnswer
{
    /// <summary>The key of the mark.</summary>
    public const string MarkKey = "osc_request";

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Looks until it is found; null when it does not appear in time.</summary>
    public static async Task<T?> FindAsync<T>(Func<Task<T?>> look, CancellationToken cancellationToken)
        where T : class
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                if (await look() is { } found)
                {
                    return found;
                }
            }
            catch (StorageConnectException e) when (Polling.IsPassing(e))
            {
                // It may be back in a moment.
            }

            if (TimeProvider.System.GetElapsedTime(began) > Time)
            {
                return null;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }
}
