using StorageConnect.Host.Attaching;
using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Cinder;

/// <summary>
/// A back-end that gives one volume's identity to another, and a host with multipath devices: the host is simulated, the service, the targets and the
/// identities are real.
/// </summary>
[Collection(nameof(CinderCloud))]
public sealed class CinderHostTests(CinderCloud cloud) : IAsyncDisposable
{
    private readonly SimulatedHost _host = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_second_volume_with_the_first_ones_identity_never_leads_to_the_wrong_disk(bool endedByOthers)
    {
        using var project = await CinderProject.NewAsync(cloud, host: new UserspaceHost(SimulatedHost.Iqn));
        await project.Plugin.CreateAccessGroupsAsync(project.Server, [new() { Name = "this-host", Entries = [SimulatedHost.Iqn] }], Token);
        var array = new FabricPresenter(project, _host);
        var (one, two) = (await array.CreateAsync("one", "tgt"), await array.CreateAsync("two", "tgt"));
        var first = await AttachAsync(array, one);
        Assert.All(_host.ReallyBehind(first.Path), behind => Assert.Equal("one", behind));

        if (endedByOthers)
        {
            await array.EndAttachmentAsync(one); // the host still has the device
        }
        else
        {
            await DetachAsync(array, one);
        }

        var second = await AttachAsync(array, two);

        Assert.Equal(first.Wwid, second.Wwid);
        Assert.Equal(two.Uuid, second.StorageElementUuid);
        Assert.True(second.Verified);
        Assert.All(_host.ReallyBehind(second.Path), behind => Assert.Equal("two", behind));
        await DetachAsync(array, two);
        await DetachAsync(array, one);
        Assert.Empty(_host.Traces());
    }

    private Task<OscDevice> AttachAsync(FabricPresenter array, StorageElement element) =>
        new ElementAttacher(_host.Open(), array, _ => { }).RunAsync(element, ["this-host"], Token);

    private Task DetachAsync(FabricPresenter array, StorageElement element) =>
        new ElementDetacher(_host.Open(), array, _ => { }).RunAsync(element, [], keepAccess: false, Token);
}
