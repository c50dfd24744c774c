using System.Collections.Concurrent;
using StorageConnect.Host;
using StorageConnect.Host.Attaching;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>
/// Elements whose page 0x83 identity belongs to their presentation: a volume that is presented gets the place, the identity and the serial number that
/// another volume had before.
/// </summary>
public sealed class PresentedIdentityTests : IAsyncDisposable
{
    private readonly SimulatedHost _host = new();
    private readonly StorageElement _a;
    private readonly StorageElement _b;
    private readonly ConcurrentQueue<string> _events = []; // two disks are deleted at once
    private readonly List<string> _warnings = [];

    public PresentedIdentityTests()
    {
        _host.Array.HasPresentationIdentities = true;
        (_a, _b) = (_host.Array.Add("a", "", 0), _host.Array.Add("b", "", 0));
        _host.Array.OnCall = _events.Enqueue;
        _host.OnWrite = (path, _) =>
        {
            if (Path.GetFileName(path) == "delete")
            {
                _events.Enqueue("delete");
            }
        };
    }

    public static TheoryData<bool, bool> Ways => new(
        from ownLogin in new[] { true, false }
        from perVolume in new[] { true, false }
        select (ownLogin, perVolume));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_element_comes_proven_by_its_place_and_goes_without_a_trace(bool ownLogin, bool perVolume)
    {
        Set(_host, ownLogin, perVolume);

        var device = await AttachAsync(_a);

        Assert.Equal((_a.Uuid, 2, true, true), (device.StorageElementUuid, device.Paths.Count, device.Verified, device.Multipath));
        Assert.Equal($"/dev/mapper/{device.Wwid}", device.Path);
        Assert.Equal(["a", "a"], _host.ReallyBehind(device.Path));
        Assert.Equal([device.Path], new StorageHost(_host.Open()).FindDevicePaths(_a));
        var shown = Assert.Single(await new StorageHost(_host.Open()).GetDevicesAsync(Cancellation));
        Assert.True(StorageHost.IsDeviceOf(shown, _host.Array.Now(_a)));
        Assert.False(StorageHost.IsDeviceOf(shown, _host.Array.Now(_b)));
        Assert.False(StorageHost.IsDeviceOf(shown with { StorageElementUuid = null }, new()));

        await DetachAsync(_a);

        Assert.Empty(_host.Traces());
        Assert.Empty(_host.Sessions());
        Assert.Equal("withdraw a this-host", _host.Array.Calls[^1]);
        Assert.Empty(new StorageHost(_host.Open()).FindDevicePaths(_a));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_serial_number_that_a_disk_does_not_say_is_asked_for_again()
    {
        var silence = new Lazy<IOException>(() => new("no answer"));
        _host.OnInquiry = (_, page) =>
        {
            if (page == 0x80 && !silence.IsValueCreated)
            {
                throw silence.Value;
            }
        };
        var run = _host.Open(SimulatedHost.Patient with { LunSeen = TimeSpan.FromMinutes(1), LunSeenEverywhere = TimeSpan.FromMinutes(1) });

        var device = await new ElementAttacher(run, _host.Array, _warnings.Add).RunAsync(_a, [], Cancellation);

        Assert.Equal(["a", "a"], _host.ReallyBehind(device.Path));
        Assert.NotEmpty(_host.Open().Ledger.TryLoadPresented(_a)!.Presented!.Serial);
    }

    [Fact]
    public async Task A_path_that_goes_before_its_place_is_compared_is_no_wrong_disk()
    {
        var asked = 0;
        _host.OnInquiry = (disk, page) =>
        {
            // The first is asked to know the volume, the second to prove its device.
            if (page == 0x80 && Interlocked.Increment(ref asked) == 2)
            {
                var id = ScsiDevice.OfDisk(_host.Roots, disk)!.SessionId;
                _host.RemoveSession(_host.Sessions().Single(session => session.Id != id).Id);
            }
        };

        var device = await AttachAsync(_a);

        Assert.Equal(["a"], _host.ReallyBehind(device.Path));
    }

    [Fact]
    public async Task A_device_with_the_same_identity_that_is_just_going_is_in_nobodys_way()
    {
        _host.Array.ShowsIdentityOf = 1;
        await AttachAsync(_a);
        var loss = new Lazy<bool>(() =>
        {
            _host.Sessions().Where(session => session.TargetName == _host.Array.Now(_a).LunAddresses[0].TargetName).ToList()
                .ForEach(session => _host.RemoveSession(session.Id));
            return true;
        });
        _host.OnWrite = (path, _) => Assert.True(!path.EndsWith("/rescan", StringComparison.Ordinal) || loss.Value);

        var device = await AttachAsync(_b);

        Assert.True(loss.IsValueCreated);
        Assert.Equal(["b", "b"], _host.ReallyBehind(device.Path));
    }

    [Fact]
    public async Task A_volume_is_not_withdrawn_while_the_disks_of_another_one_have_its_place()
    {
        await AttachAsync(_a);
        await AttachAsync(_b);
        var run = _host.Open(onStep: step => _ = step == "forget" ? throw new Killed() : 0);
        await Assert.ThrowsAsync<Killed>(() => new ElementDetacher(run, _host.Array, _warnings.Add).RunAsync(_b, [], keepAccess: false, Cancellation));
        Withdraw(_a);
        _host.Array.Change(_b, now => now with { AccessGroupNames = ["this-host"] }); // where "a" was

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => DetachAsync(_b));

        Assert.Equal("DeviceInUse", error.ErrorId);
        Assert.Contains("attached as 'a'", error.Message, StringComparison.Ordinal);
        Assert.Equal(["this-host"], _host.Array.Now(_b).AccessGroupNames);
        await DetachAsync(_a);
        await DetachAsync(_b);
        Assert.Empty(_host.Traces());
        Assert.Empty(_host.Sessions());
    }

