using StorageConnect.Host;
using StorageConnect.Host.Fitness;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Host.Tools;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

public sealed class ResidueTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private readonly SimulatedHost _host = new();

    public ResidueTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Residue is on Linux hosts.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_clean_host_and_one_in_use_have_none()
    {
        Assert.Empty(await FindAsync());
        AddLun(1);
        Assert.Empty(await FindAsync());
        _host.Break(_host.Sessions()[0]); // an outage is for waiting, not for clearing away
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task A_session_without_LUNs_is_logged_out()
    {
        _host.AddSession(Target, "10.0.0.1");

        var residue = Assert.Single(await FindAsync());
        Assert.Equal(OscHostResidueKind.OrphanSession, residue.Kind);
        Assert.True(await Audit().ClearResidueAsync(residue, [], Cancellation));

        Assert.Empty(_host.Sessions());
        Assert.False(await Audit().ClearResidueAsync(residue, [], Cancellation)); // what is gone is no error
    }

    [Fact]
    public async Task A_session_that_got_a_LUN_meanwhile_stays()
    {
        var session = _host.AddSession(Target, "10.0.0.1");
        var residue = Assert.Single(await FindAsync());
        _host.AddDisk(session, 1, _host.Array.Add("a", Target, 1));

        Assert.False(await Audit().ClearResidueAsync(residue, [], Cancellation));

        Assert.Single(_host.Sessions());
    }

    [Fact]
    public async Task A_record_of_ours_without_a_session_goes_and_another_tools_stays()
    {
        _host.Files.Write($"etc/iscsi/nodes/{Target}/10.0.0.1,3260,1/default", IscsiRecord.Mark + "\nnode.startup = manual\n");
        _host.Files.Write("etc/iscsi/nodes/iqn.2026-01.theirs:x/10.0.0.1,3260,1/default", "node.startup = manual\n");

        var residue = Assert.Single(await FindAsync());
        Assert.Equal(OscHostResidueKind.OrphanRecord, residue.Kind);
        Assert.True(await Audit().ClearResidueAsync(residue, [], Cancellation));

        Assert.Equal(["iqn.2026-01.theirs:x"], Directory.GetDirectories(_host.Files.At("etc/iscsi/nodes")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("etc/iscsi/send_targets/10.0.0.1,3260/st_config")]
    [InlineData("etc/iscsi/ifaces/storage-connect.eth1")]
    [InlineData("etc/iscsi/.storage-connect.0123456789abcdef0123456789abcdef")]
    public async Task What_a_killed_run_left_in_open_iscsis_database_goes_and_another_tools_stays(string file)
    {
        _host.Files.Write(file, IscsiRecord.Mark + "\ndiscovery.sendtargets.auth.password = not-so-secret\n");
        _host.Files.Write("etc/iscsi/send_targets/10.0.0.9,3260/st_config", "discovery.type = sendtargets\n");
        _host.Files.Write("etc/iscsi/ifaces/storage0", "iface.iscsi_ifacename = storage0\n");
        _host.Files.Write("etc/iscsi/ifaces/storage-connect.eth9", "iface.iscsi_ifacename = storage-connect.eth9\n");

        var residue = Assert.Single(await FindAsync());
        Assert.Equal((OscHostResidueKind.OrphanRecord, _host.Files.At(file)), (residue.Kind, residue.What));
        Assert.DoesNotContain("not-so-secret", residue.Reason);
        Assert.True(await Audit().ClearResidueAsync(residue, [], Cancellation));

        Assert.False(File.Exists(_host.Files.At(file)));
        Assert.Empty(await FindAsync());
        Assert.Equal(["storage-connect.eth9", "storage0"],
            Directory.GetFiles(_host.Files.At("etc/iscsi/ifaces")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["10.0.0.9,3260"], Directory.GetDirectories(_host.Files.At("etc/iscsi/send_targets")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_record_of_another_tool_that_a_killed_login_put_aside_is_put_back()
    {
        const string theirs = $"nodes/{Target}/10.0.0.1,3260,2/default";
        _host.Files.Write($"etc/iscsi/.storage-connect.aside/{theirs}", "node.tpgt = 2\n");

        var residue = Assert.Single(await FindAsync());
        Assert.True(await Audit().ClearResidueAsync(residue, [], Cancellation));

        Assert.Equal("node.tpgt = 2\n", await File.ReadAllTextAsync(_host.Files.At($"etc/iscsi/{theirs}"), Cancellation));
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task A_record_of_a_login_that_is_running_stays()
    {
        _host.Files.Write($"etc/iscsi/nodes/{Target}/10.0.0.1,3260,1/default", IscsiRecord.Mark + "\n");
        var residue = Assert.Single(await FindAsync());
        using var running = await HostLock.TakeAsync(
            _host.Roots, OpenIscsiInitiator.LockNameOf(Target, new("10.0.0.1", 3260)), TimeSpan.FromMinutes(1), Cancellation);

        Assert.False(await Audit().ClearResidueAsync(residue, [], Cancellation));

        Assert.True(File.Exists(residue.What));
    }

    [Fact]
    public async Task A_map_without_paths_and_a_link_that_leads_nowhere_go()
    {
        _host.Files.AddDm("dm-7", "36000000000000000000000000000dead", "mpath-36000000000000000000000000000dead");
        Directory.CreateDirectory(_host.Files.At("sys/block/dm-7/slaves"));
        _host.Files.Link("dev/disk/by-id/scsi-36000000000000000000000000000beef", "../../sdzz");
        _host.Files.Link("dev/disk/by-id/ata-other", "../../sdzy");

        var found = await FindAsync();
        Assert.Equal([OscHostResidueKind.EmptyMap, OscHostResidueKind.DeadLink], found.Select(residue => residue.Kind));
        foreach (var residue in found)
        {
            Assert.True(await Audit().ClearResidueAsync(residue, [], Cancellation));
        }

        Assert.Empty(await FindAsync());
        Assert.NotNull(new FileInfo(_host.Files.At("dev/disk/by-id/ata-other")).LinkTarget);
    }

    [Fact]
    public async Task While_udev_is_at_work_no_link_is_called_dead()
    {
        _host.Files.Link("dev/disk/by-id/scsi-36000000000000000000000000000beef", "../../sdzz");
        _host.Files.Write("run/udev/queue", "");
        Assert.Empty(await FindAsync());

        File.Delete(_host.Files.At("run/udev/queue"));
        Assert.Equal(OscHostResidueKind.DeadLink, Assert.Single(await FindAsync()).Kind);
    }

    [Fact]
    public async Task A_link_that_is_dead_when_udev_has_come_to_rest_is_found_by_who_waited_for_it()
    {
        _host.Files.Link("dev/disk/by-id/scsi-36000000000000000000000000000beef", "../../sdzz");
        _host.Files.Write("run/udev/queue", "");

        var finding = new StorageHost(_host.Open(SimulatedHost.Patient with { LinksSettled = TimeSpan.FromMinutes(1) }),
            _host.Files.At("state/host/residue")).FindResidueAsync([], Assert.Fail, Cancellation);
        await Task.Delay(30, Cancellation);
        Assert.False(finding.IsCompleted);
        File.Delete(_host.Files.At("run/udev/queue"));

        Assert.Equal(OscHostResidueKind.DeadLink, Assert.Single(await finding).Kind);
    }

    [Fact]
    public async Task A_path_that_leads_to_another_LUN_is_taken_away()
    {
        var (element, disk) = AddLun(1);
        var other = _host.Array.Add("b", Target, 2);
        _host.Array.Change(other, now => now with { AccessGroupNames = ["this-host"] });
        _host.Array.Luns[(Target, 1)] = other; // which the kernel does not notice

        var residue = (await FindAsync())[0];
        Assert.Equal((OscHostResidueKind.WrongIdentity, disk), (residue.Kind, residue.What));
        Assert.Contains(element.Page83Id, residue.Reason);
        Assert.True(await Audit().ClearResidueAsync(residue, [], Cancellation));

        Assert.Empty(Directory.GetFileSystemEntries(_host.Files.At("sys/block"), "sd*"));
    }

    [Fact]
    public async Task A_map_in_use_is_an_error_and_stays()
    {
        _host.Files.AddDm("dm-7", "36000000000000000000000000000dead", "mpath-36000000000000000000000000000dead");
        Directory.CreateDirectory(_host.Files.At("sys/block/dm-7/slaves"));
        _host.Files.Append("proc/self/mountinfo", "90 27 254:7 / /srv/db rw - xfs /dev/mapper/x rw\n");
        var residue = Assert.Single(await FindAsync());

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => Audit().ClearResidueAsync(residue, [], Cancellation));

        Assert.Contains("/srv/db", error.Message);
        Assert.True(Directory.Exists(_host.Files.At("sys/block/dm-7")));
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(+5)]
    public async Task How_long_it_has_been_there_is_measured_by_the_kernels_clock_not_by_the_wall_clock(int stepYears)
    {
        _host.Files.Write("proc/sys/kernel/random/boot_id", "1\n");
        _host.Files.Write("proc/uptime", "100.00 50.00\n");
        _host.AddSession(Target, "10.0.0.1");
        await FindAsync();
        var kept = Assert.Single(Directory.GetFiles(_host.Files.At("state/host/residue")));
        var seen = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(kept, Cancellation))!;
        seen["Since"] = DateTimeOffset.UtcNow.AddYears(stepYears).ToString("O"); // as the wall clock said then
        await File.WriteAllTextAsync(kept, seen.ToJsonString(), Cancellation);

        _host.Files.Write("proc/uptime", "160.00 90.00\n");
        Assert.InRange(AgeOf(Assert.Single(await FindAsync())), TimeSpan.FromSeconds(59), TimeSpan.FromMinutes(30));

        _host.Files.Write("proc/sys/kernel/random/boot_id", "2\n"); // a restart: nobody knows how long it took
        _host.Files.Write("proc/uptime", "10.00 5.00\n");
        Assert.InRange(AgeOf(Assert.Single(await FindAsync())), TimeSpan.Zero, TimeSpan.FromMinutes(30));
        _host.Files.Write("proc/uptime", "5000.00 5.00\n");
        Assert.InRange(AgeOf(Assert.Single(await FindAsync())), TimeSpan.FromSeconds(4989), TimeSpan.FromSeconds(6000));
    }

    [Fact]
    public async Task It_is_remembered_since_when_each_was_seen()
    {
        _host.AddSession(Target, "10.0.0.1");

        var first = Assert.Single(await FindAsync());
        var again = Assert.Single(await FindAsync());

        Assert.Equal(first.Since, again.Since);
        Assert.InRange(first.Since, DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow);
        await Audit().ClearResidueAsync(first, [], Cancellation);
        Assert.Empty(Directory.GetFiles(_host.Files.At("state/host/residue")));
    }

    [Theory]
    [InlineData("defaults {\n\tno_path_retry \"queue\"\n\trecheck_wwid \"no\"\n\tfind_multipaths \"strict\"\n}\n", 3)]
    [InlineData("defaults {\n\tno_path_retry 16\n\trecheck_wwid \"yes\"\n\tfind_multipaths \"yes\"\n}\noverrides {\n\tno_path_retry \"queue\"\n}\n", 1)]
    [InlineData("defaults {\n\tno_path_retry queue\n\trecheck_wwid \"yes\"\n}\noverrides {\n\tno_path_retry 5\n}\n", 0)]
    [InlineData(
        "defaults {\n\tno_path_retry 5\n\trecheck_wwid yes\n}\ndevices {\n\tdevice {\n\t\tvendor \"X\"\n\t\tproduct \"Y\"\n\t\tno_path_retry \"queue\"\n" +
            "\t}\n}\n", 1)]
    [InlineData("defaults {\n\trecheck_wwid yes\n}\ndevices {\n\tdevice {\n\t\tvendor \"X\"\n\t\tfeatures \"1 queue_if_no_path\"\n\t}\n}\n", 1)]
    [InlineData(
        "defaults {\n\tno_path_retry 5\n\trecheck_wwid yes\n}\nmultipaths {\n\tmultipath {\n\t\twwid \"3600\"\n\t\tno_path_retry queue\n\t}\n}\noverrides " +
            "{\n\tno_path_retry 5\n}\n", 1)]
    [InlineData("defaults {\n}\n", 1)]
    public void Settings_that_hang_or_mistake_LUNs_are_warned_of_with_what_to_do(string config, int warnings)
    {
        var findings = MultipathSettings.Check(config, []).ToList();

        Assert.Equal(3, findings.Count);
        Assert.Equal(warnings, findings.Count(finding => finding.State == OscHostFindingState.Warning));
        Assert.All(findings, finding => Assert.Equal(finding.State != OscHostFindingState.Ok, finding.SuggestedAction is not null));
    }

    [Fact]
    public void A_map_that_waits_for_ever_is_warned_of_whatever_the_settings_say()
    {
        var maps =
            MultipathMap.TryParse("""{"maps": [{"name": "mpatha", "uuid": "36", "queueing": "on"}, {"name": "mpathb", "uuid": "37", "queueing": "3 chk"}]}""")!;

        var finding = MultipathSettings.Check("defaults {\n\tno_path_retry 5\n}\n", maps).First();

        Assert.Equal(OscHostFindingState.Warning, finding.State);
        Assert.Contains("mpatha", finding.Finding, StringComparison.Ordinal);
        Assert.DoesNotContain("mpathb", finding.Finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("InitiatorName=iqn.2001-04.com.example:first\nInitiatorName=iqn.2001-04.com.example:second\n", "iqn.2001-04.com.example:first",
        OscHostFindingState.Warning)]
    [InlineData("InitiatorName = iqn.2001-04.com.example:blanks\t\n", "iqn.2001-04.com.example:blanks", OscHostFindingState.Ok)]
    [InlineData("# InitiatorName=iqn.2001-04.com.example:no\n  InitiatorName=iqn.2001-04.com.example:yes", "iqn.2001-04.com.example:yes",
        OscHostFindingState.Ok)]
    [InlineData("InitiatorName=\nInitiatorName=iqn.2001-04.com.example:yes # mine\n", "iqn.2001-04.com.example:yes # mine", OscHostFindingState.Error)]
    [InlineData("InitiatorName=iqn.2001-04.com.example:Capital\n", "iqn.2001-04.com.example:Capital", OscHostFindingState.Warning)]
    [InlineData("InitiatorAlias=x\n", null, OscHostFindingState.Error)]
    public async Task The_initiators_name_is_the_one_that_iscsid_takes(string file, string? name, OscHostFindingState state)
    {
        _host.Files.Write("etc/iscsi/initiatorname.iscsi", file);

        Assert.Equal(name, Audit().GetInitiator().Iqn);
        Assert.Equal(state, (await CheckInitiatorAsync()).State);
    }

    [Fact]
    public async Task A_session_tells_the_name_in_use_though_the_settings_were_changed_since()
    {
        var session = _host.AddSession(Target, "10.0.0.1");
        _host.Files.Write($"sys/devices/platform/host{session.Host}/session{session.Id}/iscsi_session/session{session.Id}/initiatorname",
            "iqn.2001-04.com.example:before\n");

        Assert.Equal("iqn.2001-04.com.example:before", Audit().GetInitiator().Iqn);
        Assert.Equal(OscHostFindingState.Warning, (await CheckInitiatorAsync()).State);
    }

    [Theory]
    [InlineData("iscsiadm version 2.1.8\n", OscHostFindingState.Ok)]
    [InlineData("iscsiadm version 2.1.10\n", OscHostFindingState.Warning)]
    [InlineData("", OscHostFindingState.Warning)]
    public async Task The_version_with_the_known_fault_is_found(string output, OscHostFindingState state)
    {
        var findings = await new HostCheck(_host.Open(), new ScriptedTools(_ => ScriptedTools.Done(output)), () => true).RunAsync(Cancellation);

        Assert.Equal(state, findings.Single(finding => finding.Check == "open-iscsi").State);
        Assert.Equal(OscHostFindingState.Ok, findings.Single(finding => finding.Check == "Initiator name").State);
        Assert.All(findings, finding => Assert.Equal(finding.State != OscHostFindingState.Ok, finding.SuggestedAction is not null));
    }

    private static TimeSpan AgeOf(OscHostResidue residue) => DateTimeOffset.UtcNow - residue.Since;

    private async Task<OscHostFinding> CheckInitiatorAsync() =>
        (await new HostCheck(_host.Open(), new ScriptedTools(_ => ScriptedTools.Done("iscsiadm version 2.1.8\n")), () => true).RunAsync(Cancellation))
            .Single(finding => finding.Check == "Initiator name");

    private StorageHost Audit() => new(_host.Open(), _host.Files.At("state/host/residue"));

    private Task<IReadOnlyList<OscHostResidue>> FindAsync() => Audit().FindResidueAsync([], Assert.Fail, Cancellation);

    private (StorageElement Element, string Disk) AddLun(int lun)
    {
        var element = _host.Array.Add("a", Target, lun);
        return (element, _host.AddDisk(_host.AddSession(Target, "10.0.0.1"), lun, element));
    }
}
