using Xunit;

namespace StorageConnect.Tests.Abstractions;

/// <summary>One call to the array for all who want the same.</summary>
public sealed class PluginCacheGetOrAddTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualClock _clock = new();
    private readonly PluginCache _cache;
    private int _calls;

    public PluginCacheGetOrAddTests() => _cache = new(_clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_there_is_not_asked_for_again_until_it_expires()
    {
        Assert.Equal("1", await GetAsync());
        Assert.Equal("1", await GetAsync());
        Assert.Equal("1", _cache.GetOrAdd("lab", "token", Minute, () => "another"));
        _clock.Advance(Minute);
        Assert.Equal("2", await GetAsync());
        _clock.Advance(Minute);
        Assert.Equal("another", _cache.GetOrAdd("lab", "token", Minute, () => "another"));
    }

    [Fact]
    public async Task Callers_at_the_same_time_share_one_call()
    {
        var answer = new TaskCompletionSource<string>();
        var callers = Enumerable.Range(0, 10).Select(_ => _cache.GetOrAddAsync("lab", "token", Minute, _ => Count(answer.Task), Cancellation)).ToList();
        answer.SetResult("secret");

        Assert.All(await Task.WhenAll(callers), token => Assert.Equal("secret", token));
        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task Threads_at_the_same_time_share_one_call()
    {
        var threads = Enumerable.Range(0, 8)
            .Select(_ => Task.Run(() => _cache.GetOrAdd("lab", "token", Minute, () => Interlocked.Increment(ref _calls)), Cancellation));
        Assert.All(await Task.WhenAll(threads), token => Assert.Equal(1, token));
    }

    [Fact]
    public async Task A_failure_is_not_kept_and_the_next_caller_tries_again()
    {
        var first = new TaskCompletionSource<string>();
        var failing = _cache.GetOrAddAsync("lab", "token", Minute, _ => Count(first.Task), Cancellation);
        var waiting = _cache.GetOrAddAsync("lab", "token", Minute, _ => Count(Task.FromResult("second")), Cancellation);
        first.SetException(new ArrayUnreachableException("Down."));

        await Assert.ThrowsAsync<ArrayUnreachableException>(() => failing);
        Assert.Equal("second", await waiting);
        Assert.Equal(2, _calls);
    }

    [Fact]
    public async Task A_caller_that_gives_up_ends_its_own_call_alone()
    {
        using var cancel = new CancellationTokenSource();
        var impatient = _cache.GetOrAddAsync("lab", "token", Minute, async token =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return "never";
        }, cancel.Token);
        var waiting = _cache.GetOrAddAsync("lab", "token", Minute, _ => Task.FromResult("there"), Cancellation);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.Equal("there", await waiting);
    }

    [Fact]
    public async Task One_entry_may_need_another()
    {
        var list = await _cache.GetOrAddAsync("lab", "list", Minute, async _ => $"list with token {await GetAsync()}", Cancellation);
        Assert.Equal("list with token 1", list);
    }

    [Fact]
    public async Task A_lifetime_is_above_zero() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => _cache.GetOrAddAsync("lab", "token", TimeSpan.Zero, _ => Task.FromResult("x"), Cancellation));

    private Task<string> GetAsync() => _cache.GetOrAddAsync("lab", "token", Minute, _ => Task.FromResult($"{++_calls}"), Cancellation);

    private Task<string> Count(Task<string> answer)
    {
        _calls++;
        return answer;
    }
}
