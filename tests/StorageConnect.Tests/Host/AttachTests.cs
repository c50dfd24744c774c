using StorageConnect.Host.Attaching;
using StorageConnect.Host.Connectors;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

public sealed class AttachTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private readonly SimulatedHost _host = new();
    private readonly List<string> _warnings = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_element_comes_as_a_proven_multipath_device_over_all_portals()
    {
        var element = _host.Array.Add("db01", Target, 5);

        var device = await AttachAsync(element);

        Assert.Equal($"/dev/mapper/{element.Page83Id}", device.Path);
        Assert.Equal((element.Page83Id, element.SizeBytes, element.Uuid, true, true),
            (device.Wwid, device.SizeBytes, device.StorageElementUuid, device.Multipath, device.Verified));
        Assert.Equal(["4:0:0:5 Active", "5:0:0:5 Active"], device.Paths.Select(path => $"{path.Hctl} {path.State}").Order());
        Assert.Equal(["/dev/sda", "/dev/sdb"], device.Paths.Select(path => path.Device).Order());
        Assert.Equal(["10.99.0.1:3260", "10.99.1.1:3260"], device.Paths.Select(path => path.Portal!).Order());
        Assert.Equal(["present db01 this-host"], _host.Array.Calls);
        Assert.Empty(_warnings);
        Assert.Equal(AttachmentState.Attached, _host.Open().Ledger.TryLoad(element.Page83Id)!.State);
    }

    [Fact]
    public async Task Maps_with_friendly_names_are_handed_over_resized_and_removed_by_these()
    {
        _host.HasFriendlyNames = true;
        var element = _host.Array.Add("db01", Target, 5);

        var device = await AttachAsync(element);
        Assert.Equal(("/dev/mapper/mpatha", element.Page83Id), (device.Path, device.Wwid));
        _host.Array.Change(element, now => now with { SizeBytes = 2 * now.SizeBytes });
        Assert.Equal(2 * element.SizeBytes, (await new ElementResizer(_host.Open()).RunAsync(_host.Array.Now(element), Cancellation)).SizeBytes);
        await new ElementDetacher(_host.Open(), _host.Array, Warn).RunAsync(element, [], keepAccess: false, Cancellation);

        Assert.Contains("show map mpatha json", _host.MultipathdCommands);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_path_that_carries_no_IO_when_the_device_is_handed_over_is_told()
    {
        _host.PathStates["sdb"] = "failed faulty running";

        var device = await AttachAsync(_host.Array.Add("db01", Target, 5));

        Assert.Contains("/dev/sdb", Assert.Single(_warnings));
        Assert.Equal(2, device.Paths.Count);
    }

    [Fact]
    public async Task A_path_that_is_lost_before_it_comes_into_the_map_is_a_warning_and_the_others_serve()
    {
        _host.IsMultipathdBlind = true;
        var element = _host.Array.Add("db01", Target, 5);
        void LoseOne(string step)
        {
            if (step == "map")
            {
                _host.Break(_host.Sessions()[1]);
            }
        }

        var device = await new ElementAttacher(_host.Open(onStep: LoseOne), _host.Array, _warnings.Add).RunAsync(element, [], Cancellation);

        Assert.Single(device.Paths);
        Assert.Contains(_warnings, warning => warning.Contains("has 1 paths, though 2 were found", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_the_one_LUN_is_brought_in_where_the_array_tells_its_number()
    {
        var element = _host.Array.Add("db01", Target, 5);
        Present(_host.Array.Add("other", Target, 6));

        await AttachAsync(element);

        Assert.DoesNotContain(_host.Traces(), trace => trace.StartsWith("sdc", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_array_tells_no_number_the_others_that_a_look_brings_up_are_taken_away_again()
    {
        _host.Array.IsSilent = true;
        Present(_host.Array.Add("other", Target, 4));
        var element = _host.Array.Add("db01", Target, 5);
        _host.IsMultipathdBlind = true; // else it would have made a map of the other before it went

        var device = await AttachAsync(element);

        Assert.Equal([element.Page83Id, element.Page83Id], _host.ReallyBehind(device.Path));
        Assert.Equal(2, _host.Traces().Count(trace => trace.StartsWith("sd", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task While_udev_is_behind_multipathd_is_not_told_of_disks_it_will_hear_of()
    {
        _host.IsMultipathdBlind = true;
        _host.Files.Write("run/udev/queue", "");
        var deadlines = SimulatedHost.Patient with { MultipathdDetection = TimeSpan.FromMilliseconds(10), MapMade = TimeSpan.FromMinutes(1) };
        var attaching = new ElementAttacher(_host.Open(deadlines), _host.Array, _warnings.Add).RunAsync(_host.Array.Add("db01", Target, 5), [], Cancellation);
        await Task.Delay(100, Cancellation);
        Assert.DoesNotContain(_host.MultipathdCommands, command => command.StartsWith("add path", StringComparison.Ordinal));

        File.Delete(_host.Files.At("run/udev/queue"));

        Assert.Equal(2, (await attaching).Paths.Count);
    }

    [Fact]
    public async Task While_udev_is_behind_the_map_may_take_longer()
    {
        _host.IsMultipathdBlind = true;
        _host.AnswerToAddPath = "fail\n"; // as multipathd says it of a disk that udev has not handled
        _host.Files.Write("run/udev/queue", "");
        var deadlines = SimulatedHost.Patient with { MultipathdDetection = TimeSpan.FromMilliseconds(1), MapMade = TimeSpan.FromMilliseconds(10) };
        var isAtMap = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = _host.Open(deadlines, onStep: step => _ = step == "map" && isAtMap.TrySetResult());
        var attaching = new ElementAttacher(run, _host.Array, _warnings.Add).RunAsync(_host.Array.Add("db01", Target, 5), [], Cancellation);
        await isAtMap.Task.WaitAsync(Cancellation);
        await Task.Delay(100, Cancellation);
        Assert.Equal(TaskStatus.WaitingForActivation, attaching.Status);

        _host.AnswerToAddPath = null;
        File.Delete(_host.Files.At("run/udev/queue"));

        Assert.Equal(2, (await attaching).Paths.Count);
    }

    [Fact]
    public async Task A_udev_that_is_behind_for_ever_does_not_hold_an_attach_for_ever()
    {
        _host.IsMultipathdBlind = true;
        _host.AnswerToAddPath = "fail\n";
        _host.Files.Write("run/udev/queue", "");
        var deadlines = SimulatedHost.Patient with { MultipathdDetection = TimeSpan.FromMilliseconds(1), UdevBehind = TimeSpan.FromMilliseconds(50) };

        var error = await Assert.ThrowsAsync<HostNotReadyException>(
            () => new ElementAttacher(_host.Open(deadlines), _host.Array, _warnings.Add).RunAsync(_host.Array.Add("db01", Target, 5), [], Cancellation));

        Assert.Equal("MultipathdUnreachable", error.ErrorId);
        Assert.Contains("add path sda", _host.MultipathdCommands);
    }

    [Fact]
    public async Task A_path_that_multipathd_does_not_add_is_named_with_its_reply()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        var lost = _host.Sessions().Single(session => session.Portal.Address == "10.99.1.1");
        var disk = ScsiDevice.Of(_host.Roots, lost).Single().Disk;
        _host.RemoveSession(lost.Id); // its next disk gets the same name
        _host.IsMultipathdBlind = true;
        _host.AnswerToAddPath = "fail\n";

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => AttachAsync(element));

        Assert.Equal("MultipathdUnreachable", error.ErrorId);
        Assert.Contains($"did not get its paths {disk} within", error.Message, StringComparison.Ordinal);
        Assert.Contains("multipathd replied: fail", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_map_without_its_link_is_told_as_such()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        File.Delete(_host.Files.At($"dev/mapper/{element.Page83Id}"));

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => AttachAsync(element));

        Assert.Contains($"/dev/mapper/{element.Page83Id} did not lead to it", error.Message, StringComparison.Ordinal);
        Assert.Contains("systemd-udevd", error.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_named_after_the_element_is_looked_at_first_and_others_are_not_logged_in_to()
    {
        _host.Array.IsSilent = true;
        _host.Array.Add("other", "iqn.2026-01.lab.array:aaa", 1);
        var element = _host.Array.Add("db01", $"iqn.2026-01.lab.array:{2:x32}", 1);

        await AttachAsync(element);

        Assert.All(_host.Logins, login => Assert.Contains(element.Uuid, login));
    }

    [Fact]
    public async Task Targets_that_turn_out_not_to_have_it_are_logged_out_again()
    {
        _host.Array.IsSilent = true;
        _host.Array.Add("other", "iqn.2026-01.lab.array:aaa", 1);
        var element = _host.Array.Add("db01", "iqn.2026-01.lab.array:bbb", 1);

        await AttachAsync(element);

        Assert.All(_host.Sessions(), session => Assert.Equal("iqn.2026-01.lab.array:bbb", session.TargetName));
        Assert.Equal(2, _host.Logouts.Count);
    }

    [Fact]
    public async Task Attaching_again_changes_nothing_and_returns_the_same()
    {
        var element = _host.Array.Add("db01", Target, 5);
        var first = await AttachAsync(element);

        var again = await AttachAsync(element);

        Assert.Equal(first, again);
        Assert.Equal(2, _host.Logins.Count);
        Assert.Single(_host.Array.Calls);
    }

    [Fact]
    public async Task Several_elements_at_once_share_their_sessions()
    {
        var elements = Enumerable.Range(1, 6).Select(number => _host.Array.Add($"db{number}", Target, number)).ToList();

        var devices = await Task.WhenAll(elements.Select(AttachAsync));

        Assert.Equal(elements.Select(element => element.Page83Id), devices.Select(device => device.Wwid));
        Assert.All(devices, device => Assert.All(_host.ReallyBehind(device.Path), behind => Assert.Equal(device.Wwid, behind)));
        Assert.Equal(2, _host.Logins.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_plugin_that_logs_in_in_its_own_way_does_so_and_its_sessions_stay(bool namesTargets)
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.Array.OwnLogin = _ =>
        {
            _host.AddSession(Target, "10.99.0.1");
            _host.AddSession(Target, "10.99.1.1");
            return namesTargets ? [new() { TargetName = Target, Portal = "10.99.0.1:3260" }] : [];
        };

        Assert.Equal(2, (await AttachAsync(element)).Paths.Count);
        await new ElementDetacher(_host.Open(), _host.Array, Warn).RunAsync(element, [], keepAccess: false, Cancellation);

        Assert.Empty(_host.Logins);
        Assert.Equal(2, _host.Sessions().Count);
    }

    [Fact]
    public async Task A_dead_portal_costs_a_path_and_is_warned_of()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.DeadPortals.Add("10.99.1.1");

        var device = await AttachAsync(element);

        Assert.Single(device.Paths);
        Assert.Contains("10.99.1.1", Assert.Single(_warnings));
    }

    [Fact]
    public async Task A_portal_that_does_not_even_tell_its_targets_is_warned_of_too()
    {
        _host.Array.IsSilent = true;
        var element = _host.Array.Add("db01", Target, 5);
        _host.DeadPortals.Add("10.99.1.1");

        Assert.Single((await AttachAsync(element)).Paths);

        Assert.Contains("10.99.1.1", Assert.Single(_warnings));
    }

    [Fact]
    public async Task A_portal_that_did_not_answer_the_discovery_is_logged_in_to_all_the_same()
    {
        _host.Array.Server = _host.Array.Server with { IscsiTargets = [new() { TargetName = Target, Portal = "10.99.0.1:3260" }] };

        Assert.Equal(2, (await AttachAsync(_host.Array.Add("db01", Target, 5))).Paths.Count);
    }

    [Fact]
    public async Task A_portal_that_answered_without_this_target_is_not_logged_in_to()
    {
        _host.Array.Server = _host.Array.Server with
        {
            IscsiTargets =
            [
                new() { TargetName = Target, Portal = "10.99.0.1:3260" },
                new() { TargetName = "iqn.2026-01.lab.array:t2", Portal = "10.99.1.1:3260" },
            ],
        };

        Assert.Single((await AttachAsync(_host.Array.Add("db01", Target, 5))).Paths);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Of_two_CHAP_users_at_one_portal_the_second_is_tried_where_the_first_is_turned_away()
    {
        var portal = _host.Array.Server.AccessContexts[0];
        _host.Array.Server = _host.Array.Server with { AccessContexts = [portal with { ChapUser = "u1" }, portal with { ChapUser = "u2" }] };
        _host.ClosedUsers.Add("u1");

        Assert.Single((await AttachAsync(_host.Array.Add("db01", Target, 5))).Paths);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task All_addresses_of_a_host_name_are_planned_in_one_order()
    {
        var server = _host.Array.Server with { AccessContexts = [new() { Host = "localhost" }] };
        var element = _host.Array.Add("db01", Target, 5);

        var rounds = await new LoginPlanner(_host, _warnings.Add).PlanElementAsync(server, element, null, Cancellation);

        var node = Assert.Single(Assert.Single(rounds));
        Assert.Equal(await HostNames.ResolveAsync("localhost", null, Cancellation),
            [node.Portal.Address, .. node.Alternatives.Select(other => other.Portal.Address)]);
        Assert.Equal(["fd00::2", "fd00::9", "10.0.0.1", "10.0.0.2"], HostNames.InOrder(
            new[] { "fd00::9", "10.0.0.2", "fd00::2", "10.0.0.1", "10.0.0.2" }.Select(System.Net.IPAddress.Parse)));
    }

    [Fact]
    public async Task Where_one_address_of_a_host_name_is_dead_the_next_one_is_used_and_stays_in_use()
    {
        var element = _host.Array.Add("db01", Target, 5);
        Present(element);
        var node = new IscsiNode(Target, new("10.99.0.1", 3260), 1, new());
        node = node with { Alternatives = [node with { Portal = new("10.99.0.2", 3260) }] };
        _host.DeadPortals.Add("10.99.0.1");

        Assert.Single(await SearchAsync(element, node));
        _host.DeadPortals.Clear();
        Assert.Single(await SearchAsync(element, node));

        Assert.Equal([$"{Target} 10.99.0.1:3260", $"{Target} 10.99.0.2:3260"], _host.Logins);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task When_no_portal_answers_all_is_as_before()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.DeadPortals.UnionWith(["10.99.0.1", "10.99.1.1"]);

        var error = await Assert.ThrowsAsync<ArrayUnreachableException>(() => AttachAsync(element));

        Assert.Equal("PortalUnreachable", error.ErrorId);
        AssertNothingLeft(element);
        _host.DeadPortals.Clear();
        Assert.True((await AttachAsync(element)).Verified);
    }

    [Fact]
    public async Task Wrong_CHAP_is_told_before_any_other_trouble_and_all_is_as_before()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.DeadPortals.Add("10.99.0.1");
        _host.ClosedPortals.Add("10.99.1.1");

        await Assert.ThrowsAsync<AuthenticationFailedException>(() => AttachAsync(element));

        AssertNothingLeft(element);
    }

    [Fact]
    public async Task A_LUN_that_is_never_shown_ends_in_an_error_and_all_is_as_before()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.Array.Luns.Remove((Target, 5));

        var error = await Assert.ThrowsAsync<NotFoundException>(() => AttachAsync(element));

        Assert.Equal("ElementNotSeen", error.ErrorId);
        AssertNothingLeft(element);
    }

    [Fact]
    public async Task A_LUN_that_is_shown_late_is_waited_for()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.Array.Luns.Remove((Target, 5));
        var looks = 0;
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/scan", StringComparison.Ordinal) && Interlocked.Increment(ref looks) == 3)
            {
                _host.Array.Luns[(Target, 5)] = element;
            }
        };

        var device = await new ElementAttacher(
            _host.Open(SimulatedHost.Patient with { LunSeen = TimeSpan.FromMinutes(1), LunSeenEverywhere = TimeSpan.FromMinutes(1) }), _host.Array,
            Warn).RunAsync(element, [], Cancellation);

        Assert.Equal(2, device.Paths.Count);
    }

    [Fact]
    public async Task A_multipathd_that_overlooks_the_disks_is_told_of_them()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.IsMultipathdBlind = true;

        var device = await AttachAsync(element);

        Assert.Equal(2, device.Paths.Count);
        Assert.Equal(2, _host.MultipathdCommands.Count(command => command.StartsWith("add path", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_blacklisted_disk_ends_in_an_error_that_says_so_and_all_is_as_before()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.IsMultipathdBlind = true;
        _host.AnswerToAddPath = "blacklisted";

        var error = await Assert.ThrowsAsync<NoSuchOperationException>(() => AttachAsync(element));

        Assert.Equal("DeviceBlacklisted", error.ErrorId);
        AssertNothingLeft(element);
    }

    [Fact]
    public async Task A_map_that_never_comes_ends_in_an_error_and_all_is_as_before()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.IsMultipathdBlind = true;
        _host.AnswerToAddPath = "fail";

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => AttachAsync(element));

        Assert.Contains("fail", error.Message);
        AssertNothingLeft(element);
    }

    [Fact]
    public async Task The_identity_is_on_multipaths_list_before_the_disks_come()
    {
        var element = _host.Array.Add("db01", Target, 5);
        var wwids = _host.Files.At("etc/multipath/wwids");
        var wasListed = false;
        _host.OnWrite = (path, _) => wasListed |= path.EndsWith("/scan", StringComparison.Ordinal)
            && File.ReadAllText(wwids).Contains($"/{element.Page83Id}/", StringComparison.Ordinal);

        await AttachAsync(element);

        Assert.True(wasListed);
    }

    [Fact]
    public async Task Without_multipathd_an_element_with_several_portals_is_refused_before_anything_is_done()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await _host.StopMultipathdAsync();

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => AttachAsync(element));

        Assert.Equal("MultipathdUnreachable", error.ErrorId);
        Assert.Empty(_host.Array.Calls);
        Assert.Empty(_host.Logins);
        _host.StartMultipathd();
        Assert.True((await AttachAsync(element)).Multipath);
    }

    [Fact]
    public async Task Without_multipathd_a_disk_that_is_down_counts_too()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.1.1" }] };
        var element = _host.Array.Add("db01", Target, 5);
        await _host.Array.PresentAsync(element, ["this-host"], Cancellation);
        var session = _host.AddSession(Target, "10.99.0.1");
        _host.AddDisk(session, 5, element);
        _host.Break(session);
        await _host.StopMultipathdAsync();

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => AttachAsync(element));

        Assert.Equal("MultipathdUnreachable", error.ErrorId);
    }

    [Fact]
    public async Task A_rollback_without_multipathd_is_whole()
    {
        var element = _host.Array.Add("db01", Target, 5);
        using var cancel = new CancellationTokenSource();
        var stop = new Lazy<Task>(_host.StopMultipathdAsync);
        _host.OnInquiry = (_, _) =>
        {
            if (MultipathMaps.Find(_host.Roots, element.Page83Id) is not null)
            {
                stop.Value.Wait(Cancellation); // both disks are asked at once, and both wait until it is stopped
                cancel.Cancel();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new ElementAttacher(_host.Open(), _host.Array, Warn).RunAsync(element, [], cancel.Token));

        Assert.Empty(_warnings);
        _host.StartMultipathd();
        AssertNothingLeft(element);
    }

    [Fact]
    public async Task When_all_disks_are_gone_no_map_is_waited_for()
    {
        var element = _host.Array.Add("db01", Target, 5);
        var loss = new Lazy<int>(() => _host.Sessions().Count(session =>
        {
            _host.RemoveSession(session.Id);
            return true;
        }));
        _host.IsMultipathdBlind = true;
        var host = _host.Open(
            SimulatedHost.Patient with { MapMade = TimeSpan.FromHours(1), UdevBehind = TimeSpan.FromHours(1) },
            onStep: step => _ = step == "map" ? loss.Value : 0);

        var error = await Assert.ThrowsAsync<NotFoundException>(() =>
            new ElementAttacher(host, _host.Array, Warn).RunAsync(element, [], Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation));

        Assert.Equal("ElementNotSeen", error.ErrorId);
    }

    [Fact]
    public async Task A_session_that_was_down_and_is_gone_is_not_waited_for()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        var element = _host.Array.Add("db01", Target, 5);
        var session = _host.AddSession(Target, "10.99.0.1");
        _host.Break(session);
        var attaching = new ElementAttacher(_host.Open(SimulatedHost.Patient with { IscsiSettle = TimeSpan.FromHours(1) }), _host.Array,
            Warn).RunAsync(element, [], Cancellation);
        Assert.False(attaching.IsCompleted);

        _host.RemoveSession(session.Id);

        // Gone before it was seen, it is logged in to again.
        Assert.IsNotType<TimeoutException>(await Record.ExceptionAsync(() => attaching.WaitAsync(TimeSpan.FromMinutes(1), Cancellation)));
    }

    [Fact]
    public async Task Without_multipathd_an_element_with_one_portal_is_a_plain_disk_by_its_identity()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        var element = _host.Array.Add("db01", Target, 5);
        await _host.StopMultipathdAsync();

        var device = await AttachAsync(element);

        Assert.Equal($"/dev/disk/by-id/scsi-{element.Page83Id}", device.Path);
        Assert.Equal((false, true), (device.Multipath, device.Verified));
    }

    [Fact]
    public async Task A_failed_attach_keeps_an_element_presented_whose_plain_disk_was_there_before()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        var element = _host.Array.Add("db01", Target, 5);
        await _host.StopMultipathdAsync();
        await AttachAsync(element);
        _host.Array.Change(element, now => now with { AccessGroupNames = [] });
        var run = _host.Open(onStep: step => _ = step == "note" ? throw new OperationCanceledException() : 0);

        await Assert.ThrowsAsync<OperationCanceledException>(() => new ElementAttacher(run, _host.Array, _warnings.Add).RunAsync(element, [], Cancellation));

        Assert.Equal(["this-host"], _host.Array.Now(element).AccessGroupNames);
        Assert.Contains(_warnings, warning => warning.Contains("stays presented", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_that_is_down_costs_a_path_and_is_not_logged_in_to_again()
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.Break(_host.AddSession(Target, "10.99.0.1"));

        var device = await AttachAsync(element);

        Assert.Equal("10.99.1.1:3260", Assert.Single(device.Paths).Portal);
        Assert.Contains("FAILED", Assert.Single(_warnings));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_path_that_goes_down_while_it_is_checked_stays_until_its_session_is_back(int atRescan)
    {
        var element = _host.Array.Add("db01", Target, 5);
        var device = await AttachAsync(element);
        var session = _host.Sessions()[1];
        var disk = Assert.Single(ScsiDevice.Of(_host.Roots, session));
        var rescans = 0;
        _host.OnWrite = (path, _) =>
        {
            if (path == Path.Combine(disk.Folder, "rescan") && ++rescans == atRescan)
            {
                _host.Break(session);
            }
        };

        await AttachAsync(element);

        Assert.True(rescans >= atRescan);
        Assert.True(disk.IsDown);
        _host.Mend(session);
        Assert.Equal([element.Page83Id, element.Page83Id], _host.ReallyBehind(device.Path));
    }

    [Fact]
    public async Task When_all_its_sessions_are_down_one_that_comes_back_is_waited_for()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        var element = _host.Array.Add("db01", Target, 5);
        var session = _host.AddSession(Target, "10.99.0.1");
        _host.Break(session);
        var attaching = new ElementAttacher(_host.Open(SimulatedHost.Patient with { IscsiSettle = TimeSpan.FromMinutes(1) }), _host.Array,
            Warn).RunAsync(element, [], Cancellation);
        Assert.False(attaching.IsCompleted);

        _host.Mend(session);

        Assert.True((await attaching).Verified);
        Assert.Empty(_host.Logins);
    }

    [Fact]
    public async Task When_all_its_sessions_stay_down_it_is_an_error_that_says_so()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        var element = _host.Array.Add("db01", Target, 5);
        _host.Break(_host.AddSession(Target, "10.99.0.1"));

        Assert.Equal("SessionDown", (await Assert.ThrowsAsync<ArrayUnreachableException>(() => AttachAsync(element))).ErrorId);
    }

    [Fact]
    public async Task An_element_in_no_group_of_this_host_is_an_error_that_names_the_initiator()
    {
        _host.Array.Groups.Clear();
        var element = _host.Array.Add("db01", Target, 5);

        var error = await Assert.ThrowsAsync<NotFoundException>(() => AttachAsync(element));

        Assert.Equal("HostInNoAccessGroup", error.ErrorId);
        Assert.Contains(SimulatedHost.Iqn, error.Recommendation);
        Assert.Equal("HostInNoAccessGroup", (await Assert.ThrowsAsync<NotFoundException>(() => CheckAsync(element))).ErrorId);
    }

    [Fact]
    public async Task Of_several_groups_with_this_host_the_one_that_is_its_own_is_taken()
    {
        _host.Array.Groups.Add(new() { Name = "cluster", Entries = [SimulatedHost.Iqn, "iqn.2026-01.lab.init:other"] });

        await AttachAsync(_host.Array.Add("db01", Target, 5));

        Assert.Equal(["present db01 this-host"], _host.Array.Calls);
    }

    [Fact]
    public async Task A_failed_attach_does_not_withdraw_from_a_group_with_other_hosts()
    {
        _host.Array.Groups[0] = new() { Name = "cluster", Entries = [SimulatedHost.Iqn, "iqn.2026-01.lab.init:other"] };
        var element = _host.Array.Add("db01", Target, 5);
        var run = _host.Open(onStep: step => _ = step == "note" ? throw new HostNotReadyException("Not now.") : 0);

        await Assert.ThrowsAsync<HostNotReadyException>(() => new ElementAttacher(run, _host.Array, Warn).RunAsync(element, [], Cancellation));

        // Another host may have found it presented, and mounted it.
        Assert.Equal(["present db01 cluster"], _host.Array.Calls);
        Assert.Contains("'cluster'", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("present")] // before this run comes to the list
    [InlineData("note")]
    public async Task A_failed_attach_leaves_an_identity_that_was_in_multipaths_list_before(string failing)
    {
        var element = _host.Array.Add("db01", Target, 5);
        _host.Files.Write("etc/multipath/wwids", $"/{element.Page83Id}/\n");
        var run = _host.Open(onStep: step => _ = step == failing ? throw new HostNotReadyException("Not now.") : 0);

        await Assert.ThrowsAsync<HostNotReadyException>(() => new ElementAttacher(run, _host.Array, Warn).RunAsync(element, [], Cancellation));

        Assert.Equal($"/{element.Page83Id}/\n", await File.ReadAllTextAsync(_host.Files.At("etc/multipath/wwids"), Cancellation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failed_attach_after_a_restart_leaves_the_identity_of_an_attached_element_in_multipaths_list(bool isListed)
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        foreach (var session in _host.Sessions())
        {
            _host.RemoveSession(session.Id);
        }

        _host.RemoveMap("dm-0");
        if (!isListed)
        {
            File.Delete(_host.Files.At("etc/multipath/wwids"));
        }

        _host.DeadPortals.UnionWith(["10.99.0.1", "10.99.1.1"]);
        await Assert.ThrowsAsync<ArrayUnreachableException>(() => AttachAsync(element));

        Assert.Contains($"/{element.Page83Id}/", _host.Traces());
    }

    [Fact]
    public async Task Of_several_own_groups_one_must_be_named()
    {
        _host.Array.Groups.Add(new() { Name = "also-this", Entries = [SimulatedHost.Iqn] });
        var element = _host.Array.Add("db01", Target, 5);

        Assert.Equal("AccessGroupNeeded", (await Assert.ThrowsAsync<InvalidRequestException>(() => AttachAsync(element))).ErrorId);
        await new ElementAttacher(_host.Open(), _host.Array, Warn).RunAsync(element, ["also-this"], Cancellation);

        Assert.Equal(["present db01 also-this"], _host.Array.Calls);
    }

    [Fact]
    public async Task A_group_that_is_not_there_is_an_error()
    {
        var element = _host.Array.Add("db01", Target, 5);

        var error = await Assert.ThrowsAsync<NotFoundException>(
            () => new ElementAttacher(_host.Open(), _host.Array, Warn).RunAsync(element, ["nosuch"], Cancellation));

        Assert.Equal("AccessGroupNotFound", error.ErrorId);
    }

    [Fact]
    public async Task A_named_group_without_this_host_is_refused_before_the_element_is_presented_to_others()
    {
        _host.Array.Groups.Add(new() { Name = "hosts-b", Entries = ["iqn.2026-01.lab.init:other"] });
        var element = _host.Array.Add("db01", Target, 5);

        var error = await Assert.ThrowsAsync<NotFoundException>(
            () => new ElementAttacher(_host.Open(), _host.Array, Warn).RunAsync(element, ["hosts-b"], Cancellation));

        Assert.Equal("HostInNoAccessGroup", error.ErrorId);
        Assert.Contains("'hosts-b'", error.Message, StringComparison.Ordinal);
        Assert.Empty(_host.Array.Calls);
        AssertNothingLeft(element);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_group_of_others_may_be_named_where_this_host_sees_the_element_in_another_way(bool isPresented)
    {
        _host.Array.Groups.Add(new() { Name = "hosts-b", Entries = ["iqn.2026-01.lab.init:other"] });
        var element = _host.Array.Add("db01", Target, 5);
        if (isPresented)
        {
            Present(element);
        }

        await new ElementAttacher(_host.Open(), _host.Array, Warn).RunAsync(element, isPresented ? ["hosts-b"] : ["this-host", "hosts-b"], Cancellation);

        Assert.Equal(["hosts-b", "this-host"], _host.Array.Now(element).AccessGroupNames.Order());
    }

    [Fact]
    public async Task An_offline_element_and_a_snapshot_are_refused()
    {
        var offline = _host.Array.Add("db01", Target, 5);
        _host.Array.Change(offline, element => element with { State = StorageElementState.Offline });
        var snapshot = _host.Array.Add("db02", Target, 6);
        _host.Array.Change(snapshot, element => element with { Type = StorageElementType.Snapshot });

        Assert.Equal("ElementOffline", (await Assert.ThrowsAsync<StorageElementBusyException>(() => AttachAsync(offline))).ErrorId);
        Assert.Equal("NoPage83Id", (await Assert.ThrowsAsync<InvalidRequestException>(() => AttachAsync(snapshot))).ErrorId);
        Assert.Equal("ElementOffline", (await Assert.ThrowsAsync<StorageElementBusyException>(() => CheckAsync(offline))).ErrorId);
        Assert.Equal("NoPage83Id", (await Assert.ThrowsAsync<InvalidRequestException>(() => CheckAsync(snapshot))).ErrorId);
    }

    [Fact]
    public async Task A_check_changes_nothing_and_waits_for_no_other_run()
    {
        var element = _host.Array.Add("db01", Target, 5);
        using var other = await _host.Open().Locks.TakeElementAsync(element.Page83Id, Cancellation);

        await CheckAsync(element);

        Assert.Empty(_host.Array.Calls);
        Assert.Empty(_host.Open().Ledger.Attachments);
        AssertNothingLeft(element);
    }

    [Fact]
    public async Task Who_is_not_root_is_told_before_the_array_is_asked()
    {
        var element = _host.Array.Add("db01", Target, 5);

        var error = await Assert.ThrowsAsync<AccessDeniedException>(() =>
            new ElementAttacher(_host.Open(isPrivileged: () => false), _host.Array, Warn).RunAsync(element, [], Cancellation));

        Assert.Equal("HostRightsNeeded", error.ErrorId);
        Assert.Empty(_host.Array.Calls);
    }

    [Fact]
    public async Task A_server_without_portals_is_an_error_that_says_what_to_do()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [] };
        var element = _host.Array.Add("db01", Target, 5);

        Assert.Equal("AccessContextNeeded", (await Assert.ThrowsAsync<InvalidStorageArrayException>(() => AttachAsync(element))).ErrorId);
        AssertNothingLeft(element);
    }

    [Fact]
    public async Task Without_Fibre_Channel_ports_an_element_of_a_SAN_can_not_be_attached()
    {
        _host.Array.Server = _host.Array.Server with { StorageType = StorageType.SAN, AccessContexts = [] };
        var element = _host.Array.Add("db01", Target, 5);

        Assert.Equal("NoFibreChannelPort", (await Assert.ThrowsAsync<NotFoundException>(() => AttachAsync(element))).ErrorId);
        AssertNothingLeft(element);
    }

    [Fact]
    public async Task A_device_of_another_size_than_on_the_array_is_handed_over_with_a_warning()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        _host.Array.Change(element, now => now with { SizeBytes = 2 * now.SizeBytes });
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/rescan", StringComparison.Ordinal))
            {
                throw new IOException("it does not answer at the moment");
            }
        };

        await AttachAsync(element);

        Assert.Contains("-IncludeHost", Assert.Single(_warnings));
    }

    [Fact]
    public async Task Cancelling_takes_back_what_was_done()
    {
        var element = _host.Array.Add("db01", Target, 5);
        using var cancel = new CancellationTokenSource();
        var host = _host.Open(onStep: step =>
        {
            if (step == "map")
            {
                cancel.Cancel();
            }
        });
        _host.IsMultipathdBlind = true;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ElementAttacher(host, _host.Array, Warn).RunAsync(element, [], cancel.Token));

        AssertNothingLeft(element);
    }

    [Fact]
    public async Task Who_waited_for_another_run_presents_the_element_that_the_other_withdrew_meanwhile()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        Task<OscDevice>? attaching = null;
        var detaching = _host.Open(onStep: step =>
        {
            if (step == "withdraw")
            {
                attaching = AttachAsync(element);
                Thread.Sleep(20); // it has come to the lock
            }
        });

        await new ElementDetacher(detaching, _host.Array, Warn).RunAsync(element, [], keepAccess: false, Cancellation);

        Assert.Equal(2, (await attaching!).Paths.Count);
    }

    [Fact]
    public async Task Cancelling_in_the_middle_of_a_scan_takes_back_the_disk_that_it_brings_all_the_same()
    {
        var element = _host.Array.Add("db01", Target, 5);
        using var cancel = new CancellationTokenSource();
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/scan", StringComparison.Ordinal))
            {
                cancel.Cancel();
                Thread.Sleep(20); // the kernel looks
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ElementAttacher(_host.Open(), _host.Array, Warn).RunAsync(element, [], cancel.Token));

        AssertNothingLeft(element);
    }

    private Task<OscDevice> AttachAsync(StorageElement element) => new ElementAttacher(_host.Open(), _host.Array, Warn).RunAsync(element, [], Cancellation);

    private Task CheckAsync(StorageElement element) => new ElementAttacher(_host.Open(), _host.Array, Warn).CheckAsync(element, [], Cancellation);

    private void Present(StorageElement element) => _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });

    private void Warn(string text)
    {
        lock (_warnings)
        {
            _warnings.Add(text);
        }
    }

    private Task<IReadOnlyList<FoundPath>> SearchAsync(StorageElement element, IscsiNode node) =>
        new IscsiElementSearch(_host.Open(), new(_host.Array.Server, element, element.Page83Id, null, null,
            _ => Task.FromResult<IReadOnlyList<IscsiTarget>?>(null), new(), _warnings.Add)).RunAsync([[node]], Cancellation);

    private void AssertNothingLeft(StorageElement element)
    {
        Assert.Empty(_host.Traces());
        Assert.Empty(_host.Array.Now(element).AccessGroupNames);
    }
}
