using StorageConnect.Host.Attaching;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

public sealed class DetachTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private readonly SimulatedHost _host = new();
    private readonly List<string> _warnings = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Nothing_is_left_on_the_host_and_the_array_withdraws_it_last()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        var wasOnHost = true;
        _host.Array.OnCall = _ => wasOnHost = _host.Traces()
            .Any(trace => trace.StartsWith("sd", StringComparison.Ordinal) || trace.StartsWith("dm-", StringComparison.Ordinal));

        await DetachAsync(element);

        Assert.Empty(_host.Traces());
        Assert.Equal(2, _host.Logouts.Count);
        Assert.Equal("withdraw db01 this-host", _host.Array.Calls[^1]);
        Assert.False(wasOnHost);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Fifty_rounds_leave_nothing()
    {
        var element = _host.Array.Add("db01", Target, 5);
        for (var round = 0; round < 50; round++)
        {
            Assert.True((await AttachAsync(element)).Verified);
            await DetachAsync(element);
            Assert.Empty(_host.Traces());
        }
    }

    [Fact]
    public async Task Sessions_that_lead_to_other_LUNs_stay_until_the_last_of_them_goes()
    {
        var one = _host.Array.Add("db01", Target, 5);
        var other = _host.Array.Add("db02", Target, 6);
        await AttachAsync(one);
        await AttachAsync(other);

        await DetachAsync(one);
        Assert.Empty(_host.Logouts);
        await DetachAsync(other);

        Assert.Equal(2, _host.Logouts.Count);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task Disks_whose_session_goes_are_left_to_the_kernel_and_others_are_deleted()
    {
        var one = _host.Array.Add("db01", Target, 5);
        var other = _host.Array.Add("db02", Target, 6);
        await AttachAsync(one);
        await AttachAsync(other);
        var deleted = 0;
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/delete", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref deleted);
            }
        };

        await DetachAsync(one);
        Assert.Equal(2, deleted);
        await DetachAsync(other);

        Assert.Equal(2, deleted);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task When_a_logout_fails_its_disks_are_gone_all_the_same_and_the_next_run_completes_it()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        _host.DeafPortals.Add("10.99.1.1");

        Assert.Equal("LogoutFailed", (await Assert.ThrowsAsync<ArrayUnreachableException>(() => DetachAsync(element))).ErrorId);
        Assert.DoesNotContain(_host.Traces(), trace => trace.StartsWith("sd", StringComparison.Ordinal));
        Assert.Equal(["this-host"], _host.Array.Now(element).AccessGroupNames);

        _host.DeafPortals.Clear();
        await DetachAsync(element);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task After_a_failed_logout_the_next_run_completes_it_also_where_the_session_was_made_for_another_element()
    {
        var one = _host.Array.Add("db01", Target, 5);
        var other = _host.Array.Add("db02", Target, 6);
        await AttachAsync(one);
        await AttachAsync(other);
        await DetachAsync(one);
        _host.DeafPortals.Add("10.99.1.1");

        Assert.Equal("LogoutFailed", (await Assert.ThrowsAsync<ArrayUnreachableException>(() => DetachAsync(other))).ErrorId);
        _host.DeafPortals.Clear();
        await DetachAsync(other);

        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task Sessions_that_somebody_else_made_are_left_to_him()
    {
        _host.AddSession(Target, "10.99.0.1");
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);

        await DetachAsync(element);

        Assert.Equal(["iqn.2026-01.lab.array:t1 10.99.1.1:3260"], _host.Logouts);
        Assert.Single(_host.Sessions());
    }

    [Fact]
    public async Task A_session_that_an_administrator_made_where_ours_was_logged_out_by_hand_is_his()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        foreach (var session in _host.Sessions())
        {
            _host.RemoveSession(session.Id);
        }

        var his = _host.AddSession(Target, "10.99.0.1");
        await DetachAsync(element);

        Assert.Equal(his.Id, Assert.Single(_host.Sessions()).Id);
        Assert.Empty(_host.Open().Ledger.Sessions);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_kill_during_a_login_only_a_session_with_our_record_is_ours(bool isOurs)
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        var ledger = _host.Open().Ledger;
        ledger.Save(Assert.Single(ledger.Sessions) with { Id = null, Boot = null }); // as it is saved before the login
        var record = SimulatedHost.RecordOf(Assert.Single(_host.Sessions()));
        if (!isOurs)
        {
            _host.Files.Write(record, "node.startup = manual\n");
        }

        await DetachAsync(element);

        Assert.Equal(isOurs ? 0 : 1, _host.Sessions().Count);
        Assert.Equal(isOurs ? 1 : 0, _host.Logouts.Count);
        Assert.Empty(ledger.Sessions);
    }

    [Fact]
    public async Task A_rollback_logs_out_also_where_another_tools_record_is_back_in_the_place_of_ours()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.Array.Luns.Clear();
        var host = _host.Open(onStep: step =>
        {
            foreach (var session in step == "scan" ? _host.Sessions() : [])
            {
                _host.Files.Write(SimulatedHost.RecordOf(session), "node.startup = manual\n");
            }
        });

        await Assert.ThrowsAsync<NotFoundException>(() => new ElementAttacher(host, _host.Array, _ => { }).RunAsync(element, [], Cancellation));

        Assert.NotEmpty(_host.Logins);
        Assert.Empty(_host.Sessions());
    }

    [Fact]
    public async Task A_session_that_a_killed_run_logged_in_to_is_known_by_its_number_once_it_is_used_again()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        var ledger = _host.Open().Ledger;
        ledger.Save(Assert.Single(ledger.Sessions) with { Id = null, Boot = null });

        await AttachAsync(element);

        Assert.Equal(Assert.Single(_host.Sessions()).Id, Assert.Single(ledger.Sessions).Id);
        Assert.Single(_host.Logins);
    }

    [Fact]
    public async Task A_session_that_another_run_makes_meanwhile_where_ours_was_logged_out_by_hand_stays_known_as_made()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        _host.RemoveSession(_host.Sessions().Single(session => session.Portal.Address == "10.99.0.1").Id);
        var other = _host.Open();
        Task detaching;
        using (await other.Locks.TakeTargetsAsync([Target], Cancellation))
        {
            detaching = DetachAsync(element);
            await Task.Delay(100, Cancellation); // it has come to the target's lock
            var made = new OwnedSession { TargetName = Target, Portal = "10.99.0.1:3260", MadeFor = "36000000000000000000000000000beef" };
            other.Ledger.Save(made.As(_host.AddSession(Target, "10.99.0.1"), _host.Roots));
        }

        await detaching;

        Assert.Equal("36000000000000000000000000000beef", Assert.Single(other.Ledger.Sessions).MadeFor);
        Assert.Single(_host.Sessions());
    }

    [Fact]
    public async Task After_a_restart_of_the_host_the_session_of_the_same_number_is_anothers()
    {
        _host.Files.Write("proc/sys/kernel/random/boot_id", "1\n");
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);

        _host.Files.Write("proc/sys/kernel/random/boot_id", "2\n");
        await DetachAsync(element);

        Assert.Single(_host.Sessions());
    }

    [Fact]
    public async Task A_group_that_is_not_there_is_an_error_before_anything_is_removed()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        var before = _host.Traces();

        var error = await Assert.ThrowsAsync<NotFoundException>(
            () => new ElementDetacher(_host.Open(), _host.Array, Warn).RunAsync(element, ["typo"], keepAccess: false, Cancellation));

        Assert.Equal("AccessGroupNotFound", error.ErrorId);
        Assert.Equal(before, _host.Traces());
        Assert.Equal(AttachmentState.Attached, _host.Open().Ledger.TryLoad(element.Page83Id)!.State);
        await new ElementDetacher(_host.Open(), _host.Array, Warn).RunAsync(element, ["typo"], keepAccess: true, Cancellation);
        Assert.Empty(_host.Traces());
    }

    [Theory]
    [InlineData("mounted at '/srv'")]
    [InlineData("held by dm-9 (vg0-data)")]
    public async Task A_device_in_use_is_refused_with_its_user_and_nothing_is_touched(string use)
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        var before = _host.Traces();
        if (use.StartsWith("mounted", StringComparison.Ordinal))
        {
            _host.Files.Append("proc/self/mountinfo", $"36 27 254:0 / /srv rw - xfs /dev/mapper/{element.Page83Id} rw\n");
        }
        else
        {
            _host.Files.AddDm("dm-9", "vg0-data", "LVM-x", "dm-0");
            before = _host.Traces();
        }

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => DetachAsync(element));
        var check = await Assert.ThrowsAsync<StorageElementBusyException>(() => CheckAsync(element));

        Assert.Equal("DeviceInUse", error.ErrorId);
        Assert.Contains(use, error.Message);
        Assert.Equal((error.ErrorId, error.Message), (check.ErrorId, check.Message));
        Assert.Equal(before, _host.Traces());
        Assert.Equal(AttachmentState.Attached, _host.Open().Ledger.TryLoad(element.Page83Id)!.State);
    }

    [Fact]
    public async Task A_plain_disk_that_a_process_has_open_is_refused_and_the_process_is_named()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        await _host.StopMultipathdAsync();
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        _host.Files.Write("proc/4711/comm", "postgres\n");
        Directory.CreateDirectory(_host.Files.At("proc/4711/fd"));
        _host.Files.Link("proc/4711/exe", "/usr/bin/postgres");
        _host.Files.Link("proc/4711/fd/7", "/dev/sda");

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => DetachAsync(element));
        Assert.Contains("open by postgres (4711)", error.Message);
        Assert.Equal(error.Message, (await Assert.ThrowsAsync<StorageElementBusyException>(() => CheckAsync(element))).Message);

        Directory.Delete(_host.Files.At("proc/4711"), recursive: true);
        await DetachAsync(element);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_mounted_partition_of_a_plain_disk_is_a_use_of_it()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        await _host.StopMultipathdAsync();
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        _host.Files.Write("sys/block/sda/sda1/partition", "1\n");
        _host.Files.Write("sys/block/sda/sda1/dev", "8:17\n");
        _host.Files.Append("proc/self/mountinfo", "36 27 8:17 / /srv rw - xfs /dev/sda1 rw\n");

        Assert.Contains("partition sda1, which is mounted at '/srv'",
            (await Assert.ThrowsAsync<StorageElementBusyException>(() => DetachAsync(element))).Message);
    }

    [Fact]
    public async Task Without_multipathd_a_map_is_not_touched()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        await _host.StopMultipathdAsync();

        Assert.Equal("MultipathdUnreachable", (await Assert.ThrowsAsync<HostNotReadyException>(() => DetachAsync(element))).ErrorId);
        Assert.Equal("MultipathdUnreachable", (await Assert.ThrowsAsync<HostNotReadyException>(() => CheckAsync(element))).ErrorId);
        Assert.Equal(2, _host.Sessions().Count);

        _host.StartMultipathd();
        await DetachAsync(element);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_map_whose_paths_are_all_lost_goes_without_a_write_that_would_wait_for_ever()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        _host.PathStates["sda"] = _host.PathStates["sdb"] = "failed faulty running";

        await DetachAsync(element);

        Assert.Contains($"disablequeueing map {element.Page83Id}", _host.MultipathdCommands);
        Assert.Contains("No path", Assert.Single(_warnings));
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task Queueing_is_restored_for_a_map_that_then_can_not_be_removed()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        _host.PathStates["sda"] = _host.PathStates["sdb"] = "failed faulty running";
        _host.OpenMaps.Add(element.Page83Id);

        await Assert.ThrowsAnyAsync<StorageConnectException>(() => DetachAsync(element));

        Assert.Equal([$"disablequeueing map {element.Page83Id}", $"restorequeueing map {element.Page83Id}"],
            _host.MultipathdCommands.Where(command => command.Contains("queueing", StringComparison.Ordinal)));
        Assert.NotNull(MultipathMaps.Find(_host.Roots, element.Page83Id));
    }

    [Fact]
    public async Task A_disk_that_has_the_name_of_a_lost_path_by_now_stays_with_its_session()
    {
        var element = _host.Array.Add("db01", Target, 5);
        var other = _host.Array.Add("db02", "iqn.2026-01.lab.array:t2", 6);
        await AttachAsync(element);
        OscDevice? device = null;
        var run = _host.Open(onStep: step =>
        {
            if (step == "flush")
            {
                _host.RemoveSession(ScsiDevice.OfDisk(_host.Roots, "sdb")!.SessionId!.Value);
                device = AttachNow(other);
            }
        });

        await new ElementDetacher(run, _host.Array, Warn).RunAsync(element, [], keepAccess: false, Cancellation);

        Assert.Equal(["/dev/sdb", "/dev/sdc"], device!.Paths.Select(path => path.Device).Order());
        Assert.Equal([other.Page83Id, other.Page83Id], _host.ReallyBehind(device.Path));
        Assert.Equal(2, _host.Sessions().Count(session => session.TargetName == "iqn.2026-01.lab.array:t2"));
        Assert.Empty(ScsiDisk.FindAll(_host.Roots, element.Page83Id));
        Assert.Empty(_host.Array.Now(element).AccessGroupNames);
    }

    [Fact]
    public async Task A_plain_disk_whose_LUN_is_withdrawn_already_goes_without_a_flush_and_one_that_answers_never_does()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        await _host.StopMultipathdAsync();
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        File.Delete(_host.Files.At("dev/sda")); // a flush of it fails
        Assert.Equal("DeviceFlushFailed", (await Assert.ThrowsAsync<StorageElementBusyException>(() => DetachAsync(element))).ErrorId);
        Assert.Empty(_warnings);

        _host.Array.Change(element, now => now with { AccessGroupNames = [] });
        await DetachAsync(element);

        Assert.Contains("No LUN", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task Through_a_group_with_other_hosts_it_stays_presented_and_the_user_is_told()
    {
        _host.Array.Groups[0] = new() { Name = "cluster", Entries = [SimulatedHost.Iqn, "iqn.2026-01.lab.init:other"] };
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);

        await DetachAsync(element);

        Assert.Equal(["cluster"], _host.Array.Now(element).AccessGroupNames);
        Assert.Contains("'cluster'", Assert.Single(_warnings));
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task It_is_withdrawn_from_the_groups_named_or_from_none_when_asked_so()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        await new ElementDetacher(_host.Open(), _host.Array, Warn).RunAsync(element, [], keepAccess: true, Cancellation);
        Assert.Equal(["this-host"], _host.Array.Now(element).AccessGroupNames);

        await AttachAsync(element);
        await new ElementDetacher(_host.Open(), _host.Array, Warn).RunAsync(element, ["this-host"], keepAccess: false, Cancellation);
        Assert.Empty(_host.Array.Now(element).AccessGroupNames);
    }

    [Fact]
    public async Task Disks_under_the_map_of_what_they_were_go_with_it()
    {
        var old = _host.Array.Add("old", Target, 5);
        await AttachAsync(old);
        _host.Array.Change(old, now => now with { AccessGroupNames = [] });
        var next = await _host.Array.PresentAsync(_host.Array.Add("next", Target, 5), ["this-host"], Cancellation);
        foreach (var disk in ScsiDisk.FindAll(_host.Roots, old.Page83Id).ToList())
        {
            _host.Write(Path.Combine(ScsiDevice.OfDisk(_host.Roots, disk)!.Folder, "rescan"), "1");
        }

        Assert.Equal(2, ScsiDisk.FindAll(_host.Roots, next.Page83Id).Count);
        Assert.NotNull(MultipathMaps.Find(_host.Roots, old.Page83Id));

        await DetachAsync(next);

        Assert.Null(MultipathMaps.Find(_host.Roots, old.Page83Id));
        Assert.Empty(ScsiDisk.FindAll(_host.Roots, next.Page83Id));
        Assert.Empty(_host.Sessions());
    }

    [Fact]
    public async Task What_was_attached_by_hand_is_detached_too_and_its_sessions_stay()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 5, element);

        await DetachAsync(element);

        Assert.Single(_host.Sessions());
        Assert.DoesNotContain(_host.Traces(), trace => trace.StartsWith("sd", StringComparison.Ordinal) || trace.StartsWith("dm-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Detaching_what_is_not_attached_changes_nothing_on_the_host()
    {
        var element = _host.Array.Add("db01", Target, 5);

        await DetachAsync(element);

        Assert.Empty(_host.Traces());
        Assert.Empty(_host.Array.Calls);
    }

    [Fact]
    public async Task A_link_that_udev_forgot_is_removed_when_it_leads_nowhere()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        _host.Files.Link($"dev/disk/by-id/dm-uuid-mpath-{element.Page83Id}", "../../dm-0");

        await DetachAsync(element);

        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task With_an_array_that_is_gone_the_device_goes_when_access_is_kept_and_its_use_is_told_first()
    {
        var element = _host.Array.Add("db01", Target, 5);
        var device = await AttachAsync(element);
        _host.Array.IsGone = true;
        _host.Files.Append("proc/self/mountinfo", $"36 27 254:0 / /srv rw - xfs {device.Path} rw\n");
        Assert.Equal("DeviceInUse", (await Assert.ThrowsAsync<StorageElementBusyException>(() => DetachAsync(element))).ErrorId);
        _host.Files.Write("proc/self/mountinfo", "");
        await Assert.ThrowsAsync<ArrayUnreachableException>(() => DetachAsync(element));
        await Assert.ThrowsAsync<ArrayUnreachableException>(() => CheckAsync(element));

        await CheckAsync(element, keepAccess: true);
        await new ElementDetacher(_host.Open(), _host.Array, Warn).RunAsync(element, [], keepAccess: true, Cancellation);

        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_check_changes_nothing_and_waits_for_no_other_run()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        var before = _host.Traces();
        _host.Array.Calls.Clear();
        var steps = new List<string>();
        using var other = await _host.Open().Locks.TakeElementAsync(element.Page83Id, Cancellation);

        await new ElementDetacher(_host.Open(onStep: steps.Add), _host.Array, Warn).CheckAsync(element, keepAccess: false, Cancellation);

        Assert.Empty(steps);
        Assert.Empty(_host.Array.Calls);
        Assert.Equal(before, _host.Traces());
        Assert.Equal(AttachmentState.Attached, _host.Open().Ledger.TryLoad(element.Page83Id)!.State);
    }

    [Fact]
    public async Task Who_is_not_root_is_told()
    {
        var element = _host.Array.Add("db01", Target, 5);

        Assert.Equal("HostRightsNeeded", (await Assert.ThrowsAsync<AccessDeniedException>(() =>
            new ElementDetacher(_host.Open(isPrivileged: () => false), _host.Array, Warn).RunAsync(element, [], false, Cancellation))).ErrorId);
    }

    private Task<OscDevice> AttachAsync(StorageElement element) => new ElementAttacher(_host.Open(), _host.Array, Warn).RunAsync(element, [], Cancellation);

    private OscDevice AttachNow(StorageElement element) => AttachAsync(element).GetAwaiter().GetResult();

    private Task DetachAsync(StorageElement element) =>
        new ElementDetacher(_host.Open(), _host.Array, Warn).RunAsync(element, [], keepAccess: false, Cancellation);

    private Task CheckAsync(StorageElement element, bool keepAccess = false) =>
        new ElementDetacher(_host.Open(), _host.Array, Warn).CheckAsync(element, keepAccess, Cancellation);

    private void Warn(string text)
    {
        lock (_warnings)
        {
            _warnings.Add(text);
        }
    }
}
