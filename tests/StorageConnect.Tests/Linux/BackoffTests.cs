using Xunit;

namespace StorageConnect.Tests.Linux;

/// <summary>Growing pauses.</summary>
public sealed class BackoffTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Each_pause_is_twice_as_long_as_the_one_before_up_to_the_longest()
    {
        var backoff = new Backoff(TimeSpan.MaxValue, TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(20));

        Assert.Equal([3, 6, 12, 20, 20], Enumerable.Range(0, 5).Select(_ => backoff.NextPause()!.Value.TotalMilliseconds));
    }

    [Fact]
    public async Task After_the_timeout_there_is_no_pause()
    {
        var backoff = new Backoff(TimeSpan.Zero);

        Assert.Null(backoff.NextPause());
        Assert.False(backoff.Wait(Cancellation));
        Assert.False(await backoff.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task Cancelling_ends_a_pause()
    {
        using var cancel = new CancellationTokenSource();
        var backoff = new Backoff(TimeSpan.MaxValue, TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        var waiting = backoff.WaitAsync(cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Throws<OperationCanceledException>(() => backoff.Wait(cancel.Token));
    }

    [Fact]
    public void Without_a_timeout_the_pauses_go_on() => Assert.Equal(TimeSpan.FromMilliseconds(1), Backoff.Endless().NextPause());
}
