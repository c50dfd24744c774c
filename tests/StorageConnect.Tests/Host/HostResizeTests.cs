using StorageConnect.Host.Attaching;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

public sealed class HostResizeTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private readonly SimulatedHost _host = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Every_path_is_read_anew_and_then_the_map_takes_the_size_over()
    {
        var element = await AttachedAsync();

        var device = await ResizeAsync(Grow(element));

        Assert.Equal(2 * element.SizeBytes, device.SizeBytes);
        Assert.Contains($"resize map {element.Page83Id}", _host.MultipathdCommands);
    }

    [Fact]
    public async Task A_path_that_is_down_ends_it_before_anything_is_changed()
    {
        var element = await AttachedAsync();
        _host.Break(_host.Sessions()[1]);

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => ResizeAsync(Grow(element)));

        Assert.Equal("PathNotReady", error.ErrorId);
        Assert.DoesNotContain(_host.MultipathdCommands, command => command.StartsWith("resize", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_path_that_leads_to_another_LUN_by_now_is_found_out()
    {
        var element = await AttachedAsync();
        _host.Array.Change(element, now => now with { AccessGroupNames = [] });
        var next = _host.Array.Add("next", Target, 5);
        _host.Array.Change(next, now => now with { AccessGroupNames = ["this-host"] });

        Assert.Equal("WrongDisk", (await Assert.ThrowsAsync<DataCorruptException>(() => ResizeAsync(element))).ErrorId);
    }

    [Fact]
    public async Task A_path_that_goes_meanwhile_leads_to_no_other_LUN_and_ends_it()
    {
        var element = await AttachedAsync();
        LoseAtRescan(_host.Sessions()[1]);

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => ResizeAsync(Grow(element)));

        Assert.Equal("PathNotReady", error.ErrorId);
        Assert.Contains("gone", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_path_that_goes_hides_no_other_one_that_leads_to_another_LUN(int lost)
    {
        var element = await AttachedAsync();
        _host.Array.Change(element, now => now with { AccessGroupNames = [] });
        var next = _host.Array.Add("next", Target, 5);
        _host.Array.Change(next, now => now with { AccessGroupNames = ["this-host"] });
        LoseAtRescan(_host.Sessions()[lost]);

        Assert.Equal("WrongDisk", (await Assert.ThrowsAsync<DataCorruptException>(() => ResizeAsync(element))).ErrorId);
    }

    [Fact]
    public async Task A_path_that_shows_another_size_than_the_array_is_an_error()
    {
        var element = await AttachedAsync();

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => ResizeAsync(element with { SizeBytes = 3 * element.SizeBytes }));

        Assert.Contains($"{element.SizeBytes} bytes", error.Message);
    }

    [Fact]
    public async Task An_ok_of_multipathd_that_changed_nothing_is_no_success()
    {
        var element = await AttachedAsync();
        _host.IsMultipathdDeafToSizes = true;

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => ResizeAsync(Grow(element)));

        Assert.Contains("ok", error.Message);
    }

    [Fact]
    public async Task An_element_without_a_device_here_is_an_error() =>
        Assert.Equal("DeviceNotFound", (await Assert.ThrowsAsync<NotFoundException>(() => ResizeAsync(_host.Array.Add("db01", Target, 5)))).ErrorId);

    private void LoseAtRescan(IscsiSession session)
    {
        var loss = new Lazy<bool>(() =>
        {
            _host.RemoveSession(session.Id);
            return true;
        });
        _host.OnWrite = (_, _) => Assert.True(loss.Value);
    }

    private StorageElement Grow(StorageElement element)
    {
        _host.Array.Change(element, now => now with { SizeBytes = 2 * now.SizeBytes });
        return _host.Array.Now(element);
    }

    private async Task<StorageElement> AttachedAsync()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await new ElementAttacher(_host.Open(), _host.Array, _ => { }).RunAsync(element, [], Cancellation);
        return element;
    }

    private Task<OscDevice> ResizeAsync(StorageElement element) => new ElementResizer(_host.Open()).RunAsync(element, Cancellation);
}
