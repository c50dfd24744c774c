using StorageConnect.Engine.Arrays;
using StorageConnect.Host;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Scsi;
using StorageConnect.Tests.Host.Fabric;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>Residue that is none any more when it is to be cleared: the search is older than the locks.</summary>
public sealed class OutdatedResidueTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private const string Empty = "3600000000000000000000000000adead";

    private readonly SimulatedHost _host = new();
    private readonly TestBed _bed = new();

    public OutdatedResidueTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Residue is on Linux hosts.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private StorageHost Audit => new(_host.Open(), _host.Files.At("state/host/residue"));

    public async ValueTask DisposeAsync()
    {
        _bed.Dispose();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_element_that_is_attached_again_before_its_devices_are_removed_keeps_them(bool isAttached)
    {
        var array = await _bed.OpenAsync();
        _bed.Array.Contents.CreateGroups([new() { Name = "this-host", Entries = [SimulatedHost.Iqn] }]);
        var made = _host.Array.Add("db01", Target, 1);
        var element = _bed.Array.Contents.Put(made with { StorageServerUuid = array.Server.Uuid, StorageServerName = array.Server.Name, LunAddresses = [] });
        _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 1, made);
        var residue = Assert.Single(await FindAsync(array), one => one.Kind == OscHostResidueKind.SeenNotPresented);

        Task<bool> clearing;
        using (await _host.Open().Locks.TakeElementAsync(element.Page83Id, Cancellation))
        {
            var isSearched = new TaskCompletionSource();
            _bed.Array.Instead<IEnumerable<StorageElement>>("list", (_, normally, _) =>
            {
                IEnumerable<StorageElement> listed = [.. normally()];
                isSearched.TrySetResult();
                return Task.FromResult(listed);
            });
            clearing = Audit.ClearResidueAsync(residue, [array], Cancellation);
            await isSearched.Task.WaitAsync(Cancellation);
            if (isAttached)
            {
                _bed.Array.Contents.Present(element, ["this-host"]);
            }
        }

        Assert.Equal(!isAttached, await clearing);
        Assert.Equal(isAttached ? 1 : 0, ScsiDisk.FindAll(_host.Roots, element.Page83Id).Count);
        Assert.Equal(isAttached, MultipathMaps.Find(_host.Roots, element.Page83Id) is not null);
    }

    [Fact]
    public async Task A_map_that_gets_its_path_back_stays()
    {
        var array = await _bed.OpenAsync();
        _host.Files.AddDm("dm-7", Empty, "mpath-" + Empty);
        Directory.CreateDirectory(_host.Files.At("sys/block/dm-7/slaves"));
        var residue = Assert.Single(await FindAsync(array));
        AfterTheSearchOfTheHost(() =>
        {
            Directory.CreateDirectory(_host.Files.At("sys/block/sdx"));
            _host.Files.Write("sys/block/dm-7/slaves/sdx", "");
        });

        Assert.False(await Audit.ClearResidueAsync(residue, [array], Cancellation));

        Assert.NotNull(MultipathMaps.Find(_host.Roots, Empty));
    }

    [Fact]
    public async Task A_map_without_paths_waits_for_the_run_that_works_on_its_element()
    {
        _host.Files.AddDm("dm-7", Empty, "mpath-" + Empty);
        Directory.CreateDirectory(_host.Files.At("sys/block/dm-7/slaves"));
        var residue = Assert.Single(await Audit.FindResidueAsync([], Assert.Fail, Cancellation));
        Task<bool> clearing;
        using (await _host.Open().Locks.TakeElementAsync(Empty, Cancellation))
        {
            clearing = Audit.ClearResidueAsync(residue, [], Cancellation);
            await Task.Delay(50, Cancellation);
            Assert.NotNull(MultipathMaps.Find(_host.Roots, Empty));
        }

        Assert.True(await clearing);
        Assert.Null(MultipathMaps.Find(_host.Roots, Empty));
    }

    [Fact]
    public async Task A_path_that_leads_to_its_LUN_again_stays()
    {
        var array = await _bed.OpenAsync();
        var (element, other) = (Presented("a", 1), Presented("b", 2));
        var disk = _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 1, element);
        _host.Array.Luns[(Target, 1)] = other;
        var residue = Assert.Single(await FindAsync(array));
        Assert.Equal((OscHostResidueKind.WrongIdentity, disk), (residue.Kind, residue.What));
        AfterTheSearchOfTheHost(() => _host.Array.Luns[(Target, 1)] = element);

        Assert.False(await Audit.ClearResidueAsync(residue, [array], Cancellation));

        Assert.Equal([disk], ScsiDisk.FindAll(_host.Roots, element.Page83Id));
    }

    [Fact]
    public async Task What_the_array_ended_and_began_again_has_been_there_since_then()
    {
        var array = await _bed.OpenAsync();
        _bed.Array.Contents.CreateGroups([new() { Name = "this-host", Entries = [SimulatedHost.Iqn] }]);
        var made = _host.Array.Add("db01", Target, 1);
        var element = _bed.Array.Contents.Put(made with { StorageServerUuid = array.Server.Uuid, StorageServerName = array.Server.Name, LunAddresses = [] });
        _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 1, made);
        SetUptime(100);
        var first = await SeenAsync();
        SetUptime(5000);
        Assert.InRange(AgeOf((await SeenAsync())!), TimeSpan.FromSeconds(4899), TimeSpan.FromSeconds(6000));
        _bed.Array.Contents.Present(element, ["this-host"]);
        Assert.Null(await SeenAsync());
        _bed.Array.Contents.Unpresent(element, ["this-host"]);
        SetUptime(10000);

        Assert.InRange(AgeOf((await SeenAsync())!), TimeSpan.Zero, TimeSpan.FromSeconds(1000));
        Assert.False(await Audit.ClearResidueAsync(first!, [array], TimeSpan.FromMinutes(15), Cancellation));
        Assert.Single(ScsiDisk.FindAll(_host.Roots, element.Page83Id));

        async Task<OscHostResidue?> SeenAsync() => (await FindAsync(array)).SingleOrDefault(one => one.Kind == OscHostResidueKind.SeenNotPresented);
    }

    [Fact]
    public async Task What_an_array_that_does_not_answer_may_still_show_keeps_its_first_sighting()
    {
        var array = await _bed.OpenAsync();
        var made = _host.Array.Add("db01", Target, 1);
        _bed.Array.Contents.Put(made with { StorageServerUuid = array.Server.Uuid, StorageServerName = array.Server.Name, LunAddresses = [] });
        _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 1, made);
        SetUptime(100);
        await FindAsync(array);
        await Audit.FindResidueAsync([], Assert.Fail, Cancellation);
        SetUptime(5000);

        var residue = Assert.Single(await FindAsync(array), one => one.Kind == OscHostResidueKind.SeenNotPresented);

        Assert.InRange(AgeOf(residue), TimeSpan.FromSeconds(4899), TimeSpan.FromSeconds(6000));
    }

    [Fact]
    public async Task An_older_list_clears_nothing_that_has_just_begun()
    {
        SetUptime(100);
        AddEmptyMap();
        var old = Assert.Single(await Audit.FindResidueAsync([], Assert.Fail, Cancellation)) with { Since = DateTimeOffset.UtcNow.AddDays(-7) };
        _host.RemoveMap("dm-7");
        Assert.Empty(await Audit.FindResidueAsync([], Assert.Fail, Cancellation));
        AddEmptyMap();

        Assert.False(await Audit.ClearResidueAsync(old, [], TimeSpan.FromMinutes(15), Cancellation));
        Assert.NotNull(MultipathMaps.Find(_host.Roots, Empty));

        SetUptime(5000);
        Assert.True(await Audit.ClearResidueAsync(old, [], TimeSpan.FromMinutes(15), Cancellation));
        Assert.Null(MultipathMaps.Find(_host.Roots, Empty));
    }

    private static TimeSpan AgeOf(OscHostResidue residue) => DateTimeOffset.UtcNow - residue.Since;

    private void SetUptime(int seconds)
    {
        _host.Files.Write("proc/sys/kernel/random/boot_id", "1\n");
        _host.Files.Write("proc/uptime", FormattableString.Invariant($"{seconds}.00 50.00\n"));
    }

    private void AddEmptyMap()
    {
        _host.Files.AddDm("dm-7", Empty, "mpath-" + Empty);
        Directory.CreateDirectory(_host.Files.At("sys/block/dm-7/slaves"));
    }

    /// <summary>Arrays are asked when the host has been searched.</summary>
    private void AfterTheSearchOfTheHost(Action action) => _bed.Array.Before("list", (_, _) =>
    {
        action();
        return Task.CompletedTask;
    });

    private Task<IReadOnlyList<OscHostResidue>> FindAsync(StorageArray array) => Audit.FindResidueAsync([array], Assert.Fail, Cancellation);

    private StorageElement Presented(string name, int lun)
    {
        var element = _host.Array.Add(name, Target, lun);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        return _host.Array.Now(element);
    }
}
