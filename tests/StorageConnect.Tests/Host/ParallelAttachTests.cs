using StorageConnect.Host.Attaching;
using StorageConnect.Host.Devices;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>Many at once: the same element, and different elements of one target, while a portal dies and comes back.</summary>
public sealed class ParallelAttachTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private const string DyingPortal = "10.99.1.1";
    private const int Elements = 6;
    private const int Workers = 16;
    private readonly SimulatedHost _host = new();
    private readonly List<StorageElement> _elements = [];

    public ParallelAttachTests()
    {
        for (var number = 1; number <= Elements; number++)
        {
            _elements.Add(_host.Array.Add($"db0{number}", Target, number));
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sixteen_workers_share_a_target_while_a_portal_dies_and_nothing_is_lost_or_left(bool isSilent)
    {
        _host.Array.IsSilent = isSilent;
        if (isSilent)
        {
            _elements.ForEach(element => _host.Array.Change(element, now => now with { LunAddresses = [] }));
        }

        var steps = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var element = _elements[worker % Elements];
            var device = await new ElementAttacher(
                _host.Open(onStep: _ => LosePortalAt(Interlocked.Increment(ref steps))), _host.Array, _ => { }).RunAsync(element, [], Cancellation);
            Assert.True(device.Verified);
            Assert.All(_host.ReallyBehind(device.Path), identity => Assert.Equal(element.Page83Id, identity));
        })));

        Assert.Contains(DyingPortal, _host.DeadPortals);
        _host.DeadPortals.Clear();
        _host.Sessions().Where(session => !session.IsLoggedIn).ToList().ForEach(_host.Mend);
        foreach (var element in _elements)
        {
            await new ElementAttacher(_host.Open(), _host.Array, _ => { }).RunAsync(element, [], Cancellation);
        }

        Assert.All(await new DeviceReader(_host.Open()).ReadAllAsync(Cancellation), device => Assert.Equal((2, true), (device.Paths.Count, device.Verified)));
        Assert.Equal(2, _host.Sessions().Count);

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() =>
            new ElementDetacher(_host.Open(), _host.Array, _ => { }).RunAsync(_elements[worker % Elements], [], keepAccess: false, Cancellation))));

        Assert.Empty(_host.Traces());
        Assert.All(_elements, element => Assert.Empty(_host.Array.Now(element).AccessGroupNames));
    }

    private void LosePortalAt(int step)
    {
        if (step == Workers)
        {
            _host.DeadPortals.Add(DyingPortal);
            _host.Sessions().Where(session => session.Portal.Address == DyingPortal).ToList().ForEach(_host.Break);
        }
    }
}
