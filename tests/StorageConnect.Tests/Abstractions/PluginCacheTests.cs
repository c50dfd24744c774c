using Xunit;

namespace StorageConnect.Tests.Abstractions;

public sealed class PluginCacheTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly ManualClock _clock = new();
    private readonly PluginCache _cache;

    public PluginCacheTests() => _cache = new(_clock);

    [Fact]
    public void What_was_set_is_there_until_it_expires()
    {
        _cache.Set("array", "volumes", "raw", Minute);
        _clock.Advance(Minute - TimeSpan.FromTicks(1));
        Assert.True(_cache.TryGet<string>("array", "volumes", out var value));
        Assert.Equal("raw", value);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.False(_cache.TryGet<string>("array", "volumes", out _));
    }

    [Fact]
    public void Setting_again_replaces_value_and_lifetime()
    {
        _cache.Set("array", "volumes", "old", Minute);
        _cache.Set("array", "volumes", "new", 2 * Minute);
        _clock.Advance(Minute);
        Assert.True(_cache.TryGet<string>("array", "volumes", out var value));
        Assert.Equal("new", value);
    }

    [Fact]
    public void A_value_of_another_type_is_not_found()
    {
        _cache.Set("array", "volumes", 7, Minute);
        Assert.False(_cache.TryGet<string>("array", "volumes", out _));
        Assert.True(_cache.TryGet<int>("array", "volumes", out _));
    }

    [Fact]
    public void Extending_counts_from_now()
    {
        _cache.Set("array", "volumes", "raw", Minute);
        _clock.Advance(Minute / 2);
        Assert.True(_cache.Extend("array", "volumes", Minute));
        _clock.Advance(Minute * 0.75);
        Assert.True(_cache.TryGet<string>("array", "volumes", out _));
        _clock.Advance(Minute * 0.25);
        Assert.False(_cache.TryGet<string>("array", "volumes", out _));
    }

    [Fact]
    public void What_expired_can_not_be_extended()
    {
        _cache.Set("array", "volumes", "raw", Minute);
        _clock.Advance(Minute);
        Assert.False(_cache.Extend("array", "volumes", Minute));
        Assert.False(_cache.TryGet<string>("array", "volumes", out _));
    }

    [Fact]
    public void Caches_of_two_arrays_do_not_mix()
    {
        _cache.Set("one", "volumes", 1, Minute);
        _cache.Set("two", "volumes", 2, Minute);
        _cache.Clear("one");
        Assert.False(_cache.TryGet<int>("one", "volumes", out _));
        Assert.True(_cache.TryGet<int>("two", "volumes", out _));
    }

    [Fact]
    public void Clearing_forgets_one_entry_or_everything()
    {
        _cache.Set("array", "volumes", 1, Minute);
        _cache.Set("array", "snapshots", 2, Minute);
        _cache.Clear("array", "volumes");
        Assert.False(_cache.TryGet<int>("array", "volumes", out _));
        Assert.True(_cache.TryGet<int>("array", "snapshots", out _));
        _cache.Clear();
        Assert.False(_cache.TryGet<int>("array", "snapshots", out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_lifetime_must_be_positive(int ticks)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _cache.Set("array", "volumes", 1, TimeSpan.FromTicks(ticks)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _cache.Extend("array", "volumes", TimeSpan.FromTicks(ticks)));
    }

    [Fact]
    public void A_lifetime_without_end_is_fine()
    {
        _cache.Set("array", "volumes", 1, TimeSpan.MaxValue);
        Assert.True(_cache.Extend("array", "volumes", TimeSpan.MaxValue));
        Assert.True(_cache.TryGet<int>("array", "volumes", out _));
    }

    [Fact]
    public async Task A_reader_who_finds_an_expired_value_never_takes_away_the_fresh_one()
    {
        // Each round the value of the round before has expired; the fresh one must be there once it was set, whatever readers do meanwhile.
        var stop = false;
        var reader = Task.Run(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                _cache.TryGet<int>("array", "volumes", out _);
            }
        }, TestContext.Current.CancellationToken);
        try
        {
            for (var round = 0; round < 20_000; round++)
            {
                _clock.Advance(Minute);
                _cache.Set("array", "volumes", round, Minute);
                Assert.True(_cache.TryGet<int>("array", "volumes", out var value));
                Assert.Equal(round, value);
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            await reader;
        }
    }
}
