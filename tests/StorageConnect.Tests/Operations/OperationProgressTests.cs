using StorageConnect.Engine.Operations;
using Xunit;

namespace StorageConnect.Tests.Operations;

/// <summary>What a user sees of what an array reports.</summary>
public sealed class OperationProgressTests
{
    private readonly SteppingClock _clock = new();
    private readonly OperationProgress _progress;

    public OperationProgressTests() => _progress = new(_clock);

    [Theory]
    [InlineData(new[] { -1 }, null)]
    [InlineData(new[] { -7 }, null)]
    [InlineData(new[] { 0 }, 0)]
    [InlineData(new[] { 250 }, 100)]
    [InlineData(new[] { 40, 30 }, 40)]
    [InlineData(new[] { 40, -1 }, 40)]
    [InlineData(new[] { -1, 40 }, 40)]
    [InlineData(new[] { 40, 30, 50 }, 50)]
    public void The_bar_stays_within_0_and_100_and_never_jumps_backwards(int[] reported, int? shown)
    {
        foreach (var percent in reported)
        {
            _progress.Report(percent);
        }

        Assert.Equal(shown, _progress.Percent);
    }

    [Fact]
    public void The_time_left_goes_by_the_pace_so_far()
    {
        _progress.Report(10);
        Assert.Null(_progress.Remaining);

        _clock.Advance(TimeSpan.FromSeconds(10));
        _progress.Report(30);
        Assert.Equal(TimeSpan.FromSeconds(35), _progress.Remaining);

        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(30), _progress.Remaining);

        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(TimeSpan.Zero, _progress.Remaining);
    }

    [Fact]
    public void An_array_that_never_tells_a_percentage_gives_no_estimate()
    {
        _progress.Report(-1);
        _clock.Advance(TimeSpan.FromSeconds(10));
        _progress.Report(-1);

        Assert.Null(_progress.Remaining);
    }
}
