using StorageConnect.Host.Attaching;
using StorageConnect.Host.Connectors;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>What has cost others their data: each ends in the right disk or in an error, never in the wrong disk.</summary>
public sealed class AttachHazardTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private readonly SimulatedHost _host = new();
    private readonly List<string> _warnings = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_LUN_number_reused_over_a_stale_device_is_purged_and_the_right_disk_comes()
    {
        var old = _host.Array.Add("old", Target, 5);
        await AttachAsync(old);
        var next = Reuse(old);

        var device = await AttachAsync(next);

        Assert.Equal(next.Page83Id, device.Wwid);
        Assert.All(_host.ReallyBehind(device.Path), behind => Assert.Equal(next.Page83Id, behind));
        Assert.DoesNotContain(old.Page83Id, _host.Traces().Where(trace => !trace.StartsWith('/')));
    }

    [Fact]
    public async Task A_LUN_number_reused_under_a_mounted_map_is_an_error_that_names_the_mount()
    {
        var old = _host.Array.Add("old", Target, 5);
        var device = await AttachAsync(old);
        _host.Files.Append("proc/self/mountinfo", $"36 27 254:0 / /srv rw - xfs {device.Path} rw\n");
        var next = Reuse(old);

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => AttachAsync(next));

        Assert.Equal("StaleDeviceInUse", error.ErrorId);
        Assert.Contains("/srv", error.Message);
        Assert.Empty(_host.Array.Now(next).AccessGroupNames);
    }

    [Fact]
    public async Task A_LUN_number_reused_where_the_array_tells_no_numbers_is_found_out_too()
    {
        _host.Array.IsSilent = true;
        var old = _host.Array.Add("old", Target, 5);
        await AttachAsync(old);
        var next = Reuse(old);

        var device = await AttachAsync(next);

        Assert.All(_host.ReallyBehind(device.Path), behind => Assert.Equal(next.Page83Id, behind));
    }

    [Fact]
    public async Task An_element_whose_LUN_number_was_given_away_is_not_taken_for_the_disk_it_had()
    {
        var old = _host.Array.Add("old", Target, 5);
        await AttachAsync(old);
        var next = Reuse(old);
        _host.Array.Change(next, now => now with { AccessGroupNames = ["this-host"] });
        _host.Array.Change(old, now => now with { AccessGroupNames = ["this-host"] });

        var error = await Assert.ThrowsAsync<DataCorruptException>(() => AttachAsync(old));

        Assert.Equal("WrongDisk", error.ErrorId);
        Assert.Contains(next.Page83Id, error.Message);
    }

    [Theory]
    [InlineData(false, 5)]
    [InlineData(true, 5)]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    public async Task An_element_that_moved_is_found_where_it_is_and_its_old_disks_go(bool isSilent, int lun)
    {
        // The kernel shows for ever what was behind a LUN number where nothing is any more.
        _host.Array.IsSilent = isSilent;
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        var target = lun == 5 ? "iqn.2026-01.lab.array:t2" : Target;
        _host.Array.Luns.Clear();
        _host.Array.Luns[(target, lun)] = element;
        if (!isSilent)
        {
            _host.Array.Change(element, now => now with { LunAddresses = [new() { TargetName = target, Lun = lun }] });
        }

        var device = await AttachAsync(element);

        Assert.Equal([element.Page83Id, element.Page83Id], _host.ReallyBehind(device.Path));
        await new ElementDetacher(_host.Open(), _host.Array, _warnings.Add).RunAsync(element, [], keepAccess: false, Cancellation);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_path_that_is_down_at_a_LUN_number_that_is_anothers_by_now_is_not_handed_over()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        _host.DeadPortals.Add("10.99.1.1");
        _host.Break(_host.Sessions().Single(session => session.Portal.Address == "10.99.1.1"));
        _host.Array.GiveLunAway(_host.Array.Now(element), _host.Array.Add("next", Target, 6));

        var device = await AttachAsync(element);

        Assert.Equal([element.Page83Id], _host.ReallyBehind(device.Path));
    }

    [Fact]
    public async Task A_LUN_that_is_not_there_yet_is_waited_for_and_its_mounted_map_stays()
    {
        var element = _host.Array.Add("db01", Target, 5);
        var device = await AttachAsync(element);
        _host.Files.Append("proc/self/mountinfo", $"36 27 254:0 / /srv rw - xfs {device.Path} rw\n");
        _host.Array.Luns.Clear();

        var error = await Assert.ThrowsAsync<NotFoundException>(() => AttachAsync(element));
        Assert.Equal("ElementNotSeen", error.ErrorId);

        _host.Array.Luns[(Target, 5)] = element;
        Assert.Equal(2, (await AttachAsync(element)).Paths.Count);
        Assert.True(Directory.Exists(_host.Files.At("sys/block/dm-0")));
    }

    [Fact]
    public async Task Where_the_array_says_a_wrong_LUN_number_nothing_is_handed_over_and_nothing_is_left()
    {
        var element = _host.Array.Add("db01", Target, 5);
        var other = _host.Array.Add("other", Target, 6);
        _host.Array.Change(other, now => now with { AccessGroupNames = ["this-host"] });
        _host.Array.Change(element, now => now with { LunAddresses = [new() { TargetName = Target, Lun = 6 }] });

        var error = await Assert.ThrowsAsync<DataCorruptException>(() => AttachAsync(element));

        Assert.Equal("WrongDisk", error.ErrorId);
        Assert.DoesNotContain(_host.Traces(), trace => trace.StartsWith("sd", StringComparison.Ordinal));
        Assert.Empty(_host.Sessions());
    }

    [Fact]
    public async Task A_disk_whose_identity_the_kernel_could_not_read_is_no_wrong_one_and_is_scanned_again()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.LostBetweenQuestions.UnionWith(["10.99.0.1", "10.99.1.1"]);

        var device = await AttachAsync(
            element, SimulatedHost.Patient with { LunSeen = TimeSpan.FromMinutes(1), LunSeenEverywhere = TimeSpan.FromMinutes(1) });

        Assert.True(device.Verified);
        Assert.Equal([element.Page83Id, element.Page83Id], _host.ReallyBehind(device.Path));
        Assert.Equal(2, _host.Sessions().Sum(session => ScsiDevice.Of(_host.Roots, session).Count));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_portal_that_dies_while_the_kernel_asks_a_disk_who_it_is_leaves_one_path()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.LostBetweenQuestions.Add("10.99.1.1");
        _host.OnLost = portal => _host.Break(_host.Sessions().Single(session => session.Portal.Address == portal));

        var device = await AttachAsync(element);

        Assert.Equal([element.Page83Id], _host.ReallyBehind(device.Path));
        Assert.Contains("10.99.1.1", Assert.Single(_warnings));
    }

    [Fact]
    public async Task A_disk_that_the_kernel_could_not_ask_and_that_says_another_identity_is_the_wrong_one()
    {
        var element = _host.Array.Add("db01", Target, 5);
        var other = _host.Array.Add("other", Target, 6);
        _host.Array.Change(other, now => now with { AccessGroupNames = ["this-host"] });
        _host.Array.Luns[(Target, 5)] = other;
        _host.LostBetweenQuestions.UnionWith(["10.99.0.1", "10.99.1.1"]);

        var error = await Assert.ThrowsAsync<DataCorruptException>(() => AttachAsync(element));

        Assert.Equal("WrongDisk", error.ErrorId);
        Assert.Contains(other.Page83Id, error.Message);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_device_that_never_shows_its_identity_is_replaced_also_where_the_array_tells_no_numbers()
    {
        _host.Array.IsSilent = true;
        var element = _host.Array.Add("db01", Target, 5);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        _host.LostBetweenQuestions.Add("10.99.0.1");
        _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 5, element);

        var device = await AttachAsync(element);

        Assert.Equal([element.Page83Id, element.Page83Id], _host.ReallyBehind(device.Path));
    }

    [Fact]
    public async Task A_device_of_another_LUN_at_a_number_that_is_empty_now_is_no_wrong_disk()
    {
        var old = _host.Array.Add("old", Target, 5);
        await AttachAsync(old);
        var next = Reuse(old);
        _host.Array.Luns.Clear();
        _host.OnWrite = (path, _) =>
        {
            // The array shows the new LUN only after the first scan for it.
            if (path.EndsWith("/scan", StringComparison.Ordinal))
            {
                _host.OnWrite = (_, _) => _host.Array.Luns[(Target, 5)] = next;
            }
        };

        var device = await AttachAsync(
            next, SimulatedHost.Patient with { LunSeen = TimeSpan.FromMinutes(1), LunSeenEverywhere = TimeSpan.FromMinutes(1) });

        Assert.Equal([next.Page83Id, next.Page83Id], _host.ReallyBehind(device.Path));
    }

    [Fact]
    public async Task What_a_killed_detach_has_set_offline_is_in_no_other_elements_way()
    {
        _host.Array.IsSilent = true;
        var (one, two) = (_host.Array.Add("one", Target, 5), _host.Array.Add("two", Target, 7));
        _host.AddSession(Target, "10.99.0.1");
        _host.AddSession(Target, "10.99.1.1");
        await AttachAsync(two);
        _host.OnWrite = (path, _) => Kill(path.EndsWith("/delete", StringComparison.Ordinal));
        var detacher = new ElementDetacher(_host.Open(), _host.Array, _warnings.Add);
        await Assert.ThrowsAsync<Killed>(() => detacher.RunAsync(two, [], keepAccess: false, Cancellation));
        _host.OnWrite = null;
        (_host.Array.Luns[(Target, 5)], _host.Array.Luns[(Target, 7)]) = (two, one);

        var device = await AttachAsync(one);

        Assert.Equal([one.Page83Id, one.Page83Id], _host.ReallyBehind(device.Path));
    }

    [Fact]
    public async Task A_LUN_that_answers_that_it_has_no_identity_is_the_wrong_disk()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.Array.IdentityAtTarget = _ => "";

        var error = await Assert.ThrowsAsync<DataCorruptException>(() => AttachAsync(element));

        Assert.Equal("WrongDisk", error.ErrorId);
        Assert.Contains("has no identity", error.Message);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_map_without_paths_is_replaced_by_a_new_one()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.Files.AddDm("dm-7", element.Page83Id, "mpath-" + element.Page83Id);
        Directory.CreateDirectory(_host.Files.At("sys/block/dm-7/slaves"));

        var device = await AttachAsync(element);

        Assert.Equal(2, device.Paths.Count);
        Assert.False(Directory.Exists(_host.Files.At("sys/block/dm-7")));
    }

    [Fact]
    public async Task A_mounted_map_that_lost_its_paths_gets_them_back()
    {
        var element = _host.Array.Add("db01", Target, 5);
        var device = await AttachAsync(element);
        _host.Files.Append("proc/self/mountinfo", $"36 27 254:0 / /srv rw - xfs {device.Path} rw\n");
        foreach (var session in _host.Sessions())
        {
            _host.RemoveSession(session.Id); // the last paths' logout while mounted, as iscsiadm does it without a word
        }

        var again = await AttachAsync(element);

        Assert.Equal(2, again.Paths.Count);
        Assert.True(Directory.Exists(_host.Files.At("sys/block/dm-0")));
    }

    [Fact]
    public async Task A_foreign_path_in_the_elements_own_map_is_taken_out_of_it()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        var other = _host.Array.Add("other", Target, 6);
        _host.Array.Change(other, now => now with { AccessGroupNames = ["this-host"] });
        _host.IsMultipathdBlind = true;
        var disk = _host.AddDisk(_host.Sessions()[0], 6, other);
        _host.Map(disk, element.Page83Id);
        Assert.Empty(new DevicePathFinder(_host.Roots).Find(element.Page83Id));

        var device = await AttachAsync(element);

        Assert.True(device.Verified);
        Assert.Equal([element.Page83Id, element.Page83Id], _host.ReallyBehind(device.Path));
    }

    [Fact]
    public async Task A_disk_left_offline_by_a_detach_that_was_killed_is_brought_back_new()
    {
        var element = _host.Array.Add("db01", Target, 5);
        var device = await AttachAsync(element);
        var disk = ScsiDevice.OfDisk(_host.Roots, Path.GetFileName(device.Paths[0].Device))!;
        File.WriteAllText(Path.Combine(disk.Folder, "state"), "offline\n");

        var again = await AttachAsync(element);

        Assert.Equal(2, again.Paths.Count);
        Assert.All(again.Paths, path => Assert.Equal(OscPathState.Active, path.State));
    }

    [Fact]
    public async Task A_disk_that_is_offline_and_the_last_path_in_use_stays_and_the_error_says_that_it_does_not_answer()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        var element = _host.Array.Add("db01", Target, 5);
        var device = await AttachAsync(element);
        _host.Files.Append("proc/self/mountinfo", $"36 27 254:0 / /srv rw - xfs {device.Path} rw\n");
        var disk = ScsiDevice.OfDisk(_host.Roots, "sda")!;
        File.WriteAllText(Path.Combine(disk.Folder, "state"), "offline\n");

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => AttachAsync(element));

        Assert.Equal("StaleDeviceInUse", error.ErrorId);
        Assert.Contains("does not answer", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another", error.Message, StringComparison.Ordinal);
        Assert.Contains("/srv", error.Message, StringComparison.Ordinal);
        Assert.True(disk.Exists);
        Assert.Equal(["this-host"], _host.Array.Now(element).AccessGroupNames);
    }

    [Fact]
    public async Task A_disk_that_is_offline_and_the_last_path_in_use_is_brought_back_new_once_another_path_is_there()
    {
        var element = _host.Array.Add("db01", Target, 5);
        var device = await AttachAsync(element);
        _host.Files.Append("proc/self/mountinfo", $"36 27 254:0 / /srv rw - xfs {device.Path} rw\n");
        File.WriteAllText(Path.Combine(ScsiDevice.OfDisk(_host.Roots, "sda")!.Folder, "state"), "offline\n");
        var running = ScsiDevice.OfDisk(_host.Roots, "sdb")!;
        _host.RemoveSession(running.SessionId!.Value);
        var run = _host.Open(SimulatedHost.Patient with { LunSeenEverywhere = TimeSpan.FromMinutes(1) });

        var again = await new ElementAttacher(run, _host.Array, _warnings.Add).RunAsync(element, [], Cancellation);

        Assert.Equal([OscPathState.Active, OscPathState.Active], again.Paths.Select(path => path.State));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_session_that_is_logged_out_while_it_is_looked_through_is_made_again()
    {
        // As the iscsiadm of a detach does it that was killed itself.
        var element = _host.Array.Add("db01", Target, 5);
        var first = true;
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/scan", StringComparison.Ordinal) && Interlocked.Exchange(ref first, false))
            {
                var host = Path.GetFileName(Path.GetDirectoryName(path)!)["host".Length..];
                _host.RemoveSession(_host.Sessions().Single(session => $"{session.Host}" == host).Id);
                throw new FileNotFoundException(path);
            }
        };

        var device = await AttachAsync(element);

        Assert.Equal(2, device.Paths.Count);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Where_the_array_tells_no_numbers_what_a_look_brings_up_besides_goes_with_its_map()
    {
        var (element, other) = await AddTwoOfOneTargetAsync();

        await AttachAsync(element);

        Assert.Empty(ScsiDisk.FindAll(_host.Roots, other.Page83Id));
        Assert.Null(MultipathMaps.Find(_host.Roots, other.Page83Id));
    }

    [Fact]
    public async Task While_udev_handles_what_a_look_brought_up_besides_there_is_no_other_look()
    {
        var (element, _) = await AddTwoOfOneTargetAsync();
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        _host.Array.Luns.Remove((Target, 5));
        _host.Files.Write("run/udev/queue", "");
        var looks = 0;
        var hasLooked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/scan", StringComparison.Ordinal))
            {
                looks++;
                hasLooked.TrySetResult();
            }
        };
        var deadlines = SimulatedHost.Patient with { LunSeen = TimeSpan.FromMinutes(1), LinksSettled = TimeSpan.FromMinutes(1) };
        var attaching = new ElementAttacher(_host.Open(deadlines), _host.Array, _warnings.Add).RunAsync(element, [], Cancellation);
        await hasLooked.Task.WaitAsync(Cancellation);
        await Task.Delay(300, Cancellation);
        Assert.Equal((1, TaskStatus.WaitingForActivation), (looks, attaching.Status));

        _host.Array.Luns[(Target, 5)] = element;
        File.Delete(_host.Files.At("run/udev/queue"));

        Assert.Single((await attaching).Paths);
    }

    [Fact]
    public async Task A_portal_that_lags_behind_is_looked_through_again_though_udev_takes_longer_than_it_may_lag()
    {
        var (element, other) = await AddTwoOfOneTargetAsync();
        _host.Files.Write("run/udev/queue", "");
        var looks = 0;
        var hasMissed = false;
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/scan", StringComparison.Ordinal) && Interlocked.Increment(ref looks) is 1)
            {
                _host.Array.Luns.Remove((Target, 5));
                return;
            }

            // The portals are looked through at once. The first one's look is over when it has brought up the other LUN, or removes it again.
            if (path.EndsWith("/delete", StringComparison.Ordinal))
            {
                Volatile.Write(ref hasMissed, true);
            }

            Assert.True(SpinWait.SpinUntil(
                () => Volatile.Read(ref hasMissed) || ScsiDisk.FindAll(_host.Roots, other.Page83Id).Count > 0, SimulatedHost.Patient.SysfsWrite));
            _host.Array.Luns[(Target, 5)] = element;
        };
        var deadlines = SimulatedHost.Patient with { LunSeenEverywhere = TimeSpan.FromSeconds(1.9), LinksSettled = TimeSpan.FromSeconds(1) };

        var device = await new ElementAttacher(_host.Open(deadlines), _host.Array, _warnings.Add).RunAsync(element, [], Cancellation);

        Assert.Equal(2, device.Paths.Count);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task What_a_look_brings_up_besides_stays_when_it_is_in_use_at_once()
    {
        // As a volume group does it that is activated as soon as its disk comes.
        var (element, other) = await AddTwoOfOneTargetAsync();
        _host.Files.Append("proc/self/mountinfo", "36 27 254:1 / /srv rw - xfs /dev/mapper/other rw\n");

        var device = await AttachAsync(element);

        Assert.Equal([element.Page83Id, element.Page83Id], _host.ReallyBehind(device.Path));
        var map = Assert.IsType<DmDevice>(MultipathMaps.Find(_host.Roots, other.Page83Id));
        Assert.Equal("254:1", map.DeviceNumber);
        Assert.NotEmpty(map.Slaves(_host.Roots));
    }

    [Fact]
    public async Task What_a_look_brings_up_besides_and_is_in_use_stays_when_the_attach_is_taken_back()
    {
        var (element, other) = await AddTwoOfOneTargetAsync();
        _host.Files.Append("proc/self/mountinfo", "36 27 254:1 / /srv rw - xfs /dev/mapper/other rw\n");
        var run = _host.Open(onStep: step => _ = step == "note" ? throw new ArrayUnreachableException("gone") : step);

        await Assert.ThrowsAsync<ArrayUnreachableException>(() => new ElementAttacher(run, _host.Array, _ => { }).RunAsync(element, [], Cancellation));

        Assert.Empty(ScsiDisk.FindAll(_host.Roots, element.Page83Id));
        Assert.NotEmpty(MultipathMaps.Find(_host.Roots, other.Page83Id)!.Slaves(_host.Roots));
    }

    [Fact]
    public async Task What_a_killed_look_brought_up_goes_from_an_administrators_session_too_and_what_was_there_stays()
    {
        var (element, other) = await AddTwoOfOneTargetAsync();
        var his = _host.Array.Add("his", Target, 9);
        await _host.Array.PresentAsync(his, ["this-host"], Cancellation);
        var session = _host.AddSession(Target, "10.99.0.1");
        _host.Write(Path.Combine(_host.Roots.Sys, "class", "scsi_host", $"host{session.Host}", "scan"), $"0 {session.TargetId} 9");
        await Assert.ThrowsAsync<Killed>(() =>
            new ElementAttacher(_host.Open(onStep: step => Kill(step == "purge")), _host.Array, _ => { }).RunAsync(element, [], Cancellation));
        Assert.NotEmpty(ScsiDisk.FindAll(_host.Roots, other.Page83Id));

        await new ElementDetacher(_host.Open(), _host.Array, _ => { }).RunAsync(element, [], keepAccess: false, Cancellation);

        Assert.Empty(ScsiDisk.FindAll(_host.Roots, other.Page83Id));
        Assert.Single(ScsiDisk.FindAll(_host.Roots, his.Page83Id));
        Assert.Equal(session.Id, Assert.Single(_host.Sessions()).Id);
    }

    [Fact]
    public async Task What_a_rescan_brings_up_stays_though_a_look_was_killed_before()
    {
        var (element, other) = await AddTwoOfOneTargetAsync();
        await KillLookAsync(element);

        await new IscsiConnector(_host.Open()).RescanAsync([], Cancellation);
        Assert.Empty(_host.Open().Ledger.FullScans);
        await AttachAsync(element);

        Assert.NotEmpty(ScsiDisk.FindAll(_host.Roots, other.Page83Id));
    }

    [Fact]
    public async Task The_journal_of_a_look_that_was_killed_more_than_an_hour_ago_removes_nothing()
    {
        var (element, other) = await AddTwoOfOneTargetAsync();
        await KillLookAsync(element);
        var ledger = _host.Open().Ledger;
        foreach (var scan in ledger.FullScans)
        {
            ledger.Save(scan with { Since = scan.Since - (61 * 60 * TimeProvider.System.TimestampFrequency) });
        }

        await AttachAsync(element);

        Assert.NotEmpty(ScsiDisk.FindAll(_host.Roots, other.Page83Id));
    }

    [Fact]
    public async Task A_stale_link_by_identity_leads_nobody_astray()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.Files.Write("dev/sdz", "");
        _host.Files.Link($"dev/mapper/{element.Page83Id}", "../sdz");

        var device = await AttachAsync(element);

        Assert.All(_host.ReallyBehind(device.Path), behind => Assert.Equal(element.Page83Id, behind));
    }

    [Fact]
    public async Task LUN_numbers_above_255_are_asked_for_as_the_kernel_counts_them()
    {
        var element = _host.Array.Add("db01", Target, 16384 + 300);
        _host.Array.Change(element, now => now with { LunAddresses = [new() { TargetName = Target, Lun = 300 }] });

        Assert.All((await AttachAsync(element)).Paths, path => Assert.EndsWith(":16684", path.Hctl));
    }

    /// <summary>The array withdraws an element and gives its LUN number to another. The host is not told.</summary>
    private StorageElement Reuse(StorageElement old)
    {
        _host.Array.Change(old, now => now with { AccessGroupNames = [] });
        return _host.Array.Add("next", Target, 5);
    }

    [Fact]
    public async Task A_disk_that_goes_with_its_session_is_not_waited_for()
    {
        var (element, _) = await AddTwoOfOneTargetAsync();
        var logout = new Lazy<int>(() =>
        {
            var session = _host.Sessions().First(session => ScsiDevice.Of(_host.Roots, session).Any(device => device.ReadIdentity() == element.Page83Id));
            _host.RemoveSession(session.Id);
            return session.Id;
        });
        var host = _host.Open(
            SimulatedHost.Patient with { DiskSettled = TimeSpan.FromHours(1) }, onStep: step => _ = step == "purge" ? logout.Value : 0);

        var device = await new ElementAttacher(host, _host.Array, _ => { }).RunAsync(element, [], Cancellation)
            .WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

        Assert.True(logout.IsValueCreated);
        Assert.All(_host.ReallyBehind(device.Path), behind => Assert.Equal(element.Page83Id, behind));
    }

    /// <summary>Two elements of a target, both presented to this host, of an array that tells no LUN numbers.</summary>
    private async Task<(StorageElement Element, StorageElement Other)> AddTwoOfOneTargetAsync()
    {
        _host.Array.IsSilent = true;
        var element = _host.Array.Add("db01", Target, 5);
        var other = _host.Array.Add("other", Target, 7);
        await _host.Array.PresentAsync(other, ["this-host"], Cancellation);
        return (element, other);
    }

    /// <summary>An attach is killed after its scan without a LUN number, before it removes the other LUNs.</summary>
    private async Task KillLookAsync(StorageElement element)
    {
        await Assert.ThrowsAsync<Killed>(() =>
            new ElementAttacher(_host.Open(onStep: step => Kill(step == "purge")), _host.Array, _ => { }).RunAsync(element, [], Cancellation));
        Assert.NotEmpty(_host.Open().Ledger.FullScans);
    }

    private static void Kill(bool now)
    {
        if (now)
        {
            throw new Killed();
        }
    }

    private Task<OscDevice> AttachAsync(StorageElement element, HostDeadlines? deadlines = null) =>
        new ElementAttacher(_host.Open(deadlines), _host.Array, _warnings.Add).RunAsync(element, [], Cancellation);
}
