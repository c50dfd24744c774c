using StorageConnect.Engine.Errors;

namespace StorageConnect.Engine.Operations;

/// <summary>Polling schedule: 20 ms growing to 2 s, and how many failures are tolerated.</summary>
internal sealed class PollingSchedule
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(20);

    private const double Growth = 1.5;

    // A failover takes a minute or two; a fault in a plug-in's code seldom passes.
    private const int FailuresTolerated = 60;
    private const int FaultsTolerated = 5;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestAfterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRequested = TimeSpan.FromMinutes(1);

    private TimeSpan _pause = First;
    private int _failures;

    /// <param name="result">The result of the last query.</param>
    /// <param name="remaining">The estimated rest of the operation, where known: the next query comes no later than its end.</param>
    /// <returns>The pause before the next query; null when another query is useless.</returns>
    public TimeSpan? Next(ProgressResult result, TimeSpan? remaining)
    {
        if (result.Problem is { } problem)
        {
            _failures++;
            _pause = Min(Max(_pause, TimeSpan.FromMilliseconds(100)) * 2, LongestAfterFailure);
            return result.IsTransient && _failures < (problem is PluginFaultException ? FaultsTolerated : FailuresTolerated) ? _pause : null;
        }

        _failures = 0;
        if (result.RequestedPause is { } requested)
        {
            return Max(First, Min(requested, LongestRequested));
        }

        _pause = Min(_pause * Growth, Longest);
        return remaining is { } left ? Max(First, Min(_pause, left)) : _pause;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
