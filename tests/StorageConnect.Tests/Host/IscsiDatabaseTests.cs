using System.Diagnostics;
using System.Runtime.Versioning;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;
using Xunit;

namespace StorageConnect.Tests.Host;

[SupportedOSPlatform("linux")]
public sealed class IscsiDatabaseTests : IDisposable
{
    private static readonly IscsiNode Node = new("iqn.2026-01.lab.test:t1", new("10.99.0.1", 3260), 1, new());
    private static readonly HostDeadlines Patient = new() { IscsiDatabase = TimeSpan.FromMinutes(1) };

    private readonly FakeHost _host = new();

    public IscsiDatabaseTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "open-iscsi is for Linux.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Gate => _host.At("run/lock/iscsi/lock.write");

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_change_waits_until_iscsiadm_lets_go_of_its_lock()
    {
        _host.Write("run/lock/iscsi/lock.write", "");

        var change = PutAsync(Patient);
        await Task.Delay(30, Cancellation);
        Assert.False(change.IsCompleted);
        File.Delete(Gate);

        await change;
        Assert.False(File.Exists(Gate));
    }

    [Fact]
    public async Task A_lock_that_stays_is_named_and_never_broken()
    {
        _host.Write("run/lock/iscsi/lock.write", "");

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => PutAsync(new() { IscsiDatabase = TimeSpan.FromMilliseconds(50) }));

