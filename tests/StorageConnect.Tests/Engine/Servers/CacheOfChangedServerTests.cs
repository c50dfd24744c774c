using StorageConnect.Tests.Abstractions;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Servers;

/// <summary>A session that a plug-in keeps in memory belongs to an address and a credential.</summary>
public sealed class CacheOfChangedServerTests : IDisposable
{
    private readonly TestBed _bed = new(new() { Base = typeof(CachingPlugin) });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task A_changed_server_is_asked_again()
    {
        await FillAsync();
        await ChangeAsync(server => server with { AdminHost = "elsewhere" });
        Assert.Equal("Degraded", await StatusAsync());
    }

    [Fact]
    public async Task A_change_in_another_process_is_noticed()
    {
        await FillAsync();
        await _bed.NewEngine().ChangeAsync("lab", server => server with { AdminHost = "elsewhere" }, null, Cancellation);
        Assert.Equal("Degraded", await StatusAsync());
    }

    [Fact]
    public async Task The_check_of_a_change_meets_no_session_of_before()
    {
        await FillAsync();
        var during = "";
        _bed.Array.Before("getInfo", async (_, token) => during = await _bed.Engine.GetArray("lab").GetStatusAsync(null, token));
        await ChangeAsync(server => server with { AdminHost = "elsewhere" });
        Assert.Equal("Degraded", during);
    }

    [Fact]
    public async Task A_refused_change_leaves_no_session_of_its_own()
    {
        await FillAsync();
        _bed.Array.Before("getInfo", async (_, token) =>
        {
            await _bed.Engine.GetArray("lab").GetStatusAsync(null, token);
            throw new AuthenticationFailedException("No.");
        });
        await Assert.ThrowsAsync<AuthenticationFailedException>(() => ChangeAsync(server => server with { AdminHost = "elsewhere" }));
        _bed.Array.Contents.Status = "Rebuilding";
        Assert.Equal("Rebuilding", await StatusAsync());
    }

    [Fact]
    public async Task Nothing_of_an_unregistered_server_stays()
    {
        var calls = await FillAsync();
        _bed.Engine.Unregister("lab");
        await _bed.OpenAsync();
        Assert.Equal("Degraded", await StatusAsync());
        Assert.Equal(1, calls);
    }

    /// <summary>Has the plug-in keep a status, and changes it on the array.</summary>
    private async Task<int> FillAsync()
    {
        await _bed.OpenAsync();
        Assert.Equal("Good", await StatusAsync());
        _bed.Array.Contents.Status = "Degraded";
        Assert.Equal("Good", await StatusAsync());
        return _bed.Array.CalledMethods.Count(method => method == "getStatus");
    }

    private Task<string> StatusAsync() => _bed.Engine.GetArray("lab").GetStatusAsync(null, Cancellation);

    private Task<StorageServer> ChangeAsync(Func<StorageServer, StorageServer> change) => _bed.Engine.ChangeAsync("lab", change, null, Cancellation);
}
