namespace StorageConnect.PluginKit.Tgt;

/// <content>Retries of requests that tgtd refuses while commands are running.</content>
public sealed partial class TgtTargetDaemon
{
    /// <summary>Retries a request that tgtd refuses while commands are running, for a while.</summary>
    /// <exception cref="StorageElementBusyException">It still does.</exception>
    private static void UntilFree(Action request, CancellationToken cancellationToken)
    {
        if (!TryUntilFree(request, DrainTimeout, cancellationToken))
        {
            request();
        }
    }

    private static bool TryUntilFree(Action request, TimeSpan timeout, CancellationToken cancellationToken) => TryUntil(
        () =>
        {
            try
            {
                request();
                return true;
            }
            catch (StorageElementBusyException)
            {
                return false;
            }
        },
        timeout,
        cancellationToken);

    private static bool TryUntil(Func<bool> isDone, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // tgtd sends no event when it is done. The pauses grow, and only while initiators send commands.
        var backoff = new Backoff(timeout, longest: LongestPause);
        do
        {
            if (isDone())
            {
                return true;
            }
        }
        while (backoff.Wait(cancellationToken));
        return false;
    }
}