    [Fact]
    public async Task A_failed_attach_leaves_no_devices_of_another_one_at_its_place()
    {
        await AttachAsync(_a);
        _events.Clear();
        var refusals = 1;
        var run = _host.Open(onStep: step =>
        {
            if (step == "present")
            {
                Withdraw(_a); // by another host, after this run looked for such devices
            }

            _ = step == "purge" && refusals-- > 0 ? throw new HostNotReadyException("Not now.") : 0;
        });

        await Assert.ThrowsAsync<HostNotReadyException>(() => new ElementAttacher(run, _host.Array, _warnings.Add).RunAsync(_b, [], Cancellation));

        Assert.Equal(["present b this-host", "delete", "delete", "withdraw b this-host"], _events);
        await DetachAsync(_a);
        Assert.Empty(_host.Traces());
        Assert.Empty(_host.Sessions());
    }

    [Fact]
    public async Task What_another_run_presented_since_the_list_was_read_stays()
    {
        await AttachAsync(_a);
        Withdraw(_a);
        _events.Clear();
        _host.Array.AfterList = () => _host.Array.Change(_a, now => now with { AccessGroupNames = ["this-host"] });

        await AttachAsync(_b);

        Assert.DoesNotContain("delete", _events);
        Assert.NotNull(_host.Open().Ledger.TryLoadPresented(_a));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_volume_that_gets_the_place_of_one_that_was_withdrawn_is_never_handed_over_by_the_old_ones_devices(bool ownLogin, bool perVolume)
    {
        Set(_host, ownLogin, perVolume);
        var before = await AttachAsync(_a);
        Withdraw(_a);
        _events.Clear();

        var device = await AttachAsync(_b);

        Assert.Equal(before.Wwid, device.Wwid);
        Assert.Equal(["b", "b"], _host.ReallyBehind(device.Path));
        Assert.Equal(_b.Uuid, device.StorageElementUuid);
        Assert.Equal(["delete", "delete", "present b this-host"], _events);
        Assert.Null(_host.Open().Ledger.TryLoadPresented(_a));

        await DetachAsync(_b);
        Assert.Empty(_host.Traces());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task While_the_old_ones_device_is_in_use_no_other_is_presented(bool ownLogin, bool perVolume)
    {
        Set(_host, ownLogin, perVolume);
        var device = await AttachAsync(_a);
        _host.Files.Append("proc/self/mountinfo", $"36 27 {MultipathMaps.Find(_host.Roots, device.Wwid)!.DeviceNumber} / /srv rw - xfs {device.Path} rw\n");
        Withdraw(_a);
        _events.Clear();

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => AttachAsync(_b));

        Assert.Equal("StaleDeviceInUse", error.ErrorId);
        Assert.Contains("/srv", error.Message);
        Assert.Empty(_events);
        Assert.NotNull(MultipathMaps.Find(_host.Roots, device.Wwid));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Another_that_others_presented_in_its_place_gets_new_devices(bool ownLogin, bool perVolume)
    {
        Set(_host, ownLogin, perVolume);
        await AttachAsync(_a);
        Withdraw(_a);
        Present(_b);
        _events.Clear();

        var device = await AttachAsync(_b);

        Assert.Equal(["b", "b"], _host.ReallyBehind(device.Path));
        Assert.Equal(2, _events.Count(what => what == "delete"));
    }

    [Fact]
    public async Task A_path_that_is_only_down_stays_in_a_device_in_use()
    {
        var device = await AttachAsync(_a);
        _host.Files.Append("proc/self/mountinfo", $"36 27 254:0 / /srv rw - xfs {device.Path} rw\n");
        _host.DeadPortals.Add("10.99.1.1");
        _host.Break(_host.Sessions().Single(session => session.Portal.Address == "10.99.1.1"));

        var again = await AttachAsync(_a);

        Assert.Equal(2, again.Paths.Count);
        Assert.DoesNotContain("delete", _events);
        Assert.NotEmpty(_warnings);
    }

    [Fact]
    public async Task A_device_at_the_place_that_nobody_knows_is_replaced()
    {
        Present(_b);
        var session = _host.AddSession("iqn.2026-01.lab.array:place1", "10.99.0.1");
        _host.AddDisk(session, 1, _b);

        var device = await AttachAsync(_b);

        Assert.Equal(["b", "b"], _host.ReallyBehind(device.Path));
        Assert.Equal(["delete"], _events);
        await DetachAsync(_b);
        Assert.Equal(session.Id, Assert.Single(_host.Sessions()).Id);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Attached_once_more_it_is_the_same_device(bool ownLogin, bool perVolume)
    {
        Set(_host, ownLogin, perVolume);
        var first = await AttachAsync(_a);
        _events.Clear();

        Assert.Equal(first, await AttachAsync(_a));
        Assert.Empty(_events);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Presented_elsewhere_by_now_it_is_found_there(bool ownLogin, bool perVolume)
    {
        Set(_host, ownLogin, perVolume);
        await AttachAsync(_a);
        Withdraw(_a);
        Present(_b);
        Present(_a);

        var device = await AttachAsync(_a);

        Assert.Equal(["a", "a"], _host.ReallyBehind(device.Path));
        Assert.True(device.Verified);
        await DetachAsync(_a);
        Assert.Equal(["this-host"], _host.Array.Now(_b).AccessGroupNames);
    }

    [Fact]
    public async Task Detaching_takes_the_old_devices_and_leaves_the_one_that_has_the_place_presented()
    {
        await AttachAsync(_a);
        Withdraw(_a);
        Present(_b);

        await DetachAsync(_a);

        Assert.Empty(_host.Traces());
        Assert.Equal(["this-host"], _host.Array.Now(_b).AccessGroupNames);
    }

    [Fact]
    public async Task Two_LUNs_of_one_identity_are_never_in_one_map()
    {
        var own = await AttachAsync(_a);
        _host.Array.ShowsIdentityOf = 1; // as two target daemons do, each with a first target

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => AttachAsync(_b));

        Assert.Equal("IdentityShared", error.ErrorId);
        Assert.Equal(["a", "a"], _host.ReallyBehind(own.Path));
        Assert.Equal(2, _host.Traces().Count(trace => trace.StartsWith("sd", StringComparison.Ordinal)));
        Assert.Empty(_host.Array.Now(_b).AccessGroupNames);
        Assert.Equal(AttachmentState.Attached, _host.Open().Ledger.TryLoadPresented(_a)!.State);
    }

    [Fact]
    public async Task An_array_that_does_not_say_where_it_presents_an_element_is_refused_and_the_presentation_taken_back()
    {
        _host.Array.IsSilent = true;

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => AttachAsync(_a));

        Assert.Equal("NoPage83Id", error.ErrorId);
        Assert.Empty(_host.Traces());
        Assert.Empty(_host.Array.Now(_a).AccessGroupNames);
    }

    [Fact]
    public async Task A_device_at_another_place_is_not_called_the_elements()
    {
        var device = await AttachAsync(_a);
        var ledger = _host.Open().Ledger;
        var attachment = ledger.TryLoadPresented(_a)!;
        ledger.Save(
            attachment with { Presented = attachment.Presented! with { Places = [new() { TargetName = "iqn.2026-01.lab.array:elsewhere", Lun = 1 }] } });

        Assert.Null((await new DeviceReader(_host.Open()).TryReadAsync(device.Wwid, Cancellation))!.StorageElementUuid);
    }

    [Fact]
    public async Task It_is_resized()
    {
        await AttachAsync(_a);
        _host.Array.Change(_a, now => now with { SizeBytes = 2 * now.SizeBytes });

        Assert.Equal(2 * _a.SizeBytes, (await new ElementResizer(_host.Open()).RunAsync(_host.Array.Now(_a), Cancellation)).SizeBytes);
    }

    [Fact]
    public async Task Without_a_ledger_what_is_at_its_place_is_detached()
    {
        await AttachAsync(_a);
        Directory.Delete(_host.Files.At("state/host"), recursive: true);

        await DetachAsync(_a);

        Assert.DoesNotContain(_host.Traces(), trace => trace.StartsWith("sd", StringComparison.Ordinal) || trace.StartsWith("dm-", StringComparison.Ordinal));
        Assert.Empty(_host.Array.Now(_a).AccessGroupNames);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Killed_before_any_step_of_attaching_it_is_completed_or_undone_by_the_next_run(bool ownLogin, bool perVolume)
    {
        foreach (var thenAttaches in new[] { true, false })
        {
            for (var step = 1; ; step++)
            {
                await using var host = NewHost(ownLogin, perVolume, out var element, out var other);
                if (!await IsKilledAsync(host, step, run => new ElementAttacher(run, host.Array, _ => { }).RunAsync(element, [], Cancellation)))
                {
                    Assert.True(step > 4, "There are more steps than that.");
                    break;
                }

                if (thenAttaches)
                {
                    var device = await new ElementAttacher(host.Open(), host.Array, _ => { }).RunAsync(element, [], Cancellation);
                    Assert.Equal(["a", "a"], host.ReallyBehind(device.Path));
                }

                await EndAsync(host, element, other);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Killed_before_any_step_of_detaching_the_next_one_is_never_led_astray(bool ownLogin, bool perVolume)
    {
        for (var step = 1; ; step++)
        {
            await using var host = NewHost(ownLogin, perVolume, out var element, out var other);
            await new ElementAttacher(host.Open(), host.Array, _ => { }).RunAsync(element, [], Cancellation);
            if (!await IsKilledAsync(host, step,
                run => new ElementDetacher(run, host.Array, _ => { }).RunAsync(element, [], keepAccess: false, Cancellation)))
            {
                Assert.True(step > 4, "There are more steps than that.");
                break;
            }

            host.Array.Change(element, now => now with { AccessGroupNames = [] });
            var device = await new ElementAttacher(host.Open(), host.Array, _ => { }).RunAsync(other, [], Cancellation);
            Assert.Equal(["b", "b"], host.ReallyBehind(device.Path));
            await EndAsync(host, element, other);
        }
    }

    /// <summary>Both are detached, and nothing is left.</summary>
    private static async Task EndAsync(SimulatedHost host, StorageElement element, StorageElement other)
    {
        foreach (var one in new[] { element, other })
        {
            await new ElementDetacher(host.Open(), host.Array, _ => { }).RunAsync(one, [], keepAccess: false, Cancellation);
            Assert.Empty(host.Array.Now(one).AccessGroupNames);
        }

        Assert.Empty(host.Traces());
        Assert.Empty(host.Sessions());
    }

    private static async Task<bool> IsKilledAsync(SimulatedHost host, int step, Func<LinuxHost, Task> run)
    {
        var steps = 0;
        try
        {
            await run(host.Open(
                onStep: _ => EndAt(ref steps, step),
                kernel: new InterruptibleKernel(host, () => EndAt(ref steps, step), CancellationToken.None)));
            return false;
        }
        catch (Killed)
        {
            return true;
        }
    }

    [Fact]
    public async Task Sessions_whose_place_an_element_has_taken_that_is_just_detached_are_logged_out()
    {
        Set(_host, ownLogin: true, perVolume: false);
        await AttachAsync(_b);
        Withdraw(_b);
        Present(_a);
        var run = _host.Open(onStep: step => _ = step == "withdraw" ? AttachAsync(_b).Wait(TimeSpan.FromMinutes(1), Cancellation) : true);

        await new ElementDetacher(run, _host.Array, _warnings.Add).RunAsync(_a, [], keepAccess: false, Cancellation);
        await DetachAsync(_b);

        Assert.Empty(_host.Sessions());
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_device_in_use_stays_though_its_map_lists_a_disk_that_is_gone()
    {
        var device = await AttachAsync(_a);
        await _host.StopMultipathdAsync();
        _host.RemoveSession(_host.Sessions()[0].Id);
        _host.OpenMaps.Add(device.Wwid);

        await Assert.ThrowsAnyAsync<StorageConnectException>(() => DetachAsync(_a));

        Assert.Equal("a", Assert.Single(_host.ReallyBehind(device.Path), name => name != "nothing"));
    }

    [Fact]
    public async Task What_a_scan_brings_back_while_it_is_detached_goes_too()
    {
        Set(_host, ownLogin: true, perVolume: false);
        await AttachAsync(_a);
        var (session, place) = (_host.Sessions()[0], _host.Array.Now(_a).LunAddresses[0]);
        var refills = 0;
        var kernel = new EventfulKernel(_host, path =>
        {
            if (path.Contains($"/session{session.Id}/", StringComparison.Ordinal) && Path.GetFileName(path) == "delete" && refills < 2)
            {
                refills++;
                _host.AddDisk(session, (int)place.Lun, _a);
            }
        });

        await new ElementDetacher(_host.Open(kernel: kernel), _host.Array, _warnings.Add).RunAsync(_a, [], keepAccess: false, Cancellation);

        Assert.Equal(2, refills);
        Assert.Empty(_host.Traces());
        Assert.Empty(_host.Sessions());
    }

    [Fact]
    public async Task An_identity_that_a_failed_attach_and_a_detach_leave_to_each_other_is_forgotten()
    {
        await AttachAsync(_a);
        _host.Array.ShowsIdentityOf = 1;
        _host.Array.OnCall = call => _ = call.StartsWith("withdraw b", StringComparison.Ordinal) && DetachAsync(_a).Wait(TimeSpan.FromMinutes(1), Cancellation);

        Assert.Equal("IdentityShared", (await Assert.ThrowsAsync<StorageElementBusyException>(() => AttachAsync(_b))).ErrorId);

        Assert.Empty(_host.Traces());
    }

    private static void EndAt(ref int steps, int step)
    {
        if (Interlocked.Increment(ref steps) >= step)
        {
            throw new Killed();
        }
    }

    private static SimulatedHost NewHost(bool ownLogin, bool perVolume, out StorageElement element, out StorageElement other)
    {
        var host = new SimulatedHost();
        host.Array.HasPresentationIdentities = true;
        (element, other) = (host.Array.Add("a", "", 0), host.Array.Add("b", "", 0));
        Set(host, ownLogin, perVolume);
        return host;
    }

    /// <summary>How the array names its targets, and who logs in.</summary>
    private static void Set(SimulatedHost host, bool ownLogin, bool perVolume)
    {
        if (perVolume)
        {
            host.Array.TargetOfPlace = (_, element) => $"iqn.2026-01.lab.array:volume-{element.Uuid}";
        }

        if (ownLogin)
        {
            host.Array.OwnLogin = host.LogInTo;
        }
    }

    private void Withdraw(StorageElement element) => _host.Array.Change(element, now => now with { AccessGroupNames = [] });

    private void Present(StorageElement element) => _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });

    private Task<OscDevice> AttachAsync(StorageElement element) =>
        new ElementAttacher(_host.Open(), _host.Array, _warnings.Add).RunAsync(element, [], Cancellation);

    private Task DetachAsync(StorageElement element) =>
        new ElementDetacher(_host.Open(), _host.Array, _warnings.Add).RunAsync(element, [], keepAccess: false, Cancellation);
}
