using System.Runtime.Versioning;
using StorageConnect.Host.Fitness;
using StorageConnect.Host.Ledger;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>What docs/host.md lists as hazards, Test-OscHost looks for, each with a way out.</summary>
[SupportedOSPlatform("linux")]
public sealed class HazardTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";

    /// <summary>How a host gets into each of these states.</summary>
    private static readonly Dictionary<string, Action<SimulatedHost>> Hazards = new()
    {
        ["Process view"] = host =>
        {
            Directory.CreateDirectory(host.Files.At("proc/self/ns"));
            host.Files.Link("proc/self/ns/pid", "pid:[4026532599]");
        },
        ["Device identities"] = host =>
        {
            var (one, two) = (Presented(host, "one", 5), Presented(host, "two", 6));
            host.AddDisk(host.AddSession(Target, "10.99.0.1"), 5, one);
            host.Array.GiveLunAway(one, two);
        },
        ["Multipath maps"] = host =>
        {
            host.AddDisk(host.AddSession(Target, "10.99.0.1"), 5, Presented(host, "one", 5));
            host.RemoveSession(1);
        },
        ["iSCSI sessions"] = host => host.Break(host.AddSession(Target, "10.99.0.1")),
        ["Attachments"] = host => host.Open().Ledger.Save(new Attachment { Page83Id = "36000000000000000000000000000beef", StorageElementName = "db01" }),
        ["Node records"] = host => host.Files.Write($"etc/iscsi/nodes/{Target}/10.99.0.1,3260,1/default",
            "node.startup = automatic\nnode.session.scan = auto\n"),
        ["CHAP secrets"] = host =>
        {
            host.Files.Write($"etc/iscsi/nodes/{Target}/10.99.0.1,3260,1/default", "node.session.auth.password = not-so-secret\n");
            File.SetUnixFileMode(host.Files.At($"etc/iscsi/nodes/{Target}/10.99.0.1,3260,1/default"),
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        },
        ["iSCSI replacement_timeout"] = host => host.Files.Write("etc/iscsi/iscsid.conf", "node.session.timeo.replacement_timeout = 120\n"),
        ["Device names"] = host =>
        {
            var disk = host.AddDisk(host.AddSession(Target, "10.99.0.1"), 5, Presented(host, "one", 5));
            host.Files.Write("etc/fstab", $"/dev/{disk}1 /srv xfs defaults 0 0\n");
        },
        ["Kernel clock"] = host => File.Delete(host.Files.At("proc/uptime")),
        ["multipathd"] = host => host.StopMultipathdAsync().GetAwaiter().GetResult(),
        ["multipath no_path_retry"] = host => host.MultipathConfig = "defaults {\n\tno_path_retry queue\n}\n",
        ["Initiator name"] = host => host.Files.Append("etc/iscsi/initiatorname.iscsi", "InitiatorName=iqn.2026-01.lab.init:another\n"),
    };

    private readonly SimulatedHost _host = new();

    public HazardTests()
    {
        _host.Files.Write("proc/sys/kernel/random/boot_id", "2f6ff6a0-0000-4000-8000-000000000001\n");
        _host.Files.Write("proc/uptime", "4711.00 9000.00\n");
        _host.Files.Write("etc/iscsi/iscsid.conf", "node.session.timeo.replacement_timeout = 20\n");
        _host.MultipathConfig = "defaults {\n\tno_path_retry 16\n\trecheck_wwid yes\n\tfind_multipaths yes\n}\n";
    }

    public static TheoryData<string> Names => [.. Hazards.Keys];

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public void The_table_of_hazards_names_a_check_in_every_row_and_every_check_is_tried_here()
    {
        var document = File.ReadAllText(Path.Combine(StagedModule.Root, "docs", "host.md"));
        var start = document.IndexOf("| hazard |", StringComparison.Ordinal);
        var rows = document[start..document.IndexOf("\n\n", start, StringComparison.Ordinal)].Split('\n').Skip(2).ToList();

        Assert.True(rows.Count >= 18, $"The table has {rows.Count} rows.");
        Assert.All(rows, row => Assert.Equal(5, row.Split('|').Length));
        Assert.Equal(Hazards.Keys.Order(), rows.Select(row => row.Split('|')[3].Trim()).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_is_found_and_has_a_way_out(string check)
    {
        Assert.Equal(OscHostFindingState.Ok, (await FindAsync(check)).State);

        Hazards[check](_host);

        var finding = await FindAsync(check);
        Assert.NotEqual(OscHostFindingState.Ok, finding.State);
        Assert.NotEmpty(finding.Finding);
        Assert.False(string.IsNullOrEmpty(finding.SuggestedAction));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("169.254.7.7")]
    public async Task A_record_of_an_address_that_no_host_can_log_in_at_is_found(string address)
    {
        _host.Files.Write($"etc/iscsi/nodes/{Target}/{address},3260,1/default", "node.startup = manual\n");

        Assert.Equal(OscHostFindingState.Warning, (await FindAsync("Node records")).State);
    }

    [Fact]
    public async Task A_discovery_record_whose_secret_others_can_read_is_found()
    {
        const string file = "etc/iscsi/send_targets/10.99.0.1,3260/st_config";
        _host.Files.Write(file, "discovery.sendtargets.auth.password = not-so-secret\n");
        File.SetUnixFileMode(_host.Files.At(file), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.Contains(_host.Files.At(file), (await FindAsync("CHAP secrets")).Finding);
    }

    [Theory]
    [InlineData("5", "120", OscHostFindingState.Ok)] // multipathd's fast_io_fail_tmo
    [InlineData("120", "20", OscHostFindingState.Warning)]
    [InlineData("off", "20", OscHostFindingState.Warning)]
    public async Task How_long_a_lost_path_is_waited_for_is_told_by_the_sessions(string session, string settings, OscHostFindingState state)
    {
        _host.Files.Write("etc/iscsi/iscsid.conf", $"node.session.timeo.replacement_timeout = {settings}\n");
        var id = _host.AddSession(Target, "10.99.0.1").Id;
        _host.Files.Write($"sys/class/iscsi_session/session{id}/recovery_tmo", session + "\n");

        var finding = await FindAsync("iSCSI replacement_timeout");

        Assert.Equal(state, finding.State);
        Assert.Contains(session, finding.Finding);
    }

    [Fact]
    public async Task Without_a_session_the_settings_tell_how_long_a_lost_path_is_waited_for() =>
        Assert.Contains("There is no session", (await FindAsync("iSCSI replacement_timeout")).Finding);

    private static StorageElement Presented(SimulatedHost host, string name, int lun)
    {
        var element = host.Array.Add(name, Target, lun);
        host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });
        return host.Array.Now(element);
    }

    private async Task<OscHostFinding> FindAsync(string check) =>
        (await new HostCheck(_host.Open(), new ScriptedTools(_ => ScriptedTools.Done("iscsiadm version 2.1.8\n")), () => true)
            .RunAsync(TestContext.Current.CancellationToken)).Single(finding => finding.Check == check);
}
