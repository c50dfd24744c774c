namespace StorageConnect.Engine.Operations;

/// <summary>Monotonic percentage and remaining time, from what an array reports.</summary>
internal sealed class OperationProgress(TimeProvider clock)
{
    private (long At, int Percent)? _first;
    private (long At, int Percent)? _latest;

    /// <summary>0 to 100; null while the array has reported none.</summary>
    public int? Percent => _latest?.Percent;

    /// <summary>Estimated from the progress so far; null while there is none.</summary>
    public TimeSpan? Remaining
    {
        get
        {
            if (_first is not { } first || _latest is not { } latest || latest.Percent <= first.Percent)
            {
                return null;
            }

            var left = clock.GetElapsedTime(first.At, latest.At) * (100 - latest.Percent) / (latest.Percent - first.Percent) - clock.GetElapsedTime(latest.At);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <param name="reported">-1 (unknown) or 0 to 100, as <c>getAsyncProgress</c> has it; values outside are clamped.</param>
    public void Report(int reported)
    {
        var percent = Math.Min(reported, 100);
        if (percent < 0 || percent <= _latest?.Percent)
        {
            return;
        }

        _latest = (clock.GetTimestamp(), percent);
        _first ??= _latest;
    }
}
