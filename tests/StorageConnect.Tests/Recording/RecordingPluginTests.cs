using Xunit;

namespace StorageConnect.Tests.Recording;

/// <summary>The recording plug-in itself is served by the engine like any other.</summary>
public sealed class RecordingPluginTests : IDisposable
{
    private readonly TestBed _bed = new();

    public void Dispose() => _bed.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void It_is_found_and_ready()
    {
        var plugin = Assert.Single(_bed.Engine.Plugins.GetAll());
        Assert.Null(plugin.Problem);
        Assert.Equal(PluginState.Ready, plugin.State);
        Assert.Equal("1.2.10", plugin.NegotiatedApiVersion);
    }

    [Fact]
    public async Task It_does_the_main_job_and_writes_down_every_call()
    {
        var array = await _bed.OpenAsync();
        var lun = await array.CreateAsync("db01", 1024, null, true, null, Cancellation);
        await array.CreateAccessGroupsAsync([new() { Name = "hosts", Entries = ["iqn.2001-04.com.example:a"] }], Cancellation);
        lun = await array.StartPresentAsync(lun, ["hosts"], Cancellation);
        var snapshot = await array.CreateSnapAsync(lun, "before", Cancellation);
        var clone = await array.CloneFromSnapAsync(lun, snapshot, "copy", null, Cancellation);
        await array.StopPresentAsync(lun, ["hosts"], Cancellation);
        await array.SnapRemoveAsync(snapshot, Cancellation);
        await array.RemoveAsync(lun, Cancellation);

        Assert.Equal([clone], await array.ListAsync(new(), Cancellation).ToListAsync(Cancellation));
        Assert.Equal(
            ["create", "getCapabilities", "getAccessGroups", "createAccessGroups", "startPresent", "getCapabilities", "createSnap",
                "getCapabilities", "cloneFromSnap", "stopPresent", "snapRemove", "getInfo", "remove", "list"],
            _bed.Array.CalledMethods);
        Assert.All(_bed.Array.Calls, call => Assert.Equal(array.Uuid, call.Server.Uuid));
    }
}