        Assert.Equal("IscsiDatabaseLocked", error.ErrorId);
        Assert.Contains(Gate, error.Message);
        Assert.True(File.Exists(Gate));
    }

    [Fact]
    public async Task A_lock_that_a_process_of_ours_died_with_is_taken_over()
    {
        _host.Write("run/lock/iscsi/lock.write", IscsiRecord.Mark);

        await PutAsync(new() { IscsiDatabase = TimeSpan.Zero });

        Assert.False(File.Exists(Gate));
    }

    [Fact]
    public async Task The_lock_is_whole_from_its_first_moment()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Gate)!);
        var events = new List<string>();
        var released = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(Gate)!, "lock.write");
        watcher.NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite;
        watcher.Created += (_, _) => events.Add("created");
        watcher.Changed += (_, _) => events.Add("filled");
        watcher.Deleted += (_, _) => released.TrySetResult();
        watcher.EnableRaisingEvents = true;

        await PutAsync(Patient);
        await released.Task.WaitAsync(Cancellation);

        Assert.Equal(["created"], events); // by its link, with its content
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(Gate)!));
    }

    [Fact]
    public async Task A_lock_that_can_not_be_written_leaves_none_that_stops_every_tool()
    {
        Directory.CreateDirectory(Gate + ".storage-connect/full"); // where the lock is written before it gets its name

        var error = await Assert.ThrowsAnyAsync<StorageConnectException>(() => PutAsync(new() { IscsiDatabase = TimeSpan.FromMilliseconds(50) }));

        Assert.DoesNotContain(" at ", error.Message);
        Assert.False(File.Exists(Gate));
    }

    [Fact]
    public async Task A_host_lock_excludes_other_processes_and_goes_with_them()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "util-linux's flock is not installed.");
        string file;
        using (await HostLock.TakeAsync(_host.Roots, "thing", TimeSpan.Zero, Cancellation))
        {
            file = Directory.GetFiles(_host.At("run/storage-connect/locks")).Single();
            using var refused = Process.Start("flock", ["--nonblock", file, "true"]);
            await refused.WaitForExitAsync(Cancellation);
            Assert.Equal(1, refused.ExitCode);
        }

        using var holder = Process.Start(new ProcessStartInfo("flock", [file, "sh", "-c", "echo held; exec sleep 1000"]) { RedirectStandardOutput = true })!;
        await holder.StandardOutput.ReadLineAsync(Cancellation);
        Assert.Null(HostLock.TryTake(_host.Roots, "thing"));
        var error = await Assert.ThrowsAsync<StorageElementBusyException>(
            () => HostLock.TakeAsync(_host.Roots, "thing", TimeSpan.FromMilliseconds(20), Cancellation));
        Assert.Equal("HostLockHeld", error.ErrorId);

        var waiting = HostLock.TakeAsync(_host.Roots, "thing", TimeSpan.FromMinutes(1), Cancellation);
        holder.Kill(entireProcessTree: true);
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Who_takes_a_lock_from_a_process_that_died_waits_for_what_it_left_running()
    {
        (await HostLock.TakeAsync(_host.Roots, "thing", TimeSpan.Zero, Cancellation)).Dispose();
        var file = Assert.Single(Directory.GetFiles(_host.At("run/storage-connect/locks")));
        Assert.Equal("", await File.ReadAllTextAsync(file, Cancellation));
        const int Dead = 4_194_305; // more than the kernel gives out, so that no process has it, not even this one
        await File.WriteAllTextAsync(file, $"{Dead}\n", Cancellation);
        _host.Write("proc/4712/environ", $"PATH=/bin\0STORAGE_CONNECT_STARTED_BY={Dead}\0");

        var taking = HostLock.TakeAsync(_host.Roots, "thing", TimeSpan.FromMinutes(1), Cancellation);
        await Task.Delay(30, Cancellation);
        Assert.Equal(TaskStatus.WaitingForActivation, taking.Status);
        Directory.Delete(_host.At("proc/4712"), recursive: true);

        (await taking).Dispose();
    }

    [Fact]
    public async Task Many_changes_at_once_leave_whole_records_and_no_other_files()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => new IscsiDatabase(_host.Roots, Patient).PutNodeAsync(
            Node with { Portal = new("10.99.0.1", 3260 + (i % 4)) }, "default", _ => RecordBuilder.Node(Node, "default", new()), Cancellation))));

        var nodes = new IscsiDatabase(_host.Roots, Patient).ReadNodes().ToList();
        Assert.Equal([3260, 3261, 3262, 3263], nodes.Select(node => node.Portal.Port));
        Assert.All(nodes, node => Assert.Equal("manual", IscsiRecord.Parse(File.ReadAllText(node.Path))["node.startup"]));
        Assert.Equal(["nodes"], Directory.GetFileSystemEntries(_host.At("etc/iscsi")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Where_Red_Hat_has_the_database_it_is_used()
    {
        Directory.CreateDirectory(_host.At("var/lib/iscsi/send_targets"));

        await PutAsync(Patient);

        Assert.True(Directory.Exists(_host.At("var/lib/iscsi/nodes")));
        Assert.False(Directory.Exists(_host.At("etc/iscsi")));
    }

    [Fact]
    public async Task A_folder_of_that_name_with_nothing_of_open_iscsi_in_it_is_not_the_database()
    {
        Directory.CreateDirectory(_host.At("var/lib/iscsi/backup"));

        await PutAsync(Patient);

        Assert.True(Directory.Exists(_host.At("etc/iscsi/nodes")));
    }

    [Fact]
    public async Task On_a_fresh_host_with_open_iscsis_own_folder_that_is_the_database()
    {
        Directory.CreateDirectory(_host.At("var/lib/iscsi"));
        _host.Write("etc/iscsi/iscsid.conf", "");

        await PutAsync(Patient);

        Assert.True(Directory.Exists(_host.At("var/lib/iscsi/nodes")));
        Assert.False(Directory.Exists(_host.At("etc/iscsi/nodes")));
    }

    [Fact]
    public async Task An_empty_folder_of_that_name_beside_records_is_not_the_database()
    {
        Directory.CreateDirectory(_host.At("var/lib/iscsi"));
        Directory.CreateDirectory(_host.At("etc/iscsi/send_targets"));

        await PutAsync(Patient);

        Assert.True(Directory.Exists(_host.At("etc/iscsi/nodes")));
    }

    [Fact]
    public async Task Real_iscsiadm_reads_a_record_as_it_was_meant()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/iscsiadm") && Environment.IsPrivilegedProcess && File.Exists("/usr/bin/unshare"),
            "open-iscsi, root and unshare are needed.");
        using var chap = new Secret("s3cret with #blank=");
        using var mutual = new Secret("ünïcode12345");
        var node = Node with
        {
            Portal = new("fd00::1", 3261),
            Access = new AccessContext { ChapUser = "a b", MutualChapUser = "c", NetDevice = "lo" }.WithSecrets(chap, mutual)
        };
        _host.Write("etc/iscsi/iscsid.conf", "node.session.queue_depth = 77\nnode.conn[0].timeo.login_timeout = 9\n");
        _host.Write("etc/iscsi/initiatorname.iscsi", "InitiatorName=iqn.2026-01.lab.test:host\n");
        var database = new IscsiDatabase(_host.Roots, Patient);
        await database.PutNodeAsync(node, "default", _ => RecordBuilder.Node(node, "default", database.ReadDefaults()), Cancellation);
        Directory.CreateDirectory("/etc/iscsi"); // to mount over, in a mount namespace that nobody else sees

        using var iscsiadm = Process.Start(new ProcessStartInfo("unshare",
            ["--mount", "sh", "-c", $"mount --bind '{_host.At("etc/iscsi")}' /etc/iscsi && exec iscsiadm -m node -T {node.TargetName} -p '[fd00::1]:3261' -S"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = iscsiadm.StandardError.ReadToEndAsync(Cancellation);
        var shown = IscsiRecord.Parse(await iscsiadm.StandardOutput.ReadToEndAsync(Cancellation));
        await iscsiadm.WaitForExitAsync(Cancellation);
        Assert.SkipWhen((await error).Contains("mount", StringComparison.Ordinal), "Mounting is not permitted here.");

        Assert.Equal("", await error);
        Assert.Equal(
            [node.TargetName, "1", "manual", "manual", "1", "fd00::1", "3261", "CHAP", "a b", "s3cret with #blank=", "c", "ünïcode12345",
                "77", "9", "tcp", "lo"],
            new[] { "node.name", "node.tpgt", "node.startup", "node.session.scan", "node.session.initial_login_retry_max", "node.conn[0].address",
                "node.conn[0].port", "node.session.auth.authmethod", "node.session.auth.username", "node.session.auth.password",
                "node.session.auth.username_in", "node.session.auth.password_in", "node.session.queue_depth", "node.conn[0].timeo.login_timeout",
                "iface.transport_name", "iface.net_ifacename" }
                .Select(name => shown[name]));
    }

    [Fact]
    public async Task A_node_without_a_portal_group_tag_is_a_file_as_open_iscsi_keeps_it()
    {
        var database = new IscsiDatabase(_host.Roots, Patient);
        var node = Node with { Tpgt = -1 };
        await PutAsync(Patient); // the same portal with a tag: it has one or none

        await database.PutNodeAsync(node, "default", _ => RecordBuilder.Node(node, "default", new()), Cancellation);

        var path = _host.At($"etc/iscsi/nodes/{node.TargetName}/10.99.0.1,3260");
        Assert.Contains("node.tpgt = -1\n", await File.ReadAllTextAsync(path, Cancellation), StringComparison.Ordinal);
        Assert.Equal([new NodeFile(path, node.TargetName, node.Portal, -1, "default")], database.ReadNodes());

        await database.ForgetNodeAsync(node.TargetName, node.Portal, "default", Cancellation);
        Assert.Empty(Directory.GetFileSystemEntries(_host.At("etc/iscsi/nodes")));
    }

    private Task<WrittenRecord> PutAsync(HostDeadlines deadlines) =>
        new IscsiDatabase(_host.Roots, deadlines).PutNodeAsync(Node, "default", _ => RecordBuilder.Node(Node, "default", new()), Cancellation);
}
