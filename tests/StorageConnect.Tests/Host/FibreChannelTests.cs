using System.Collections.Concurrent;
using StorageConnect.Engine.Arrays;
using StorageConnect.Host.Attaching;
using StorageConnect.Host.Connectors;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>Elements of a SAN: found behind the array's ports, one scan for each, and removed one by one.</summary>
public sealed class FibreChannelTests : IAsyncDisposable
{
    private readonly SimulatedHost _host = new();
    private readonly List<string> _warnings = [];

    public FibreChannelTests()
    {
        _host.Array.Server = _host.Array.Server with { StorageType = StorageType.SAN, AccessContexts = [] };
        _host.Array.Groups[0] = _host.Array.Groups[0] with { Entries = [.. SimulatedHost.HostPorts] };
        _host.AddFibreChannel();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_element_comes_through_all_ports_and_goes_without_a_trace()
    {
        var element = _host.Array.AddBehindPorts("db01", 5);

        var device = await AttachAsync(element);

        Assert.Equal((4, true, true), (device.Paths.Count, device.Multipath, device.Verified));
        Assert.Equal(["0 0 5", "0 0 5", "0 1 5", "0 1 5"], _host.PortScans.Order());
        Assert.Empty(_warnings);

        await DetachAsync(element);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task Each_of_the_arrays_ports_is_scanned_where_the_array_does_not_say_where_it_is_and_nothing_else_stays()
    {
        _host.Array.IsSilent = true;
        var element = _host.Array.AddBehindPorts("db01", 5);
        var other = _host.Array.AddBehindPorts("other", 6);
        _host.Array.Change(other, now => now with { AccessGroupNames = ["this-host"] });
        _host.IsMultipathdBlind = true;

        var device = await AttachAsync(element);

        Assert.Equal(4, device.Paths.Count);
        Assert.All(_host.PortScans, scan => Assert.Matches("^0 [01] -$", scan));
        Assert.Equal(4, _host.Traces().Count(trace => trace.StartsWith("sd", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task While_udev_handles_what_a_scan_brought_in_besides_there_is_no_other_scan()
    {
        _host.Array.IsSilent = true;
        var element = _host.Array.AddBehindPorts("db01", 5);
        var other = _host.Array.AddBehindPorts("other", 6);
        _host.Array.Change(other, now => now with { AccessGroupNames = ["this-host"] });
        foreach (var port in SimulatedHost.ArrayPorts)
        {
            _host.Array.Luns.Remove((port, 5));
        }

        _host.Files.Write("run/udev/queue", "");
        var isPurging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = _host.Open(SimulatedHost.Patient with { LunSeen = TimeSpan.FromMinutes(1), LinksSettled = TimeSpan.FromMinutes(1) },
            onStep: step => _ = step == "purge" && isPurging.TrySetResult());
        var attaching = new ElementAttacher(run, _host.Array, _warnings.Add).RunAsync(element, [], Cancellation);
        await isPurging.Task.WaitAsync(Cancellation);
        await Task.Delay(300, Cancellation);
        Assert.Equal(4, _host.PortScans.Count);

        foreach (var port in SimulatedHost.ArrayPorts)
        {
            _host.Array.Luns[(port, 5)] = element;
        }

        File.Delete(_host.Files.At("run/udev/queue"));

        Assert.Equal(4, (await attaching).Paths.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Paths_of_other_devices_that_come_back_during_a_scan_of_all_LUNs_stay(bool isAttached)
    {
        _host.Array.IsSilent = true;
        var other = _host.Array.AddBehindPorts("other", 6);
        await AttachAsync(other);
        if (!isAttached)
        {
            // As if another program had attached it: only its map shows that it is in use.
            _host.Open().Ledger.Remove(_host.Open().Ledger.TryLoad(other.Page83Id)!);
        }

        _host.LosePort(SimulatedHost.ArrayPorts[1], isGivenUp: true);
        var isBack = false;
        var run = _host.Open(onStep: step =>
        {
            if (step == "scan" && !isBack)
            {
                _host.MendPorts();
                isBack = true;
            }
        });

        await new ElementAttacher(run, _host.Array, _warnings.Add).RunAsync(_host.Array.AddBehindPorts("db01", 5), [], Cancellation);

        Assert.Equal(4, MultipathMaps.Find(_host.Roots, other.Page83Id)!.Slaves(_host.Roots).Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_path_of_another_map_that_an_administrator_scans_for_meanwhile_stays(bool isTakenBack)
    {
        _host.Array.IsSilent = true;
        var other = _host.Array.AddBehindPorts("other", 6);
        await AttachAsync(other);
        _host.Open().Ledger.Remove(_host.Open().Ledger.TryLoad(other.Page83Id)!);
        var lost = ScsiDevice.OfDisk(_host.Roots, "sda")!;
        _host.Write(Path.Combine(lost.Folder, "delete"), "1"); // the scan of all LUNs finds it as well
        var run = _host.Open(onStep: step => _ = step == "map" && isTakenBack ? throw new HostNotReadyException("Not now.") : 0);

        var failure = await Record.ExceptionAsync(
            () => new ElementAttacher(run, _host.Array, _warnings.Add).RunAsync(_host.Array.AddBehindPorts("db01", 5), [], Cancellation));

        Assert.Equal(isTakenBack, failure is HostNotReadyException);
        Assert.True(lost.Exists);
        Assert.Equal(4, MultipathMaps.Find(_host.Roots, other.Page83Id)!.Slaves(_host.Roots).Count());
    }

    [Fact]
    public async Task Other_elements_disks_are_asked_and_not_rescanned_where_the_array_does_not_say_where_the_element_is()
    {
        _host.Array.IsSilent = true;
        await AttachAsync(_host.Array.AddBehindPorts("other", 6));
        var rescans = new List<string>();
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/rescan", StringComparison.Ordinal))
            {
                rescans.Add(path);
            }
        };

        Assert.Equal(4, (await AttachAsync(_host.Array.AddBehindPorts("db01", 5))).Paths.Count);

        Assert.Empty(rescans);
    }

    [Fact]
    public async Task A_port_that_is_masked_or_lost_is_a_warning()
    {
        _host.Array.Groups[0] = _host.Array.Groups[0] with { Entries = [SimulatedHost.HostPorts[0]] };
        var element = _host.Array.AddBehindPorts("db01", 5);
        _host.LosePort(SimulatedHost.ArrayPorts[1], isGivenUp: true);

        var device = await AttachAsync(element);

        Assert.Single(device.Paths);
        Assert.Contains(_warnings, warning => warning.Contains($"{SimulatedHost.ArrayPorts[1]} is 'Not Present'", StringComparison.Ordinal));
        Assert.Contains(_warnings, warning => warning.Contains($"{SimulatedHost.ArrayPorts[0]} does not show it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_withdrawn_while_another_run_works_behind_the_same_ports()
    {
        var element = _host.Array.AddBehindPorts("db01", 5);
        await AttachAsync(element);
        var other = await _host.Open().Locks.TakeTargetsAsync(FibreChannelTarget.ReadAll(_host.Roots).Select(target => target.Wwpn), Cancellation);
        var isFree = false;
        _host.Array.OnCall = call => Assert.True(isFree || !call.StartsWith("withdraw", StringComparison.Ordinal), "It is withdrawn too early.");

        var detaching = Task.Run(() => DetachAsync(element), Cancellation);
        await Task.WhenAny(detaching, Task.Delay(300, Cancellation));
        isFree = true;
        other.Dispose();

        await detaching;
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_failed_attach_keeps_an_element_presented_whose_device_was_there_before()
    {
        var element = _host.Array.AddBehindPorts("db01", 5);
        await AttachAsync(element);
        _host.Array.Change(element, now => now with { AccessGroupNames = [] });
        var run = _host.Open(onStep: step => _ = step == "map" ? throw new OperationCanceledException() : 0);

        await Assert.ThrowsAsync<OperationCanceledException>(() => new ElementAttacher(run, _host.Array, _warnings.Add).RunAsync(element, [], Cancellation));

        Assert.Equal(["this-host"], _host.Array.Now(element).AccessGroupNames);
        Assert.Contains(_warnings, warning => warning.Contains("stays presented", StringComparison.Ordinal));
        await DetachAsync(element);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_LUN_number_that_was_given_away_is_never_handed_over()
    {
        var (one, two) = (_host.Array.AddBehindPorts("one", 5), _host.Array.AddBehindPorts("two", 6));
        await AttachAsync(one);
        await AttachAsync(two);
        _host.Array.SwapLuns(one, two);

        var device = await AttachAsync(one);

        Assert.All(_host.ReallyBehind(device.Path), identity => Assert.Equal(one.Page83Id, identity));
        await DetachAsync(one);
        await DetachAsync(two);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task Nothing_is_withdrawn_whose_number_another_elements_user_still_has()
    {
        var (one, two) = (_host.Array.AddBehindPorts("one", 5), _host.Array.AddBehindPorts("two", 6));
        await AttachAsync(one);
        await AttachAsync(two);
        _host.Array.SwapLuns(one, two);
        _host.OpenMaps.Add(one.Page83Id);
        var run = _host.Open(onStep: step =>
        {
            if (step == "remove map")
            {
                // Somebody looks at the disks of "one" while those of "two" are removed: "two" is what they lead to now.
                Assert.Throws<AggregateException>(() => AttachAsync(one).Wait(Cancellation));
            }
        });

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(
            () => new ElementDetacher(run, _host.Array, _warnings.Add).RunAsync(two, [], keepAccess: false, Cancellation));

        Assert.Contains(one.Page83Id, error.Message, StringComparison.Ordinal);
        Assert.Equal(["this-host"], _host.Array.Now(two).AccessGroupNames);
        _host.OpenMaps.Clear();
        await AttachAsync(one);
        await DetachAsync(two);
        await DetachAsync(one);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task Paths_that_are_only_down_stay_in_a_device_in_use_and_are_not_scanned_for()
    {
        var element = _host.Array.AddBehindPorts("db01", 5);
        var device = await AttachAsync(element);
        _host.Files.Append("proc/self/mountinfo", $"36 27 254:0 / /srv rw - xfs {device.Path} rw\n");
        _host.LosePort(SimulatedHost.ArrayPorts[0], isGivenUp: false);
        var down = DisksThatDoNotRun();
        var writes = new ConcurrentBag<string>();
        _host.OnWrite = (path, _) => writes.Add(path);

        var again = await AttachAsync(element);

        Assert.Equal(2, down.Count);
        Assert.Equal((4, true), (again.Paths.Count, again.Verified));
        Assert.Contains(_warnings, warning => warning.Contains($"{SimulatedHost.ArrayPorts[0]} is 'Blocked'", StringComparison.Ordinal));
        Assert.DoesNotContain(writes, path => down.Exists(other => path.StartsWith(other.Folder, StringComparison.Ordinal))); // it would wait for the port
        _host.MendPorts();
        Assert.Equal(Enumerable.Repeat(element.Page83Id, 4), _host.ReallyBehind(again.Path));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    public async Task Paths_that_go_down_while_they_are_checked_stay_too(int atRescan)
    {
        var element = _host.Array.AddBehindPorts("db01", 5);
        await AttachAsync(element);
        var rescans = 0;
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/rescan", StringComparison.Ordinal) && Interlocked.Increment(ref rescans) == atRescan)
            {
                _host.LosePort(SimulatedHost.ArrayPorts[0], isGivenUp: false);
            }
        };

        var again = await AttachAsync(element);

        Assert.True(rescans >= atRescan);
        Assert.Equal((4, true), (again.Paths.Count, again.Verified));
        _host.MendPorts();
        Assert.Equal(Enumerable.Repeat(element.Page83Id, 4), _host.ReallyBehind(again.Path));
    }

    [Fact]
    public async Task A_device_in_use_whose_ports_are_all_lost_does_not_answer_and_keeps_its_paths()
    {
        var element = _host.Array.AddBehindPorts("db01", 5);
        var device = await AttachAsync(element);
        _host.Files.Append("proc/self/mountinfo", $"36 27 254:0 / /srv rw - xfs {device.Path} rw\n");
        foreach (var port in SimulatedHost.ArrayPorts)
        {
            _host.LosePort(port, isGivenUp: false);
        }

        var error = await Assert.ThrowsAnyAsync<StorageConnectException>(() => AttachAsync(element));

        Assert.Equal("ElementNotSeen", error.ErrorId);
        Assert.Contains("does not answer", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, DisksThatDoNotRun().Count);
        _host.MendPorts();
        Assert.Equal(4, (await AttachAsync(element)).Paths.Count);
    }

    [Fact]
    public async Task A_disk_left_offline_behind_a_port_that_answers_is_brought_back_new()
    {
        var element = _host.Array.AddBehindPorts("db01", 5);
        await AttachAsync(element);
        File.WriteAllText(Path.Combine(ScsiDevice.OfDisk(_host.Roots, "sda")!.Folder, "state"), "offline\n");

        Assert.All((await AttachAsync(element)).Paths, path => Assert.Equal(OscPathState.Active, path.State));
        Assert.Empty(DisksThatDoNotRun());
    }

    [Fact]
    public async Task A_path_that_is_down_goes_where_the_array_reports_the_element_elsewhere()
    {
        var (one, two) = (_host.Array.AddBehindPorts("one", 5), _host.Array.AddBehindPorts("two", 6));
        await AttachAsync(one);
        _host.LosePort(SimulatedHost.ArrayPorts[0], isGivenUp: false);
        _host.Array.SwapLuns(one, two);

        var device = await AttachAsync(one);

        Assert.Equal([one.Page83Id, one.Page83Id], _host.ReallyBehind(device.Path));
        Assert.Empty(DisksThatDoNotRun());
    }

    [Fact]
    public async Task Another_LUN_at_the_reported_number_is_the_wrong_disk()
    {
        var (one, two) = (_host.Array.AddBehindPorts("one", 5), _host.Array.AddBehindPorts("two", 6));
        _host.Array.Change(two, now => now with { AccessGroupNames = ["this-host"] });
        foreach (var port in SimulatedHost.ArrayPorts)
        {
            _host.Array.Luns[(port, 5)] = two;
        }

        Assert.Equal("WrongDisk", (await Assert.ThrowsAsync<DataCorruptException>(() => AttachAsync(one))).ErrorId);
        Assert.Empty(_host.Traces());
        Assert.Empty(_host.Array.Now(one).AccessGroupNames);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_disk_whose_identity_the_kernel_could_not_read_is_no_wrong_one_and_is_scanned_again(bool isPortBack)
    {
        var element = _host.Array.AddBehindPorts("db01", 5);
        _host.LostBetweenQuestions.Add(SimulatedHost.ArrayPorts[1]);
        if (isPortBack)
        {
            // The port returns during the attach, and the kernel scans it, as far as it gets.
            _host.LosePort(SimulatedHost.ArrayPorts[1], isGivenUp: true);
            _host.OnWrite = (_, _) =>
            {
                _host.OnWrite = null;
                _host.MendPorts();
            };
        }

        var deadlines = SimulatedHost.Patient with { LunSeen = TimeSpan.FromMinutes(1), LunSeenEverywhere = TimeSpan.FromMinutes(1) };
        var device = await new ElementAttacher(_host.Open(deadlines), _host.Array, _warnings.Add).RunAsync(element, [], Cancellation);

        Assert.Equal(4, device.Paths.Count);
        Assert.All(_host.ReallyBehind(device.Path), behind => Assert.Equal(element.Page83Id, behind));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_disk_that_the_kernel_could_not_ask_and_that_says_another_identity_is_the_wrong_one()
    {
        var (one, two) = (_host.Array.AddBehindPorts("one", 5), _host.Array.AddBehindPorts("two", 6));
        _host.Array.Change(two, now => now with { AccessGroupNames = ["this-host"] });
        _host.Array.Luns[(SimulatedHost.ArrayPorts[1], 5)] = two;
        _host.LostBetweenQuestions.Add(SimulatedHost.ArrayPorts[1]);

        Assert.Equal("WrongDisk", (await Assert.ThrowsAsync<DataCorruptException>(() => AttachAsync(one))).ErrorId);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_device_that_never_shows_its_identity_is_replaced_also_where_the_array_tells_no_numbers()
    {
        _host.Array.IsSilent = true;
        var element = _host.Array.AddBehindPorts("db01", 5);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"], LunAddresses = [] });
        _host.LostBetweenQuestions.UnionWith(SimulatedHost.ArrayPorts);
        await new FibreChannelConnector(_host.Open()).RescanAsync([], Cancellation);
        Assert.NotEmpty(new DirectoryInfo(_host.Files.At("sys/block")).EnumerateFileSystemInfos("sd*"));

        Assert.Equal(4, (await AttachAsync(element)).Paths.Count);
    }

    [Fact]
    public async Task What_a_killed_detach_has_set_offline_is_in_no_other_elements_way()
    {
        _host.Array.IsSilent = true;
        var (one, two) = (_host.Array.AddBehindPorts("one", 5), _host.Array.AddBehindPorts("two", 7));
        await AttachAsync(two);
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/delete", StringComparison.Ordinal))
            {
                throw new Killed();
            }
        };
        await Assert.ThrowsAsync<Killed>(() => DetachAsync(two));
        _host.OnWrite = null;
        Assert.NotEmpty(DisksThatDoNotRun());
        _host.Array.SwapLuns(one, two);

        var device = await AttachAsync(one);

        Assert.Equal(Enumerable.Repeat(one.Page83Id, 4), _host.ReallyBehind(device.Path));
        Assert.Empty(DisksThatDoNotRun());
    }

    [Fact]
    public async Task A_LUN_that_answers_that_it_has_no_identity_is_the_wrong_disk()
    {
        var element = _host.Array.AddBehindPorts("db01", 5);
        _host.Array.IdentityAtTarget = _ => "";

        Assert.Equal("WrongDisk", (await Assert.ThrowsAsync<DataCorruptException>(() => AttachAsync(element))).ErrorId);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_rescan_asks_each_target_by_itself()
    {
        await new FibreChannelConnector(_host.Open()).RescanAsync([], Cancellation);

        Assert.Equal(["0 0 -", "0 0 -", "0 1 -", "0 1 -"], _host.PortScans.Order());
    }

    [Theory]
    [InlineData("5001438012345678")]
    [InlineData("50:01:43:80:12:34:56:78")]
    [InlineData("50-01-43-80-12-34-56-78")]
    [InlineData("5001-4380-1234-5678")]
    [InlineData("0x5001438012345678")]
    [InlineData("0X5001438012345678")]
    [InlineData("naa.5001438012345678")]
    [InlineData("wwn-0x5001438012345678")]
    [InlineData("50 01 43 80 12 34 56 78")]
    public void A_WWPN_is_the_same_in_every_usual_spelling(string spelling)
    {
        Assert.Equal("5001438012345678", InitiatorName.TryGetWwn(spelling));
        Assert.Equal("5001438012345678", InitiatorName.TryGetWwn(spelling.ToUpperInvariant()));
        Assert.True(InitiatorName.Comparer.Equals(spelling, "5001438012345678"));
        Assert.Equal(InitiatorName.Comparer.GetHashCode(spelling), InitiatorName.Comparer.GetHashCode("5001438012345678"));
        Assert.True(InitiatorName.IsPossible(spelling));
    }

    [Theory]
    [InlineData("iqn.2026-01.lab:5001438012345678")]
    [InlineData("500143801234567")]
    [InlineData("50014380123456789")]
    [InlineData("5001438012345g78")]
    [InlineData("")]
    public void What_is_no_WWN_is_none(string name) => Assert.Null(InitiatorName.TryGetWwn(name));

    [Fact]
    public void The_hosts_ports_are_told_as_plain_digits() => Assert.Equal(SimulatedHost.HostPorts, HostInitiator.Read(_host.Roots).Wwpns);

    private List<ScsiDevice> DisksThatDoNotRun() =>
    [
        .. new DirectoryInfo(_host.Files.At("sys/block")).EnumerateFileSystemInfos("sd*").Select(entry => ScsiDevice.OfDisk(_host.Roots, entry.Name))
            .OfType<ScsiDevice>().Where(device => device.State is not "running")
    ];

    private Task<OscDevice> AttachAsync(StorageElement element) =>
        new ElementAttacher(_host.Open(), _host.Array, _warnings.Add).RunAsync(element, [], Cancellation);

    private Task DetachAsync(StorageElement element) =>
        new ElementDetacher(_host.Open(), _host.Array, _warnings.Add).RunAsync(element, [], keepAccess: false, Cancellation);
}
