namespace StorageConnect.Engine.Operations;

/// <summary>
/// When to ask again: soon at first, so that short work is short, then more and more seldom; and how long to bear with an array that can't tell.
/// </summary>
internal sealed class PollingSchedule
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(20);

    private const double Growth = 1.5;

    // A failover takes a minute or two; a fault in a plug-in's code seldom passes.
    private const int UnansweredAtMost = 60;
    private const int FaultsAtMost = 5;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestUnanswered = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWish = TimeSpan.FromMinutes(1);

    private TimeSpan _pause = First;
    private int _failures;

    /// <param name="answer">What came of the last question.</param>
    /// <param name="remaining">What is still to be done, where that can be told: the end is not slept through.</param>
    /// <returns>The pause; null when asking again is in vain.</returns>
    public TimeSpan? Next(ProgressResult answer, TimeSpan? remaining)
    {
        if (answer.Problem is { } problem)
        {
            _failures++;
            _pause = Min(Max(_pause, TimeSpan.FromMilliseconds(100)) * 2, LongestUnanswered);
            return answer.IsTransient && _failures < (problem is PluginFaultException ? FaultsAtMost : UnansweredAtMost) ? _pause : null;
        }

        _failures = 0;
        if (answer.Pause is { } wish)
        {
            return Max(First, Min(wish, LongestWish));
        }

        _pause = Min(_pause * Growth, Longest);
        return remaining is { } left ? Max(First, Min(_pause, left)) : _pause;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
