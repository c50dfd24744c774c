using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>Stale devices are removed while other runs bring up new ones, to which the kernel gives the names that have just become free.</summary>
public sealed class StaleDeviceTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private readonly SimulatedHost _host = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_names_of_a_removed_disk_and_map_are_not_waited_for_when_others_have_them_already(int paths)
    {
        var element = _host.Array.Add("other", Target, 7);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        var first = _host.AddSession(Target, "10.99.0.1");
        var disk = _host.AddDisk(first, 7, element);
        if (paths == 2)
        {
            _host.AddDisk(_host.AddSession(Target, "10.99.1.1"), 7, element);
        }

        var next = _host.AddSession(Target, "10.99.2.1");
        var kernel = new EventfulKernel(_host, path =>
        {
            if (path.EndsWith("/delete", StringComparison.Ordinal))
            {
                Assert.Equal(disk, _host.AddDisk(next, 7, element)); // another run's scan, in the same moment
            }
        });
        var host = _host.Open(SimulatedHost.Patient with { DiskSettled = TimeSpan.FromHours(1) }, kernel: kernel);

        await new StaleDevices(host).PurgeAsync(ScsiDevice.OfDisk(_host.Roots, disk)!, Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

        Assert.Empty(ScsiDevice.Of(_host.Roots, first));
        Assert.Equal(disk, Assert.Single(ScsiDevice.Of(_host.Roots, next)).Disk);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_removed_disk_whose_place_is_filled_again_at_once_is_not_waited_for(int paths)
    {
        var element = _host.Array.Add("other", Target, 7);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        var session = _host.AddSession(Target, "10.99.0.1");
        var disk = _host.AddDisk(session, 7, element);
        if (paths == 2)
        {
            _host.AddDisk(_host.AddSession(Target, "10.99.1.1"), 7, element);
        }

        var kernel = new EventfulKernel(_host, path =>
        {
            if (path.EndsWith("/delete", StringComparison.Ordinal))
            {
                Assert.Equal(disk, _host.AddDisk(session, 7, element)); // another run's scan, in the same moment
            }
        });
        var host = _host.Open(SimulatedHost.Patient with { DiskSettled = TimeSpan.FromHours(1) }, kernel: kernel);

        await new StaleDevices(host).PurgeAsync(ScsiDevice.OfDisk(_host.Roots, disk)!, Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

        Assert.Equal(disk, Assert.Single(ScsiDevice.Of(_host.Roots, session)).Disk);
    }

    [Fact]
    public async Task A_removed_disk_stays_in_its_map_without_multipathd_and_is_not_waited_for()
    {
        var element = _host.Array.Add("other", Target, 7);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 7, element);
        var disk = _host.AddDisk(_host.AddSession(Target, "10.99.1.1"), 7, element);
        await _host.StopMultipathdAsync();
        var host = _host.Open(SimulatedHost.Patient with { DiskSettled = TimeSpan.FromHours(1) });

        await new StaleDevices(host).PurgeAsync(ScsiDevice.OfDisk(_host.Roots, disk)!, Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

        Assert.Null(ScsiDevice.OfDisk(_host.Roots, disk));
        Assert.Contains(disk, MultipathMaps.Find(_host.Roots, element.Page83Id)!.ListedSlaves(_host.Roots));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_multipathd_the_disks_of_a_map_that_nobody_uses_go_and_the_map_when_it_starts(bool atOnce)
    {
        var element = _host.Array.Add("other", Target, 7);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 7, element);
        _host.AddDisk(_host.AddSession(Target, "10.99.1.1"), 7, element);
        var devices = _host.Sessions().SelectMany(session => ScsiDevice.Of(_host.Roots, session)).ToList();
        await _host.StopMultipathdAsync();
        var stale = new StaleDevices(_host.Open());

        await (atOnce ? stale.PurgeAllAsync(devices, Cancellation) : stale.TryPurgeAsync(devices, Cancellation));

        Assert.All(devices, device => Assert.False(device.Exists));
        _host.StartMultipathd();
        Assert.Null(MultipathMaps.Find(_host.Roots, element.Page83Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_last_disk_of_a_map_in_use_stays_though_the_map_lists_one_that_is_gone(bool isMounted)
    {
        var element = _host.Array.Add("other", Target, 7);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        var first = _host.AddSession(Target, "10.99.0.1");
        _host.AddDisk(first, 7, element);
        var last = _host.AddDisk(_host.AddSession(Target, "10.99.1.1"), 7, element);
        await _host.StopMultipathdAsync();
        _host.RemoveSession(first.Id);
        if (isMounted)
        {
            _host.Files.Append("proc/self/mountinfo", "36 27 254:0 / /srv rw - xfs /dev/dm-0 rw\n");
        }
        else
        {
            _host.Files.Write("proc/4711/comm", "backup\n");
            Directory.CreateDirectory(_host.Files.At("proc/4711/fd"));
            _host.Files.Link("proc/4711/exe", "/usr/bin/backup");
            _host.Files.Link("proc/4711/fd/7", "/dev/dm-0");
        }

        var device = ScsiDevice.OfDisk(_host.Roots, last)!;

        await Assert.ThrowsAsync<StorageElementBusyException>(() => new StaleDevices(_host.Open()).PurgeAsync(device, Cancellation));
        await Assert.ThrowsAsync<StorageElementBusyException>(() => new StaleDevices(_host.Open()).PurgeAllAsync([device], Cancellation));

        Assert.True(device.Exists);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_unrelated_path_stays_where_a_map_in_use_has_no_other_that_works(bool hasOther)
    {
        var element = _host.Array.Add("other", Target, 7);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        var first = _host.AddSession(Target, "10.99.0.1");
        _host.AddDisk(first, 7, element);
        var disk = _host.AddDisk(_host.AddSession(Target, "10.99.1.1"), 7, element);
        _host.Files.Append("proc/self/mountinfo", "36 27 254:0 / /srv rw - xfs /dev/dm-0 rw\n");
        if (!hasOther)
        {
            _host.Break(first);
        }

        await new StaleDevices(_host.Open()).TryPurgeAsync([ScsiDevice.OfDisk(_host.Roots, disk)!], Cancellation);

        Assert.Equal(!hasOther, Directory.Exists(_host.Files.At($"sys/block/{disk}")));
    }

    [Fact]
    public async Task A_path_that_shows_no_identity_stays_where_a_map_in_use_has_no_other_that_works()
    {
        var element = _host.Array.Add("other", Target, 7);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        var first = _host.AddSession(Target, "10.99.0.1");
        _host.AddDisk(first, 7, element);
        var disk = _host.AddDisk(_host.AddSession(Target, "10.99.1.1"), 7, element);
        var device = ScsiDevice.OfDisk(_host.Roots, disk)!;
        File.Delete(Path.Combine(device.Folder, "vpd_pg83"));
        _host.Files.Append("proc/self/mountinfo", "36 27 254:0 / /srv rw - xfs /dev/dm-0 rw\n");
        _host.Break(first);

        await new StaleDevices(_host.Open()).TryPurgeAsync([device], Cancellation);
        Assert.True(device.Exists);

        Assert.Equal(
            "StaleDeviceInUse",
            (await Assert.ThrowsAsync<StorageElementBusyException>(() => new StaleDevices(_host.Open()).PurgeAsync(device, Cancellation))).ErrorId);
        Assert.True(device.Exists);
    }

    [Fact]
    public async Task A_map_that_an_event_makes_again_goes_with_its_last_path()
    {
        var element = _host.Array.Add("other", Target, 7);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        var disk = _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 7, element);
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/delete", StringComparison.Ordinal))
            {
                _host.Map(disk, element.Page83Id);
            }
        };

        await new StaleDevices(_host.Open()).PurgeAsync(ScsiDevice.OfDisk(_host.Roots, disk)!, Cancellation);

        Assert.Null(MultipathMaps.Find(_host.Roots, element.Page83Id));
    }

    [Fact]
    public async Task A_cancelled_removal_that_has_begun_is_completed_and_waited_for()
    {
        var element = _host.Array.Add("other", Target, 7);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        var device = ScsiDevice.OfDisk(_host.Roots, _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 7, element))!;
        using var cancel = new CancellationTokenSource();
        using var goOn = new ManualResetEventSlim();
        var writes = new List<string>();
        _host.OnWrite = (path, _) =>
        {
            writes.Add(Path.GetFileName(path));
            cancel.Cancel();
            goOn.Wait(TimeSpan.FromMinutes(1));
        };

        var removal = _host.Open().Scsi.DeleteAsync(device, cancel.Token);
        await Task.Delay(50, Cancellation);
        Assert.False(removal.IsCompleted); // else it could be made when another device is at this place
        goOn.Set();
        var stopped = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => removal);

        Assert.Equal(cancel.Token, stopped.CancellationToken);
        Assert.False(device.Exists); // set offline and left so, it would never come back
        Assert.Equal(["state", "delete"], writes);
    }

    [Fact]
    public async Task A_removal_that_is_cancelled_before_it_begins_changes_nothing()
    {
        var element = _host.Array.Add("other", Target, 7);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        var device = ScsiDevice.OfDisk(_host.Roots, _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 7, element))!;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _host.Open().Scsi.DeleteAsync(device, new CancellationToken(canceled: true)));

        Assert.Equal("running", device.State);
    }

    [Theory]
    [InlineData("blocked")]
    [InlineData("transport-offline")]
    public async Task A_device_that_does_not_run_is_deleted_without_being_set_offline(string state)
    {
        // Older kernels wait with the deletion of a device that was set offline while it was blocked.
        var element = _host.Array.Add("other", Target, 7);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        var device = ScsiDevice.OfDisk(_host.Roots, _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 7, element))!;
        File.WriteAllText(Path.Combine(device.Folder, "state"), state + "\n");
        var writes = new List<string>();
        _host.OnWrite = (path, _) => writes.Add(Path.GetFileName(path));

        await _host.Open().Scsi.DeleteAsync(device, Cancellation);

        Assert.Equal(["delete"], writes);
    }
}
