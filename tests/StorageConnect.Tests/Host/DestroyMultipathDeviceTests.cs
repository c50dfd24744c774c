using StorageConnect.Host;
using StorageConnect.Host.Settings;
using Xunit;

namespace StorageConnect.Tests.Host;

public sealed class DestroyMultipathDeviceTests : IDisposable
{
    private const string Naa = "600000000000000000000000ab0d0001";
    private const string Id = "3" + Naa;

    // Generous, so that no busy machine makes a test fail; short where it is the end of the timeout that is tested.
    private static readonly HostDeadlines Patient = new()
    {
        MultipathdReply = TimeSpan.FromMinutes(1),
        MapRefused = TimeSpan.FromMinutes(1),
        MapGone = TimeSpan.FromMinutes(1),
    };

    private static readonly HostDeadlines Impatient = Patient with
    {
        MapRefused = TimeSpan.FromMilliseconds(5),
        MapGone = TimeSpan.FromMilliseconds(5),
    };

    private readonly FakeHost _host = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Without_such_a_map_there_is_nothing_to_do_and_multipathd_is_not_asked()
    {
        _host.AddDm("dm-0", Id, "LVM-x");

        await DestroyAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => new StorageHost(_host.Roots).DestroyMultipathDeviceAsync("", Cancellation));
    }

    [Fact]
    public async Task An_unused_map_is_removed_by_name_and_gone_when_the_call_ends()
    {
        AddMap();
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ =>
        {
            _host.RemoveDm("dm-0");
            return "ok\n";
        });

        await DestroyAsync();

        Assert.Equal(["del map mpatha"], daemon.Commands);
        Assert.False(Directory.Exists(_host.At("sys/block/dm-0")));
    }

    [Fact]
    public async Task The_wait_is_for_the_uuid_so_the_next_device_with_the_same_kernel_name_does_not_prolong_it()
    {
        AddMap();
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ =>
        {
            _host.RemoveDm("dm-0");
            _host.AddDm("dm-0", "vg0-data", "LVM-x");
            return "ok\n";
        });

        await DestroyAsync();
    }

    [Fact]
    public async Task A_map_that_goes_a_moment_after_the_ok_is_waited_for()
    {
        AddMap();
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ => "ok\n");

        var destroying = DestroyAsync();
        await daemon.HungUp;
        Assert.False(destroying.IsCompleted);
        _host.RemoveDm("dm-0");
        await destroying;
    }

    [Fact]
    public async Task A_map_that_a_scan_makes_of_another_disk_right_after_is_not_waited_for()
    {
        AddMap();
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ =>
        {
            _host.RemoveDm("dm-0");
            _host.AddDisk("sdq", Id[1..]);
            File.Delete(_host.At("dev/mapper/mpatha"));
            _host.AddDm("dm-0", "mpatha", "mpath-" + Id, "sdq");
            return "ok\n";
        });

        await DestroyAsync(Patient with { MapGone = TimeSpan.FromHours(1) }).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

        Assert.True(Directory.Exists(_host.At("sys/block/dm-0")));
    }

    [Fact]
    public async Task A_map_that_stays_after_the_ok_is_an_error()
    {
        AddMap();
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ => "ok\n");

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => DestroyAsync(Impatient));

        Assert.Equal("MultipathMapRemains", error.ErrorId);
        Assert.True(error.Retryable);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_for_the_map_to_go()
    {
        AddMap();
        using var cancel = new CancellationTokenSource();
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ => "ok\n");
        var destroying = new StorageHost(_host.Roots, Patient).DestroyMultipathDeviceAsync(Id, cancel.Token);
        await daemon.HungUp;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => destroying);
    }

    [Theory]
    [InlineData("36 27 254:0 / /srv/my\\040data rw shared:9 - ext4 /dev/mapper/mpatha rw", "mounted at '/srv/my data'")]
    [InlineData("36 27 254:0 / /srv rw - xfs /dev/gone rw", "mounted at '/srv'")]
    [InlineData("36 27 0:44 / /srv rw,relatime shared:9 master:2 - btrfs /dev/mapper/mpatha rw", "mounted at '/srv'")]
    public async Task A_mounted_map_is_in_use(string mount, string use)
    {
        AddMap();
        _host.Append("proc/self/mountinfo", mount + "\n");

        Assert.Contains(use, (await RefusedAsync()).Message);
    }

    [Theory]
    [InlineData("/dev/dm-0")]
    [InlineData("/dev/mapper/mpatha")]
    public async Task A_map_used_as_swap_is_in_use(string path)
    {
        AddMap();
        _host.Append("proc/swaps", path + "                               partition\t1048572\t0\t-2\n");

        Assert.Contains("used as swap", (await RefusedAsync()).Message);
    }

    [Fact]
    public async Task A_map_with_a_logical_volume_on_it_is_in_use_and_the_holder_is_named()
    {
        AddMap();
        _host.AddDm("dm-5", "vg0-data", "LVM-abc", "dm-0");

        Assert.Contains("held by dm-5 (vg0-data)", (await RefusedAsync()).Message);
    }

    [Fact]
    public async Task A_map_in_a_software_RAID_is_in_use()
    {
        AddMap();
        _host.Write("sys/block/dm-0/holders/md127", "");

        Assert.Contains("held by md127", (await RefusedAsync()).Message);
    }

    [Fact]
    public async Task The_second_device_of_a_mounted_Btrfs_is_in_use_though_no_mount_names_it()
    {
        AddMap();
        _host.Write("sys/fs/btrfs/3b1c-77/devices/dm-0", "");
        _host.Write("sys/fs/btrfs/features/skinny", "");

        Assert.Contains("Btrfs file system 3b1c-77", (await RefusedAsync()).Message);
    }

    [Fact]
    public async Task A_partition_is_a_use_only_when_something_uses_it()
    {
        AddMap();
        _host.AddDm("dm-3", "mpatha-part1", "part1-mpath-" + Id, "dm-0");
        _host.Append("proc/self/mountinfo", "36 27 254:3 / /srv rw - ext4 /dev/mapper/mpatha-part1 rw\n");
        Assert.Contains("in use by its partition mpatha-part1, which is mounted at '/srv'", (await RefusedAsync()).Message);

        _host.Write("proc/self/mountinfo", "");
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ =>
        {
            _host.RemoveDm("dm-3");
            _host.RemoveDm("dm-0");
            return "ok\n";
        });
        await DestroyAsync();
    }

    [Fact]
    public async Task The_mount_of_another_device_is_none_of_this_one()
    {
        AddMap();
        _host.AddDm("dm-10", "other", "mpath-3600000000000000000000000ab0d0009");
        _host.Append("proc/self/mountinfo", "36 27 254:10 / /srv rw - ext4 /dev/mapper/other rw\n");
        _host.Append("proc/self/mountinfo", "37 27 254:1 / /x rw - ext4 /dev/gone rw\n38 27 0:50 / /m rw - tmpfs mpatha rw\n");
        _host.Append("proc/swaps", "/dev/dm-10 partition 1 0 -2\n/swap\\040file file 1 0 -3\n");
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ =>
        {
            _host.RemoveDm("dm-0");
            return "ok\n";
        });

        await DestroyAsync();
    }

    [Fact]
    public async Task Where_the_mounts_can_not_be_read_nothing_is_removed()
    {
        AddMap();
        File.Delete(_host.At("proc/self/mountinfo"));
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ => "ok\n");

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => DestroyAsync());

        Assert.Equal("DeviceUseUnknown", error.ErrorId);
        Assert.Empty(daemon.Commands);
    }

    [Fact]
    public async Task A_kernel_without_swap_is_fine()
    {
        AddMap();
        File.Delete(_host.At("proc/swaps"));
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ =>
        {
            _host.RemoveDm("dm-0");
            return "ok\n";
        });

        await DestroyAsync();
    }

    [Fact]
    public async Task Without_multipathd_a_map_can_not_be_removed()
    {
        AddMap();

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => DestroyAsync());

        Assert.Equal("MultipathdUnreachable", error.ErrorId);
    }

    [Fact]
    public async Task A_lost_answer_does_not_matter_when_the_map_is_gone()
    {
        AddMap();
        await using var daemon = FakeMultipathd.HangingUp(_host.MultipathdSocket, () => _host.RemoveDm("dm-0"));

        await DestroyAsync();
    }

    [Theory]
    [InlineData("fail\n")] // 0.9, captured: an opener
    [InlineData("fail\nmap or partition in use\n")]
    [InlineData("fail\ndevice not found\n")]
    [InlineData("delayed")]
    [InlineData("OK")]
    [InlineData("ok\nok\n")]
    [InlineData(" ok")]
    [InlineData("")]
    public async Task Any_reply_but_ok_is_a_refusal(string reply)
    {
        AddMap();
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ => reply);

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => DestroyAsync(Impatient));

        Assert.Equal("MultipathdRefused", error.ErrorId);
        Assert.Equal(Id, error.Element);
        Assert.Contains("fuser -v /dev/mapper/mpatha", error.Recommendation);
    }

    [Fact]
    public async Task A_refusal_of_the_first_moments_is_tried_again()
    {
        // udev still has a new map open: captured as 'map in use' right after it appeared.
        AddMap();
        var asked = 0;
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ =>
        {
            if (++asked < 3)
            {
                return "fail\n";
            }

            _host.RemoveDm("dm-0");
            return "ok\n";
        });

        await DestroyAsync();

        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_map_that_another_program_removed_before_it_was_refused_is_gone()
    {
        AddMap();
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ =>
        {
            _host.RemoveDm("dm-0");
            return "fail\n";
        });

        await DestroyAsync(Impatient);
    }

    [Fact]
    public async Task A_use_that_begins_between_two_attempts_is_seen()
    {
        AddMap();
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ =>
        {
            _host.Append("proc/self/mountinfo", "36 27 254:0 / /srv rw - ext4 /dev/mapper/mpatha rw\n");
            return "fail\n";
        });

        Assert.Contains("/srv", (await RefusedAsync()).Message);
        Assert.Single(daemon.Commands);
    }

    [Theory]
    [InlineData("fail\npermission deny: need to be root\n")]
    [InlineData("permission deny: need to be root")] // 0.8 and before
    public async Task Who_is_not_root_is_told_so_and_not_tried_again(string reply)
    {
        AddMap();
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ => reply);

        var error = await Assert.ThrowsAsync<AccessDeniedException>(() => DestroyAsync());

        Assert.Equal("MultipathdRefused", error.ErrorId);
        Assert.Contains("root", error.Recommendation);
        Assert.Single(daemon.Commands);
    }

    [Fact]
    public async Task A_daemon_that_says_timeout_has_not_answered()
    {
        AddMap();
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ => "fail\ntimeout\n");

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => DestroyAsync());

        Assert.Equal("MultipathdUnreachable", error.ErrorId);
    }

    [Theory]
    [InlineData("3600000000000000000000000ab0d0001", "del map 3600000000000000000000000ab0d0001")]
    [InlineData("with\\x20blank", "del map with\\x20blank")]
    [InlineData("data#1", "del map \"data#1\"")]
    public async Task A_name_reaches_multipathd_as_one_word(string name, string command)
    {
        _host.AddDm("dm-0", name, "mpath-" + Id);
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ =>
        {
            _host.RemoveDm("dm-0");
            return "ok\n";
        });

        await DestroyAsync();

        Assert.Equal([command], daemon.Commands);
    }

    [Theory]
    [InlineData("dm-3")] // multipathd takes it for the third device-mapper device, whatever that is
    [InlineData("dm-3x")]
    [InlineData("a\"b")]
    [InlineData("päth")]
    public async Task A_name_that_multipathd_would_take_for_another_is_never_sent(string name)
    {
        _host.AddDm("dm-0", name, "mpath-" + Id);
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ => "ok\n");

        await Assert.ThrowsAsync<NoSuchOperationException>(() => DestroyAsync());

        Assert.Empty(daemon.Commands);
    }

    private void AddMap()
    {
        _host.AddDisk("sda", Naa);
        _host.AddDisk("sdb", Naa);
        _host.AddDm("dm-0", "mpatha", "mpath-" + Id, "sda", "sdb");
    }

    private Task DestroyAsync(HostDeadlines? deadlines = null) =>
        new StorageHost(_host.Roots, deadlines ?? Patient).DestroyMultipathDeviceAsync(Id, Cancellation);

    private async Task<StorageElementBusyException> RefusedAsync()
    {
        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => DestroyAsync());
        Assert.Equal("DeviceInUse", error.ErrorId);
        Assert.Equal(Id, error.Element);
        return error;
    }
}
