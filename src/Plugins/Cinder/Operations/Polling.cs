using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>Waits for what Cinder does in the background: it sends no events.</summary>
internal static class Polling
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>How long a call that is synchronous in the guide waits.</summary>
    public static readonly TimeSpan SynchronousTime = TimeSpan.FromMinutes(10);

    /// <summary>How long the service may be away before such a call gives up.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromMinutes(1);

    /// <summary>Reads until there is a result.</summary>
    /// <param name="name">What is waited for.</param>
    /// <param name="time">How long to wait.</param>
    /// <param name="read">Reads; the result is null while it is not decided, with the status for the message.</param>
    /// <param name="cancellationToken">Ends the wait, not the work.</param>
    /// <exception cref="ArrayUnreachableException">It isn't decided in time.</exception>
    public static async Task<T> UntilAsync<T>(string name, TimeSpan time, Func<Task<(T? Result, string Status)>> read, CancellationToken cancellationToken)
        where T : class
    {
        var began = TimeProvider.System.GetTimestamp();
        var lastAnswer = began;
        for (var pause = First; ; pause = pause * 2 < Longest ? pause * 2 : Longest)
        {
            var status = "unknown";
            try
            {
                (var result, status) = await read();
                if (result is not null)
                {
                    return result;
                }

                lastAnswer = TimeProvider.System.GetTimestamp();
            }
            catch (StorageConnectException e) when (IsPassing(e) && TimeProvider.System.GetElapsedTime(lastAnswer) < Outage)
            {
                // The work goes on without the interface to it, or while it fails.
            }

            if (TimeProvider.System.GetElapsedTime(began) > time)
            {
                throw CinderErrors.StillRunning(name, status, time);
            }

            await Task.Delay(pause, cancellationToken);
        }
    }

    /// <summary>True for an error that says nothing about what is waited for: there was no answer, or a fault in its place.</summary>
    public static bool IsPassing(StorageConnectException error) => error.Retryable || error is ArrayUnreachableException;
}
