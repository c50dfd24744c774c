using StorageConnect.Tests.Engine.Arrays;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Abstractions;

/// <summary>The cache that the engine gives a plug-in, as the plug-in's own methods use it.</summary>
public sealed class PluginCacheUseTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly TestBed _bed;
    private readonly Furniture _on;

    public PluginCacheUseTests()
    {
        _bed = new(new() { Base = typeof(CachingPlugin) }, _clock);
        _on = new(_bed.Array.Contents);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_wanted_again_before_it_expires_lives_on_and_is_asked_for_once()
    {
        var door = await _bed.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("Good", await door.GetStatusAsync(null, Cancellation));
            _clock.Advance(CachingPlugin.Lifetime * 0.9);
        }

        Assert.Equal(["getStatus"], _bed.Array.CalledMethods);
    }

    [Fact]
    public async Task What_has_expired_is_asked_for_anew()
    {
        var door = await _bed.OpenAsync();
        await door.GetStatusAsync(null, Cancellation);
        _bed.Array.Contents.Status = "Degraded";
        _clock.Advance(CachingPlugin.Lifetime);
        Assert.Equal("Degraded", await door.GetStatusAsync(null, Cancellation));
        Assert.Equal(["getStatus", "getStatus"], _bed.Array.CalledMethods);
    }

    [Fact]
    public async Task What_a_change_makes_untrue_is_asked_for_anew()
    {
        var door = await _bed.OpenAsync();
        await door.GetStatusAsync(null, Cancellation);
        await door.OfflineAsync(_on.Lun, Cancellation);
        await door.GetStatusAsync(null, Cancellation);
        Assert.Equal(["getStatus", "offline", "getStatus"], _bed.Array.CalledMethods);
    }

    [Fact]
    public async Task Two_arrays_of_one_plug_in_share_nothing()
    {
        using var other = new RecordingArray();
        other.Contents.Status = "Rebuilding";
        var one = await _bed.OpenAsync();
        var two = await _bed.OpenAsync(_bed.Draft("other") with { ExtraInfo = other.Id });
        Assert.Equal("Good", await one.GetStatusAsync(null, Cancellation));
        Assert.Equal("Rebuilding", await two.GetStatusAsync(null, Cancellation));
        Assert.Equal("Good", await one.GetStatusAsync(null, Cancellation));
    }

    [Fact]
    public async Task Two_plug_ins_have_a_cache_each()
    {
        _bed.Install(new() { Base = typeof(CachingPlugin), Name = "Second", ClassName = "Second.Plugin" }, "Second");
        await _bed.OpenAsync();
        var first = _bed.Engine.Plugins.Find("Recording").Instance.Services.Cache;
        Assert.NotSame(first, _bed.Engine.Plugins.Find("Second").Instance.Services.Cache);
    }

    public void Dispose() => _bed.Dispose();
}
