using StorageConnect.Host;
using StorageConnect.Host.Attaching;
using StorageConnect.Host.Connectors;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>The guide's generic discover, start, stop and refresh on a simulated host.</summary>
public sealed class TargetTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private const string Other = "iqn.2026-01.lab.array:t2";

    private readonly SimulatedHost _host = new();
    private readonly List<string> _warnings = [];

    public TargetTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "iSCSI targets need Linux.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static AccessContext First { get; } = new() { Host = "10.0.1.1" };

    private static AccessContext Second { get; } = new() { Host = "10.0.2.1" };

    private static StorageServer Server { get; } = new() { Name = "lab", Uuid = "u", StorageType = StorageType.iSCSI, AccessContexts = [First, Second] };

    private StorageHost Fabric => new(_host.Open());

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Every_access_context_is_asked_and_a_dead_one_hides_nothing()
    {
        Add("a", Target, 1);
        _host.DeadPortals.Add("10.0.1.1");

        var errors = new List<StorageConnectException>();
        var found = await Fabric.DiscoverTargetsAsync(Server, errors.Add, Cancellation);

        Assert.Equal([new IscsiTarget { TargetName = Target, Portal = "10.0.2.1:3260" }], found);
        Assert.Contains("10.0.1.1", Assert.Single(errors).Message);
        _host.DeadPortals.Add("10.0.2.1");
        await Assert.ThrowsAsync<ArrayUnreachableException>(() => Fabric.DiscoverTargetsAsync(Server, _ => { }, Cancellation));
    }

    [Fact]
    public async Task The_stored_targets_of_a_context_that_does_not_answer_stay_and_those_of_others_are_as_they_answer()
    {
        Add("a", Target, 1);
        var server = await DiscoverAsync();
        var known = server with
        {
            IscsiTargets =
            [
                .. server.IscsiTargets,
                new() { TargetName = Other, Portal = "10.0.1.1:3260" },
                new() { TargetName = Other, Portal = "10.0.2.1:3260" },
            ],
        };
        _host.DeadPortals.Add("10.0.1.1");

        var found = await Fabric.DiscoverTargetsAsync(known, _ => { }, Cancellation);

        Assert.Equal([$"{Target} 10.0.1.1:3260", $"{Target} 10.0.2.1:3260", $"{Other} 10.0.1.1:3260"],
            found.Select(target => $"{target.TargetName} {target.Portal}"));
    }

    [Fact]
    public async Task Start_logs_in_to_each_portal_and_the_LUNs_appear()
    {
        var element = Add("a", Target, 1);
        var server = await DiscoverAsync();

        await Fabric.StartTargetsAsync(server, server.AccessContexts, _warnings.Add, Cancellation);

        Assert.Equal([$"{Target} 10.0.1.1:3260", $"{Target} 10.0.2.1:3260"], _host.Logins.Order());
        Assert.All(server.IscsiTargets, target => Assert.True(Fabric.IsConnected(target)));
        var lun = Assert.Single(Fabric.FindLuns([Target]));
        Assert.Equal((element.Page83Id, element.SizeBytes, 2, 2), (lun.Page83Id, lun.SizeBytes, lun.Paths, lun.UsablePaths));
        Assert.Equal([(Target, 1)], lun.Addresses.Select(place => (place.TargetName, place.Lun)));
        Assert.Empty(Fabric.FindLuns([Other]));
    }

    [Fact]
    public async Task Start_brings_in_the_LUNs_also_through_a_session_that_an_interrupted_one_left()
    {
        Add("a", Target, 1);
        var server = await DiscoverAsync();
        var session = _host.AddSession(Target, "10.0.1.1");
        _host.Open().Ledger.Save(FullScan.At(session, [], _host.Roots));

        await Fabric.StartTargetsAsync(server, server.AccessContexts, _warnings.Add, Cancellation);

        Assert.Equal(2, Assert.Single(Fabric.FindLuns([Target])).Paths);
        Assert.Empty(_host.Open().Ledger.FullScans);
    }

    [Fact]
    public async Task The_sessions_of_an_attach_show_all_LUNs_after_a_start_and_outlive_the_detach()
    {
        var element = _host.Array.Add("a", Target, 1);
        Add("b", Target, 2);
        await new ElementAttacher(_host.Open(), _host.Array, _warnings.Add).RunAsync(element, [], Cancellation);
        var server = _host.Array.Server;
        server = server with { IscsiTargets = (await Fabric.DiscoverTargetsAsync(server, _ => { }, Cancellation)).ToValueList() };

        await Fabric.StartTargetsAsync(server, server.AccessContexts, _warnings.Add, Cancellation);

        Assert.Equal([2, 2], Fabric.FindLuns([Target]).Select(lun => lun.Paths));
        Assert.Empty(_host.Open().Ledger.Sessions);
        await new ElementDetacher(_host.Open(), _host.Array, _warnings.Add).RunAsync(element, [], keepAccess: false, Cancellation);
        Assert.Equal(2, _host.Sessions().Count);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_dead_portal_is_a_warning_where_another_one_serves_the_target_and_else_an_error()
    {
        Add("a", Target, 1);
        var server = await DiscoverAsync();
        _host.DeadPortals.Add("10.0.1.1");

        await Fabric.StartTargetsAsync(server, server.AccessContexts, _warnings.Add, Cancellation);

        Assert.Contains("10.0.1.1", Assert.Single(_warnings));
        Assert.Equal(1, Assert.Single(Fabric.FindLuns([Target])).Paths);
        await Fabric.StopTargetsAsync(server, server.AccessContexts, Cancellation);
        _host.DeadPortals.Add("10.0.2.1");
        await Assert.ThrowsAsync<ArrayUnreachableException>(
            () => Fabric.StartTargetsAsync(server, server.AccessContexts, _warnings.Add, Cancellation));
    }

    [Fact]
    public async Task Of_two_CHAP_users_at_one_portal_each_is_tried_until_one_is_let_in()
    {
        Add("a", Target, 1);
        _host.ClosedUsers.Add("u1");
        var server = Server with { AccessContexts = [First with { ChapUser = "u1" }, First with { ChapUser = "u2" }] };
        server = server with { IscsiTargets = (await Fabric.DiscoverTargetsAsync(server, _ => { }, Cancellation)).ToValueList() };

        await Fabric.StartTargetsAsync(server, server.AccessContexts, _warnings.Add, Cancellation);

        Assert.Equal("u2", _host.LastLogin!.ChapUser);
        Assert.Empty(_warnings);
        Assert.Single(_host.Sessions());
    }

    [Fact]
    public async Task Only_the_access_contexts_given_are_logged_in_and_out()
    {
        Add("a", Target, 1);
        var server = await DiscoverAsync();

        await Fabric.StartTargetsAsync(server, [Second], _warnings.Add, Cancellation);
        Assert.Equal([$"{Target} 10.0.2.1:3260"], _host.Logins);
        await Fabric.StartTargetsAsync(server, [First], _warnings.Add, Cancellation);
        await Fabric.StopTargetsAsync(server, [Second], Cancellation);

        Assert.Equal([$"{Target} 10.0.2.1:3260"], _host.Logouts);
        Assert.Equal(["10.0.1.1"], _host.Sessions().Select(session => session.Portal.Address));
    }

    [Fact]
    public async Task A_plug_in_logs_in_to_one_target_with_a_secret_of_its_own()
    {
        Add("a", Target, 1);
        Add("b", Other, 1);
        using var secret = new Secret("of-this-target");
        var context = new AccessContext { ChapUser = "u1" }.WithSecrets(secret, null);
        var target = new IscsiTarget { TargetName = Target, Portal = "10.0.2.1:3260" };

        await Fabric.LoginAsync(target, context, Cancellation);

        Assert.Equal((Target, "10.0.2.1"), Assert.Single(_host.Sessions().Select(session => (session.TargetName, session.Portal.Address))));
        Assert.True(Fabric.IsConnected(target));
        Assert.Equal(("u1", "of-this-target"), (_host.LastLogin!.ChapUser, _host.LastLogin.GetChapSecret()!.Use(static text => text.ToString())));
        Assert.Single(Fabric.FindLuns([Target]));
        Assert.Empty(Fabric.FindLuns([Other]));
        await Fabric.LogoutAsync(target with { Portal = "10.0.1.1:3260" }, Cancellation);
        Assert.True(Fabric.IsConnected(target));
        await Fabric.LogoutAsync(target, Cancellation);
        await Fabric.LogoutAsync(target, Cancellation);
        Assert.False(Fabric.IsConnected(target));
        Assert.Empty(Fabric.FindLuns([Target]));
    }

    [Fact]
    public async Task A_wrong_secret_or_a_portal_that_is_none_is_told()
    {
        Add("a", Target, 1);
        _host.ClosedPortals.Add("10.0.2.1");
        var target = new IscsiTarget { TargetName = Target, Portal = "10.0.2.1:3260" };

        await Assert.ThrowsAsync<AuthenticationFailedException>(() => Fabric.LoginAsync(target, new() { ChapUser = "u" }, Cancellation));
        var wrong = await Assert.ThrowsAnyAsync<StorageConnectException>(
            () => Fabric.LoginAsync(target with { Portal = "10.0.2.1:port" }, new(), Cancellation));
        Assert.Equal("IscsiPortalInvalid", wrong.ErrorId);
        Assert.Empty(_host.Sessions());
    }

    [Fact]
    public async Task A_portal_that_no_access_context_names_belongs_to_the_first()
    {
        Add("a", Target, 1);
        var server = Server with { IscsiTargets = [new() { TargetName = Target, Portal = "10.0.9.9:3260" }] };

        await Fabric.StartTargetsAsync(server, [Second], _warnings.Add, Cancellation);
        Assert.Empty(_host.Logins);
        await Fabric.StartTargetsAsync(server, [First], _warnings.Add, Cancellation);

        Assert.Equal([$"{Target} 10.0.9.9:3260"], _host.Logins);
    }

    [Fact]
    public async Task Stop_takes_multipath_and_disks_away_before_it_logs_out_and_leaves_nothing()
    {
        Add("a", Target, 1);
        var server = await StartAsync();
        var left = -1;
        _host.OnWrite = (path, _) => left = path.EndsWith("delete", StringComparison.Ordinal)
            ? Directory.GetDirectories(_host.Files.At("sys/block"), "dm-*").Length
            : left;

        await Fabric.StopTargetsAsync(server, server.AccessContexts, Cancellation);

        Assert.Equal(0, left);
        Assert.Equal(2, _host.Logouts.Count);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task Stop_refuses_while_a_device_is_mounted_and_has_changed_nothing()
    {
        Add("a", Target, 1);
        var server = await StartAsync();
        var number = File.ReadAllText(_host.Files.At("sys/block/dm-0/dev")).Trim();
        _host.Files.Append("proc/self/mountinfo", $"90 27 {number} / /srv/db rw - xfs /dev/mapper/x rw\n");
        var before = _host.Traces();

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => Fabric.StopTargetsAsync(server, server.AccessContexts, Cancellation));
        var check = await Assert.ThrowsAsync<StorageElementBusyException>(() => CheckStopAsync(server, server.AccessContexts));

        Assert.Equal("DeviceInUse", error.ErrorId);
        Assert.Contains("mounted at '/srv/db'", error.Message);
        Assert.Equal((error.ErrorId, error.Message), (check.ErrorId, check.Message));
        Assert.Empty(_host.Logouts);
        Assert.Equal(before, _host.Traces());
    }

    [Fact]
    public async Task The_last_disk_of_a_device_in_use_stays_though_its_map_lists_one_that_is_gone()
    {
        Add("a", Target, 1);
        var server = await StartAsync();
        await _host.StopMultipathdAsync();
        _host.RemoveSession(_host.Sessions()[0].Id);
        var number = File.ReadAllText(_host.Files.At("sys/block/dm-0/dev")).Trim();
        _host.Files.Append("proc/self/mountinfo", $"90 27 {number} / /srv/db rw - xfs /dev/mapper/x rw\n");
        var before = _host.Traces();

        await Assert.ThrowsAsync<StorageElementBusyException>(() => Fabric.StopTargetsAsync(server, server.AccessContexts, Cancellation));

        Assert.Equal(before, _host.Traces());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_scan_brings_back_while_stop_removes_it_goes_too_unless_it_is_in_use(bool isInUse)
    {
        var element = Add("a", Target, 1);
        var server = await StartAsync();
        var session = _host.Sessions()[0];
        var refill = new Lazy<string>(() =>
        {
            var disk = _host.AddDisk(session, 1, element);
            if (isInUse)
            {
                HaveOpen($"/dev/{disk}");
            }

            return disk;
        });
        var kernel = new EventfulKernel(
            _host, path => _ = path.Contains($"/session{session.Id}/", StringComparison.Ordinal) && Path.GetFileName(path) == "delete" ? refill.Value : "");
        var stopping = new StorageHost(_host.Open(kernel: kernel)).StopTargetsAsync(server, server.AccessContexts, Cancellation);

        if (isInUse)
        {
            await Assert.ThrowsAsync<StorageElementBusyException>(() => stopping);
            Assert.Single(ScsiDevice.Of(_host.Roots, session));
        }
        else
        {
            await stopping;
            Assert.Empty(_host.Traces());
        }

        Assert.True(refill.IsValueCreated);
    }

    [Fact]
    public async Task One_of_two_ways_to_a_mounted_device_may_go()
    {
        Add("a", Target, 1);
        var server = await StartAsync();
        var number = File.ReadAllText(_host.Files.At("sys/block/dm-0/dev")).Trim();
        _host.Files.Append("proc/self/mountinfo", $"90 27 {number} / /srv/db rw - xfs /dev/mapper/x rw\n");

        await CheckStopAsync(server, [First]);
        Assert.Empty(_host.Logouts);
        await Fabric.StopTargetsAsync(server, [First], Cancellation);

        Assert.Equal([$"{Target} 10.0.1.1:3260"], _host.Logouts);
        Assert.Single(Directory.GetFileSystemEntries(_host.Files.At("sys/block/dm-0/slaves")));
    }

    [Theory]
    [InlineData("its session is down", "a mount")]
    [InlineData("multipathd calls it failed", "a mount")]
    [InlineData("its session is down", "a process")]
    public async Task The_last_way_that_works_to_a_device_in_use_may_not_go(string other, string use)
    {
        Add("a", Target, 1);
        var server = await StartAsync();
        LoseFirstWay(other);
        if (use == "a mount")
        {
            var number = File.ReadAllText(_host.Files.At("sys/block/dm-0/dev")).Trim();
            _host.Files.Append("proc/self/mountinfo", $"90 27 {number} / /srv/db rw - xfs /dev/mapper/x rw\n");
        }
        else
        {
            HaveOpen("/dev/dm-0");
        }

        var before = _host.Traces();
        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => Fabric.StopTargetsAsync(server, [Second], Cancellation));

        Assert.Equal("DeviceInUse", error.ErrorId);
        Assert.Contains("none of its other paths carries I/O", error.Message, StringComparison.Ordinal);
        Assert.Empty(_host.Logouts);
        Assert.Equal(before, _host.Traces());
    }

    [Fact]
    public async Task The_last_way_that_works_to_a_device_that_nobody_uses_may_go()
    {
        Add("a", Target, 1);
        var server = await StartAsync();
        LoseFirstWay("its session is down");

        await Fabric.StopTargetsAsync(server, [Second], Cancellation);

        Assert.Equal([$"{Target} 10.0.2.1:3260"], _host.Logouts);
    }

    [Theory]
    [InlineData("scsi_tape/nst0", "nst0")]
    [InlineData("scsi_changer/sch0", "sch0")]
    [InlineData("scsi_generic/sg3", "sg3")]
    [InlineData("bsg/4:0:0:9", "4:0:0:9")]
    public async Task A_tape_or_changer_that_is_open_stays(string node, string name)
    {
        Add("a", Target, 1);
        var server = await StartAsync();
        var session = _host.Sessions()[0];
        var folder = $"sys/devices/platform/host{session.Host}/session{session.Id}/target{session.Host}:0:0/{session.Host}:0:0:9";
        _host.Files.Write($"{folder}/state", "running\n");
        _host.Files.Write($"{folder}/type", "1\n");
        _host.Files.Write($"{folder}/delete", "");
        _host.Files.Write($"{folder}/{node}/dev", "9:128\n");
        Directory.CreateDirectory(_host.Files.At($"{folder}/block"));
        _host.CharacterDevices["/run/container/node"] = "c9:128";
        HaveOpen("/run/container/node");
        var before = _host.Traces();

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => Fabric.StopTargetsAsync(server, server.AccessContexts, Cancellation));

        Assert.Contains($"{name} is open by backup (4711)", error.Message, StringComparison.Ordinal);
        Assert.Empty(_host.Logouts);
        Assert.Equal(before, _host.Traces());
        Directory.Delete(_host.Files.At("proc/4711"), recursive: true);
        await Fabric.StopTargetsAsync(server, server.AccessContexts, Cancellation);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_map_that_a_late_event_creates_while_others_are_removed_goes_with_its_disks()
    {
        Add("a", Target, 1);
        var late = Add("b", Target, 2).Page83Id;
        var server = await StartAsync();
        var map = MultipathMaps.Find(_host.Roots, late)!;
        var disks = map.Slaves(_host.Roots).ToList();
        _host.RemoveMap(map.KernelName);
        _host.AfterMapRemoval = () => disks.ForEach(disk => _host.Map(disk, late));

        await Fabric.StopTargetsAsync(server, server.AccessContexts, Cancellation);

        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task Other_targets_sessions_are_left_alone()
    {
        Add("a", Target, 1);
        Add("b", Other, 1);
        var server = await StartAsync();

        await Fabric.StopTargetsAsync(server with { IscsiTargets = server.IscsiTargets.Where(target => target.TargetName == Target).ToValueList() },
            server.AccessContexts, Cancellation);

        Assert.All(_host.Sessions(), session => Assert.Equal(Other, session.TargetName));
        Assert.Single(Directory.GetDirectories(_host.Files.At("sys/block"), "dm-*"));
    }

    [Fact]
    public async Task Without_multipathd_stop_says_so_before_it_touches_anything()
    {
        Add("a", Target, 1);
        var server = await StartAsync();
        await _host.StopMultipathdAsync();

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => Fabric.StopTargetsAsync(server, server.AccessContexts, Cancellation));

        Assert.Equal("MultipathdUnreachable", error.ErrorId);
        Assert.Equal(error.Message, (await Assert.ThrowsAsync<HostNotReadyException>(() => CheckStopAsync(server, server.AccessContexts))).Message);
        Assert.Equal(2, _host.Sessions().Count);
        Assert.Equal(2, Directory.GetFileSystemEntries(_host.Files.At("sys/block/dm-0/slaves")).Length);
    }

    [Fact]
    public async Task A_rescan_brings_new_LUNs_and_new_sizes_behind_the_targets_asked_for()
    {
        var element = Add("a", Target, 1);
        Add("c", Other, 1);
        var server = await StartAsync();
        _host.Array.Change(element, now => now with { SizeBytes = 2 * element.SizeBytes });
        var added = Add("b", Target, 2);
        Add("d", Other, 2);

        await Fabric.RescanAsync(StorageType.iSCSI, [.. server.IscsiTargets.Where(target => target.TargetName == Target)], Cancellation);

        Assert.Equal([2 * element.SizeBytes, added.SizeBytes],
            Fabric.FindLuns([Target]).OrderBy(lun => lun.Page83Id == added.Page83Id).Select(lun => lun.SizeBytes));
        Assert.Single(Fabric.FindLuns([Other]));
    }

    [Fact]
    public async Task Net_devices_are_each_a_way_of_their_own()
    {
        Add("a", Target, 1);
        var plan = await LoginPlanner.PlanTargetsAsync(
            Server with { NetDevices = ["eth1", "eth2"], IscsiTargets = [new() { TargetName = Target, Portal = "10.0.1.1:3260" }] },
            Server.AccessContexts, Cancellation);

        Assert.Equal(["eth1", "eth2"], plan.Select(node => node.Access.NetDevice));
        Assert.Equal(
            ["eth9"],
            LoginPlanner.WaysOf(Server with { NetDevices = ["eth1"] }, First with { NetDevice = "eth9" }).Select(way => way.NetDevice));
    }

    [Fact]
    public async Task A_user_who_may_not_gets_one_clear_error_for_each()
    {
        var fabric = new StorageHost(_host.Open(isPrivileged: () => false));
        var server = Server with { IscsiTargets = [new() { TargetName = Target, Portal = "10.0.1.1:3260" }] };

        foreach (var call in new Func<Task>[]
        {
            () => fabric.DiscoverTargetsAsync(server, _ => { }, Cancellation),
            () => fabric.StartTargetsAsync(server, [First], _ => { }, Cancellation),
            () => fabric.StopTargetsAsync(server, [First], Cancellation),
            () => fabric.RescanAsync(StorageType.iSCSI, [], Cancellation),
        })
        {
            Assert.Equal("HostRightsNeeded", (await Assert.ThrowsAsync<AccessDeniedException>(call)).ErrorId);
        }
    }

    /// <summary>The path through the first portal carries no I/O any more, and stays in the map.</summary>
    private void LoseFirstWay(string how)
    {
        var session = _host.Sessions().Single(session => session.Portal.Address == First.Host);
        if (how == "its session is down")
        {
            _host.Break(session);
        }
        else
        {
            _host.PathStates[ScsiDevice.Of(_host.Roots, session)[0].Disk!] = "failed faulty running";
        }
    }

    private void HaveOpen(string node)
    {
        _host.Files.Write("proc/4711/comm", "backup\n");
        Directory.CreateDirectory(_host.Files.At("proc/4711/fd"));
        _host.Files.Link("proc/4711/exe", "/usr/bin/backup");
        _host.Files.Link("proc/4711/fd/7", node);
    }

    private StorageElement Add(string name, string target, int lun)
    {
        var element = _host.Array.Add(name, target, lun);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        return element;
    }

    private async Task<StorageServer> DiscoverAsync() =>
        Server with { IscsiTargets = (await Fabric.DiscoverTargetsAsync(Server, _ => { }, Cancellation)).ToValueList() };

    private Task CheckStopAsync(StorageServer server, IReadOnlyList<AccessContext> contexts) =>
        Fabric.CheckAsync(GuideMethod.Stop, server, contexts, Cancellation);

    private async Task<StorageServer> StartAsync()
    {
        var server = await DiscoverAsync();
        await Fabric.StartTargetsAsync(server, server.AccessContexts, _warnings.Add, Cancellation);
        return server;
    }
}
