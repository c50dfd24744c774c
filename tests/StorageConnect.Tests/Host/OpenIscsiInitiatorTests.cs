using System.Runtime.Versioning;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;
using Xunit;

namespace StorageConnect.Tests.Host;

[SupportedOSPlatform("linux")]
public sealed class OpenIscsiInitiatorTests : IDisposable
{
    private const string Target = "iqn.2026-01.lab.test:t1";
    private const string Record = $"etc/iscsi/nodes/{Target}/10.99.0.1,3260,1/default";

    private const string Theirs = "# BEGIN RECORD 2.1.8\nnode.name = iqn.2026-01.lab.test:t1\nnode.tpgt = 2\nnode.startup = automatic\n# END RECORD\n";

    // Ample where a test doesn't wait for them, so that no busy machine makes one fail.
    private static readonly HostDeadlines Patient = new()
    {
        IscsiDatabase = TimeSpan.FromMinutes(1),
        IscsiLock = TimeSpan.FromMinutes(1),
        IscsiDiscovery = TimeSpan.FromMinutes(1),
        IscsiLogin = TimeSpan.FromMinutes(1),
        IscsiLogout = TimeSpan.FromMinutes(1),
        IscsiSettle = TimeSpan.FromMinutes(1),
        IscsiadmLag = TimeSpan.FromMinutes(1),
        IscsiRetry = TimeSpan.Zero,
    };

    private readonly FakeHost _host = new();

    public OpenIscsiInitiatorTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "iSCSI sessions need Linux.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IscsiNode Node { get; } = new(Target, new("10.99.0.1", 3260), 1, new());

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_login_is_one_process_for_one_portal_and_its_answer_the_kernels_session()
    {
        var tools = new ScriptedTools(_ => LogIn());

        var session = await Initiator(tools).LoginAsync(Node, Cancellation);

        Assert.Equal((1, Target, true), (session.Id, session.TargetName, session.IsLoggedIn));
        Assert.Equal([$"iscsiadm -m node -T {Target} -p 10.99.0.1:3260 -I default --login"], tools.Commands.Select(command => command.ToString()));
    }

    [Fact]
    public async Task The_record_lets_no_LUN_appear_and_nothing_come_back_by_itself()
    {
        _host.Write("etc/iscsi/iscsid.conf",
            "node.startup = automatic\nnode.session.scan = auto\nnode.session.queue_depth = 64\nnode.conn[0].timeo.login_timeout = 15\n# " +
                "node.session.cmds_max = 9\n");

        await Initiator(new ScriptedTools(_ => LogIn())).LoginAsync(Node, Cancellation);

        var record = Read(Record);
        Assert.Equal("manual", record["node.startup"]);
        Assert.Equal("manual", record["node.session.scan"]);
        Assert.Equal("1", record["node.session.initial_login_retry_max"]);
        Assert.Equal("64", record["node.session.queue_depth"]); // the administrator's
        Assert.Equal("15", record["node.conn[0].timeo.login_timeout"]);
        Assert.Null(record["node.session.cmds_max"]);
        Assert.Equal("None", record["node.session.auth.authmethod"]);
    }

    [Theory]
    [InlineData("60", "15")]
    [InlineData("9", "9")]
    [InlineData("", "15")]
    public async Task No_login_takes_longer_than_this_module_waits_for_it(string set, string used)
    {
        _host.Write("etc/iscsi/iscsid.conf", set.Length == 0 ? "" : $"node.conn[0].timeo.login_timeout = {set}\n");

        await Initiator(new ScriptedTools(_ => LogIn())).LoginAsync(Node, Cancellation);

        Assert.Equal(used, Read(Record)["node.conn[0].timeo.login_timeout"]);
    }

    [Fact]
    public async Task Secrets_are_in_a_file_that_only_root_may_read_and_in_no_argument_or_environment()
    {
        // A real process: it tells what the kernel shows of it to everybody, and what its record looks like while it runs.
        using var spy = new FakeTool($$"""
            tr '\0' '\n' < /proc/$$/cmdline > %DIR%/seen
            tr '\0' '\n' < /proc/$$/environ >> %DIR%/seen
            tr '\0' '\n' < /proc/$PPID/environ >> %DIR%/seen
            stat -c '%a' '{{_host.At(Record)}}' > %DIR%/mode
            cat '{{_host.At(Record)}}' > %DIR%/record
            exit 24
            """);
        using var chap = new Secret("chapsecret123");
        using var mutual = new Secret("tgtsecret12345");
        var access = new AccessContext { ChapUser = "chapuser", MutualChapUser = "tgtuser" }.WithSecrets(chap, mutual);

        var error = await Assert.ThrowsAsync<AuthenticationFailedException>(
            () => Initiator(spy.Runner).LoginAsync(Node with { Access = access }, Cancellation));

        Assert.Equal("IscsiAuthenticationFailed", error.ErrorId);
        var seen = await spy.ReadAsync("seen", Cancellation);
        Assert.Contains("--login", seen);
        foreach (var text in new[] { seen, error.ToString(), error.Recommendation! })
        {
            Assert.DoesNotContain("chapsecret", text);
            Assert.DoesNotContain("tgtsecret", text);
        }

        Assert.Equal("600\n", await spy.ReadAsync("mode", Cancellation));
        var record = IscsiRecord.Parse(await spy.ReadAsync("record", Cancellation));
        Assert.Equal("CHAP", record["node.session.auth.authmethod"]);
        Assert.Equal(("chapuser", "chapsecret123"), (record["node.session.auth.username"], record["node.session.auth.password"]));
        Assert.Equal(("tgtuser", "tgtsecret12345"), (record["node.session.auth.username_in"], record["node.session.auth.password_in"]));
        Assert.False(File.Exists(_host.At(Record))); // no session, no record
    }

    [Fact]
    public async Task The_folders_of_records_are_roots_alone()
    {
        await Initiator(new ScriptedTools(_ => LogIn())).LoginAsync(Node, Cancellation);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_host.At(Record)));
        for (var folder = Path.GetDirectoryName(Record)!; folder != "etc/iscsi"; folder = Path.GetDirectoryName(folder)!)
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_host.At(folder)));
        }
    }

    [Fact]
    public async Task A_session_that_is_there_is_the_answer_and_no_process_runs()
    {
        _host.AddSession(3, host: 4, Target, "10.99.0.1", 3260);
        var tools = new ScriptedTools(_ => throw new InvalidOperationException("nothing to do"));

        var session = await Initiator(tools).LoginAsync(Node, Cancellation);

        Assert.Equal(3, session.Id);
        Assert.Empty(tools.Commands);
        Assert.False(File.Exists(_host.At(Record)));
    }

    [Fact]
    public async Task A_session_that_has_lost_its_portal_is_an_error_and_stays()
    {
        _host.AddSession(3, host: 4, Target, "10.99.0.1", 3260, "FAILED");
        var tools = new ScriptedTools(_ => throw new InvalidOperationException("nothing to do"));

        var error = await Assert.ThrowsAsync<ArrayUnreachableException>(
            () => Initiator(tools, Patient with { IscsiSettle = TimeSpan.FromMilliseconds(50) }).LoginAsync(Node, Cancellation));

        Assert.Equal("IscsiSessionNotLoggedIn", error.ErrorId);
        Assert.Contains("session 3 is FAILED", error.Message);
    }

    [Fact]
    public async Task A_login_that_another_made_first_is_a_success()
    {
        var tools = new ScriptedTools(_ => LogIn() with { ExitCode = 15 });

        Assert.Equal(1, (await Initiator(tools).LoginAsync(Node, Cancellation)).Id);
    }

    [Fact]
    public async Task Logins_to_the_same_portal_wait_for_each_other_and_make_one_session()
    {
        var tools = new ScriptedTools(_ => LogIn());

        // An initiator each, as processes have.
        var sessions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Initiator(tools).LoginAsync(Node, Cancellation))));

        Assert.All(sessions, session => Assert.Equal(1, session.Id));
        Assert.Single(tools.Commands);
    }

    [Fact]
    public async Task A_portal_that_nobody_answers_at_is_unreachable_and_leaves_no_record()
    {
        var tools = new ScriptedTools(_ => ScriptedTools.Exit(8,
            "iscsiadm: initiator reported error (8 - connection timed out)\niscsiadm: Could not log into all portals\n"));

        var error = await Assert.ThrowsAsync<ArrayUnreachableException>(() => Initiator(tools).LoginAsync(Node, Cancellation));

        Assert.Equal("IscsiPortalUnreachable", error.ErrorId);
        Assert.True(error.Retryable);
        Assert.Equal([], Directory.GetFileSystemEntries(_host.At("etc/iscsi/nodes")));
        Assert.Single(tools.Commands);
    }

    [Fact]
    public async Task What_fails_in_passing_is_begun_again()
    {
        var codes = new Queue<int>([28, 6, 21, 0]);
        var tools = new ScriptedTools(_ => codes.Dequeue() is var code and > 0 ? ScriptedTools.Exit(code) : LogIn());

        await Initiator(tools, Patient with { IscsiRetry = TimeSpan.FromMinutes(1) / 10 }).LoginAsync(Node, Cancellation);

        Assert.Equal(4, tools.Commands.Count);
        Assert.Equal("manual", Read(Record)["node.session.scan"]);
    }

    [Fact]
    public async Task Wrong_CHAP_is_never_tried_again()
    {
        var tools = new ScriptedTools(_ => ScriptedTools.Exit(24));

        await Assert.ThrowsAsync<AuthenticationFailedException>(
            () => Initiator(tools, Patient with { IscsiRetry = TimeSpan.FromMinutes(1) }).LoginAsync(Node, Cancellation));

        Assert.Single(tools.Commands);
    }

    [Theory]
    [InlineData("10.99.0.1:3260,1 iqn.2026-01.lab.test:other", null, typeof(NotFoundException), "IscsiTargetNotFound")]
    [InlineData("", null, typeof(NotFoundException), "IscsiTargetNotFound")]
    [InlineData($"10.99.0.1:3260,1 {Target}", null, typeof(AccessDeniedException), "IscsiLoginRefused")]
    [InlineData($"10.99.0.1:3260,1 {Target}", "tgtuser", typeof(AuthenticationFailedException), "IscsiMutualAuthenticationFailed")]
    public async Task A_refusal_is_told_apart_by_what_the_portal_offers(string offered, string? mutualUser, Type type, string errorId)
    {
        using var secret = new Secret("chapsecret123");
        var access = mutualUser is null ? new AccessContext() : new AccessContext { ChapUser = "u", MutualChapUser = mutualUser }.WithSecrets(secret, secret);
        var tools = new ScriptedTools(command => IsLogin(command) ? ScriptedTools.Exit(19) : ScriptedTools.Done(offered));

        var error = await Assert.ThrowsAsync(type, () => Initiator(tools).LoginAsync(Node with { Access = access }, Cancellation));

        Assert.Equal(errorId, Assert.IsType<StorageConnectException>(error, exactMatch: false).ErrorId);
    }

    [Fact]
    public async Task A_tool_that_hangs_after_the_login_is_left_when_the_kernel_has_the_session()
    {
        using var tool = new FakeTool("echo $$ > %DIR%/pid.new; mv %DIR%/pid.new %DIR%/pid; exec sleep 1000");
        var login = Initiator(tool.Runner, Patient with { IscsiadmLag = TimeSpan.FromMilliseconds(20) }).LoginAsync(Node, Cancellation);
        var process = await tool.ReadAsync("pid", Cancellation);
        _host.AddSession(1, host: 4, Target, "10.99.0.1", 3260);

        Assert.Equal(1, (await login).Id);
        Assert.False(Directory.Exists($"/proc/{process.Trim()}")
            && !File.ReadAllText($"/proc/{process.Trim()}/stat").Contains(") Z ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_that_another_tool_made_is_used_and_put_back()
    {
        const string theirs =
            "# BEGIN RECORD 2.1.8\nnode.name = iqn.2026-01.lab.test:t1\nnode.startup = automatic\nnode.session.queue_depth = 7\n# END RECORD\n";
        _host.Write(Record, theirs);
        var during = new IscsiRecord();
        var tools = new ScriptedTools(_ =>
        {
            during = Read(Record);
            return LogIn();
        });
        var initiator = Initiator(tools);

        var session = await initiator.LoginAsync(Node, Cancellation);

        Assert.Equal(("manual", "7"), (during["node.session.scan"], during["node.session.queue_depth"]));
        Assert.Equal(theirs, File.ReadAllText(_host.At(Record)));

        await Initiator(new ScriptedTools(_ => LogOut())).LogoutAsync(session, Cancellation);
        Assert.Equal(theirs, File.ReadAllText(_host.At(Record)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    public async Task A_record_of_another_tool_under_another_tag_is_not_logged_in_to_and_is_put_back(int exitCode)
    {
        const string folder = $"etc/iscsi/nodes/{Target}";
        const string other = $"{folder}/10.99.0.1,3260,2/default";
        _host.Write(other, Theirs);
        File.SetUnixFileMode(_host.At(other), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        List<string> during = [];
        var initiator = Initiator(new ScriptedTools(_ =>
        {
            during = RecordsOf(_host);
            return exitCode == 0 ? LogIn() : ScriptedTools.Exit(exitCode);
        }));

        if (exitCode == 0)
        {
            var session = await initiator.LoginAsync(Node, Cancellation);
            Assert.Equal(Theirs, File.ReadAllText(_host.At(other)));
            await Initiator(new ScriptedTools(_ => LogOut())).LogoutAsync(session, Cancellation);
        }
        else
        {
            await Assert.ThrowsAsync<AuthenticationFailedException>(() => initiator.LoginAsync(Node, Cancellation));
        }

        Assert.Equal(["10.99.0.1,3260,1/default"], during);
        Assert.Equal(["10.99.0.1,3260,2/default"], RecordsOf(_host));
        Assert.Equal(Theirs, File.ReadAllText(_host.At(other)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(_host.At(other)));
        Assert.Equal(["nodes"], Directory.GetFileSystemEntries(_host.At("etc/iscsi")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_record_of_ours_under_another_tag_is_deleted()
    {
        _host.Write($"etc/iscsi/nodes/{Target}/10.99.0.1,3260,2/default", IscsiRecord.Mark + "\nnode.tpgt = 2\n");

        await Initiator(new ScriptedTools(_ => LogIn())).LoginAsync(Node, Cancellation);

        Assert.Equal(["10.99.0.1,3260,1"], Directory.GetDirectories(_host.At($"etc/iscsi/nodes/{Target}")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("connect", 1)]
    [InlineData("connect", 2)]
    [InlineData("connect to the session that iscsid made", 1)]
    [InlineData("connect to the session that iscsid made", 2)]
    [InlineData("disconnect", 1)]
    [InlineData("disconnect", 2)]
    [InlineData("disconnect from the session that iscsid made", 1)]
    [InlineData("disconnect from the session that iscsid made", 2)]
    public async Task A_run_that_is_killed_during_a_login_loses_no_record_of_another_tool(string next, int tag)
    {
        var record = $"etc/iscsi/nodes/{Target}/10.99.0.1,3260,{tag}/default";
        using var left = new FakeHost();
        _host.Write(record, Theirs);
        await Initiator(new ScriptedTools(_ =>
        {
            CopyDatabase(_host, left); // as a killed process leaves it
            return LogIn();
        })).LoginAsync(Node, Cancellation);
        Assert.Equal(["10.99.0.1,3260,1/default"], RecordsOf(left));

        var deadlines = Patient with { IscsidLoginTimeout = TimeSpan.Zero };
        var again = new OpenIscsiInitiator(left.Roots, deadlines, new ScriptedTools(command =>
        {
            if (IsLogin(command))
            {
                left.AddSession(1, host: 4, Target, "10.99.0.1", 3260);
            }
            else
            {
                File.Delete(left.At("sys/class/iscsi_session/session1"));
            }

            return ScriptedTools.Done();
        }));
        if (next.Contains("session", StringComparison.Ordinal))
        {
            left.AddSession(1, host: 4, Target, "10.99.0.1", 3260);
        }

        if (next.StartsWith("connect", StringComparison.Ordinal))
        {
            await again.LoginAsync(Node, Cancellation);
        }
        else if (await again.AdoptLoginAsync(Target, Node.Portal, _ => true, Cancellation) is { } session)
        {
            await again.LogoutAsync(session, Cancellation);
        }

        Assert.Equal(Theirs, File.ReadAllText(left.At(record)));
        Assert.Equal(["nodes"], Directory.GetFileSystemEntries(left.At("etc/iscsi")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_run_that_is_killed_during_a_discovery_loses_no_record_of_another_tool()
    {
        const string file = "etc/iscsi/send_targets/10.99.0.1,3260/st_config";
        using var left = new FakeHost();
        _host.Write(file, "theirs = yes\n");
        await Initiator(new ScriptedTools(_ =>
        {
            CopyDatabase(_host, left);
            return ScriptedTools.Done($"10.99.0.1:3260,1 {Target}\n");
        })).DiscoverAsync(new() { Host = "10.99.0.1" }, null, _ => { }, Cancellation);
        Assert.NotEqual("theirs = yes\n", File.ReadAllText(left.At(file)));

        await new OpenIscsiInitiator(left.Roots, Patient, new ScriptedTools(_ => ScriptedTools.Done($"10.99.0.1:3260,1 {Target}\n")))
            .DiscoverAsync(new() { Host = "10.99.0.1" }, null, _ => { }, Cancellation);

        Assert.Equal("theirs = yes\n", File.ReadAllText(left.At(file)));
        Assert.Equal(["send_targets"], Directory.GetFileSystemEntries(left.At("etc/iscsi")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_session_under_another_initiator_name_is_not_the_result_of_a_killed_login()
    {
        _host.Write(Record, IscsiRecord.Mark + "\n");
        _host.AddSession(7, host: 4, Target, "10.99.0.1", 3260);
        _host.Write("sys/devices/platform/host4/session7/iscsi_session/session7/ifacename", "storage0\n");
        _host.Write("sys/devices/platform/host4/session7/iscsi_session/session7/initiatorname", "iqn.2026-01.lab.init:other\n");
        var owned = new OwnedSession { TargetName = Target, Portal = "10.99.0.1:3260", Initiator = "iqn.2026-01.lab.init:this" };

        Assert.Null(await Initiator(new ScriptedTools(_ => LogIn()), Patient with { IscsidLoginTimeout = TimeSpan.Zero })
            .AdoptLoginAsync(Target, Node.Portal, owned.IsAt, Cancellation));
    }

    [Fact]
    public async Task A_killed_login_through_one_net_device_leaves_the_records_of_a_session_through_another()
    {
        const string portal = $"etc/iscsi/nodes/{Target}/10.99.0.1,3260,1";
        foreach (var name in new[] { "storage-connect.eth1", "storage-connect.eth2" })
        {
            _host.Write($"{portal}/{name}", IscsiRecord.Mark + "\n");
            _host.Write($"etc/iscsi/ifaces/{name}", IscsiRecord.Mark + "\n");
        }

        LogIn("storage-connect.eth1");
        _host.Write("sys/class/iscsi_host/host4/netdev", "eth1\n");
        var owned = new OwnedSession { TargetName = Target, Portal = "10.99.0.1:3260", NetDevice = "eth2" };

        Assert.Null(await Initiator(new ScriptedTools(_ => LogIn()), Patient with { IscsidLoginTimeout = TimeSpan.Zero })
            .AdoptLoginAsync(Target, Node.Portal, owned.IsAt, Cancellation));

        Assert.Equal(["10.99.0.1,3260,1/storage-connect.eth1"], RecordsOf(_host));
        Assert.Equal(["storage-connect.eth1"], Directory.GetFiles(_host.At("etc/iscsi/ifaces")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_login_that_iscsid_makes_under_another_name_is_ended_and_both_names_are_told()
    {
        var tools = new ScriptedTools(command =>
        {
            if (command.Arguments.Contains("--logout"))
            {
                return LogOut();
            }

            var done = LogIn();
            _host.Write("sys/devices/platform/host4/session1/iscsi_session/session1/initiatorname", "iqn.2026-01.lab.init:new\n");
            return done;
        });

        var error = await Assert.ThrowsAsync<ArrayUnreachableException>(
            () => Initiator(tools).LoginAsync(Node with { Initiator = new("iqn.2026-01.lab.init:old", null) }, Cancellation));

        Assert.Equal("IscsiSessionNotLoggedIn", error.ErrorId);
        Assert.Contains("iqn.2026-01.lab.init:old", error.Message);
        Assert.Contains("iqn.2026-01.lab.init:new", error.Message);
        Assert.Empty(Initiator(tools).Sessions());
        Assert.False(File.Exists(_host.At(Record)));
    }

    [Fact]
    public async Task A_login_that_was_cancelled_and_that_iscsid_goes_on_with_is_logged_out_again()
    {
        using var cancelled = new CancellationTokenSource();
        var tools = new ScriptedTools(command =>
        {
            if (command.Arguments.Contains("--logout"))
            {
                return LogOut();
            }

            cancelled.Cancel();
            _ = Task.Delay(30, Cancellation).ContinueWith(_ => LogIn(), Cancellation, TaskContinuationOptions.None, TaskScheduler.Default);
            throw new OperationCanceledException(cancelled.Token);
        });

        await Assert.ThrowsAsync<OperationCanceledException>(() => Initiator(tools).LoginAsync(Node, cancelled.Token));

        Assert.Empty(Initiator(tools).Sessions());
        Assert.False(File.Exists(_host.At(Record)));
    }

    [Fact]
    public async Task A_login_whose_run_was_killed_is_waited_for()
    {
        _host.Write(Record, IscsiRecord.Mark + "\n");

        var taking = Initiator(new ScriptedTools(_ => throw new InvalidOperationException("nothing to do")))
            .AdoptLoginAsync(Target, Node.Portal, _ => true, Cancellation);
        await Task.Delay(30, Cancellation);
        LogIn();

        Assert.Equal(1, (await taking)!.Id);
    }

    [Theory]
    [InlineData(0, 50)]
    [InlineData(3600, 60_000)] // so long ago that iscsid has given up: nobody waits
    public async Task A_killed_login_that_comes_to_nothing_leaves_no_record(int secondsAgo, int milliseconds)
    {
        _host.Write(Record, IscsiRecord.Mark + "\n");
        File.SetLastWriteTimeUtc(_host.At(Record), DateTime.UtcNow.AddSeconds(-secondsAgo));
        var initiator = Initiator(new ScriptedTools(_ => LogIn()), Patient with { IscsidLoginTimeout = TimeSpan.FromMilliseconds(milliseconds) });

        Assert.Null(await initiator.AdoptLoginAsync(Target, Node.Portal, _ => true, Cancellation));

        Assert.Empty(Directory.GetFileSystemEntries(_host.At("etc/iscsi/nodes")));
    }

    [Fact]
    public async Task Where_no_login_was_begun_nobody_waits_and_another_tools_record_stays()
    {
        _host.Write(Record, "node.startup = manual\n");

        Assert.Null(await Initiator(new ScriptedTools(_ => LogIn()), Patient with { IscsidLoginTimeout = TimeSpan.FromMinutes(1) })
            .AdoptLoginAsync(Target, Node.Portal, _ => true, Cancellation));

        Assert.True(File.Exists(_host.At(Record)));
    }

    [Fact]
    public async Task A_logout_ends_one_session_by_its_number_and_deletes_its_record()
    {
        var session = await Initiator(new ScriptedTools(_ => LogIn())).LoginAsync(Node, Cancellation);
        var tools = new ScriptedTools(_ => LogOut());

        await Initiator(tools).LogoutAsync(session, Cancellation);

        Assert.Equal(["iscsiadm -m session -r 1 --logout"], tools.Commands.Select(command => command.ToString()));
        Assert.Empty(Directory.GetFileSystemEntries(_host.At("etc/iscsi/nodes")));
    }

    [Fact]
    public async Task All_sessions_of_a_target_with_no_other_record_are_logged_out_by_one_process()
    {
        var sessions = AddTwoSessionsWithRecords();
        var tools = new ScriptedTools(_ => ScriptedTools.Done());

        await Initiator(tools).TryLogoutTogetherAsync(Target, sessions, Cancellation);

        Assert.Equal([$"iscsiadm -m node -T {Target} --logout"], tools.Commands.Select(command => command.ToString()));
    }

    [Theory]
    [InlineData("a record of another tool")]
    [InlineData("a record without a session")]
    [InlineData("a session without a record")]
    [InlineData("a session that stays")]
    public async Task Where_a_target_has_more_than_these_sessions_none_is_logged_out_with_the_others(string more)
    {
        var sessions = AddTwoSessionsWithRecords();
        switch (more)
        {
            case "a record of another tool":
                _host.Write(Record, "node.startup = automatic\n");
                break;
            case "a record without a session":
                _host.Write($"etc/iscsi/nodes/{Target}/10.99.0.9,3260,1/default", IscsiRecord.Mark + "\n");
                break;
            case "a session without a record":
                File.Delete(_host.At(Record));
                break;
            default:
                _host.AddSession(3, host: 6, Target, "10.99.0.3", 3260);
                break;
        }

        var tools = new ScriptedTools(_ => throw new InvalidOperationException("nothing to do"));

        await Initiator(tools).TryLogoutTogetherAsync(Target, sessions, Cancellation);

        Assert.Empty(tools.Commands);
    }

    [Fact]
    public async Task A_failed_logout_together_is_left_to_the_logout_of_each()
    {
        var sessions = AddTwoSessionsWithRecords();
        var tools = new ScriptedTools(_ => ScriptedTools.Done() with { ExitCode = 8 });

        await Initiator(tools).TryLogoutTogetherAsync(Target, sessions, Cancellation);

        Assert.Equal(2, Initiator(tools).Sessions().Count);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(10)]
    public async Task A_session_that_is_gone_is_logged_out_whatever_the_tool_says(int code)
    {
        _host.AddSession(1, host: 4, Target, "10.99.0.1", 3260);
        var initiator = Initiator(new ScriptedTools(_ => LogOut() with { ExitCode = code }));

        await initiator.LogoutAsync(initiator.Sessions()[0], Cancellation);

        Assert.Empty(initiator.Sessions());
    }

    [Fact]
    public async Task A_session_that_is_gone_takes_no_process()
    {
        _host.AddSession(1, host: 4, Target, "10.99.0.1", 3260);
        var tools = new ScriptedTools(_ => throw new InvalidOperationException("nothing to do"));
        var session = Initiator(tools).Sessions()[0];
        LogOut();

        await Initiator(tools).LogoutAsync(session, Cancellation);
    }

    [Fact]
    public async Task A_logout_that_changes_nothing_is_an_error_and_the_record_stays()
    {
        var session = await Initiator(new ScriptedTools(_ => LogIn())).LoginAsync(Node, Cancellation);

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(
            () => Initiator(new ScriptedTools(_ => ScriptedTools.Done()), Patient with { IscsiSettle = TimeSpan.Zero }).LogoutAsync(session, Cancellation));

        Assert.Equal("IscsiSessionRemains", error.ErrorId);
        Assert.True(File.Exists(_host.At(Record)));
    }

    [Theory]
    [InlineData("", "IscsidUnreachable")]
    [InlineData("0000000000000000: 00000002 00000000 00010000 0001 01 3100 @ISCSIADM_ABSTRACT_NAMESPACE\n", "IscsiPortalUnreachable")]
    public async Task A_session_that_iscsiadm_does_not_find_and_the_kernel_shows_is_no_success(string sockets, string errorId)
    {
        _host.Write("proc/net/unix", "Num       RefCount Protocol Flags    Type St Inode Path\n" + sockets);
        _host.AddSession(1, host: 4, Target, "10.99.0.1", 3260);
        var tools = new ScriptedTools(_ => ScriptedTools.Exit(21,
            "iscsiadm: iscsid is not running. Could not start it up automatically (20 - could not connect to iscsid)\niscsiadm: No matching sessions found\n"));
        var initiator = Initiator(tools);

        var error = await Assert.ThrowsAnyAsync<StorageConnectException>(() => initiator.LogoutAsync(initiator.Sessions()[0], Cancellation));

        Assert.Equal(errorId, error.ErrorId);
        Assert.Single(tools.Commands);
    }

    [Fact]
    public async Task A_daemon_that_nobody_starts_is_not_waited_for()
    {
        _host.Write("proc/net/unix", "Num       RefCount Protocol Flags    Type St Inode Path\n");
        var tools = new ScriptedTools(_ => ScriptedTools.Exit(20));

        var error = await Assert.ThrowsAsync<HostNotReadyException>(
            () => Initiator(tools, Patient with { IscsiRetry = TimeSpan.FromMinutes(1) })
                .DiscoverAsync(new() { Host = "10.99.0.1" }, null, _ => { }, Cancellation));

        Assert.Equal("IscsidUnreachable", error.ErrorId);
        Assert.Contains("systemctl start iscsid", error.Recommendation);
        Assert.Single(tools.Commands);
    }

    [Fact]
    public async Task A_net_device_gets_an_iface_record_for_as_long_as_a_session_needs_it()
    {
        var seen = "";
        var tools = new ScriptedTools(command =>
        {
            seen = File.ReadAllText(_host.At("etc/iscsi/ifaces/storage-connect.eth1"));
            return LogIn("storage-connect.eth1");
        });
        var initiator = Initiator(tools);

        var session = await initiator.LoginAsync(Node with { Access = new() { NetDevice = "eth1" } }, Cancellation);

        Assert.Contains("iface.net_ifacename = eth1\n", seen);
        Assert.Contains("-I storage-connect.eth1", tools.Commands[0].ToString());
        Assert.Equal("eth1", Read($"etc/iscsi/nodes/{Target}/10.99.0.1,3260,1/storage-connect.eth1")["iface.net_ifacename"]);
        Assert.True(File.Exists(_host.At("etc/iscsi/ifaces/storage-connect.eth1")));

        await Initiator(new ScriptedTools(_ => LogOut())).LogoutAsync(session, Cancellation);
        Assert.Empty(Directory.GetFileSystemEntries(_host.At("etc/iscsi/ifaces")));
    }

    [Fact]
    public async Task A_login_that_hangs_keeps_no_other_from_the_same_net_device_and_its_iface_record_stays()
    {
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var iface = _host.At("etc/iscsi/ifaces/storage-connect.eth1");
        var node = Node with { Access = new() { NetDevice = "eth1" } };
        var hanging = Task.Run(() => Initiator(new ScriptedTools(_ =>
        {
            begun.Set();
            goOn.Wait(Cancellation);
            return LogIn("storage-connect.eth1");
        })).LoginAsync(node, Cancellation), Cancellation);
        begun.Wait(Cancellation);

        await Assert.ThrowsAsync<AuthenticationFailedException>(
            () => Initiator(new ScriptedTools(_ => ScriptedTools.Exit(24)), Patient with { IscsiLock = TimeSpan.FromMilliseconds(1) })
                .LoginAsync(node with { Portal = new("10.99.0.2", 3260) }, Cancellation));

        Assert.True(File.Exists(iface));
        goOn.Set();
        await Initiator(new ScriptedTools(_ => LogOut())).LogoutAsync(await hanging, Cancellation);
        Assert.False(File.Exists(iface));
    }

    [Fact]
    public async Task A_login_under_the_name_of_an_administrators_iface_goes_through_that_iface_and_leaves_it()
    {
        const string iface = "iface.iscsi_ifacename = storage0\niface.net_ifacename = eth7\niface.initiatorname = iqn.2026-01.lab.init:other\n";
        _host.Write("etc/iscsi/ifaces/storage0", iface);
        string? seen = null;
        var tools = new ScriptedTools(_ =>
        {
            seen = File.ReadAllText(_host.At($"etc/iscsi/nodes/{Target}/10.99.0.1,3260,1/storage0"));
            return LogIn("storage0");
        });

        var session = await Initiator(tools).LoginAsync(
            Node with { Access = new() { NetDevice = "eth1" }, Initiator = new("iqn.2026-01.lab.init:other", "storage0") }, Cancellation);

        Assert.Contains("-I storage0", tools.Commands[0].ToString());
        Assert.Contains("iface.initiatorname = iqn.2026-01.lab.init:other\n", seen);
        Assert.Contains("iface.net_ifacename = eth7\n", seen);
        await Initiator(new ScriptedTools(_ => LogOut())).LogoutAsync(session, Cancellation);
        Assert.Equal(iface, File.ReadAllText(_host.At("etc/iscsi/ifaces/storage0")));
    }

    [Theory]
    [InlineData("iqn.2026-01.x:../../../tmp/x", "10.0.0.1", null, "IscsiTargetInvalid")]
    [InlineData("--login", "10.0.0.1", null, "IscsiTargetInvalid")]
    [InlineData(Target, "../x", null, "IscsiPortalInvalid")]
    [InlineData(Target, "10.0.0.1", "../../x", "NetDeviceInvalid")]
    [InlineData(Target, "10.0.0.1", "-x", "NetDeviceInvalid")]
    public async Task What_could_become_another_path_or_option_is_refused(string target, string address, string? device, string errorId)
    {
        var node = new IscsiNode(target, new(address, 3260), 1, new() { NetDevice = device });

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => Initiator(new ScriptedTools(_ => LogIn())).LoginAsync(node, Cancellation));

        Assert.Equal(errorId, error.ErrorId);
        Assert.False(Directory.Exists(_host.At("etc/iscsi")));
    }

    [Theory]
    [InlineData("secret with\nline")]
    [InlineData(" s3cret")]
    [InlineData("s3cret ")]
    [InlineData("")]
    public async Task A_secret_that_a_record_cannot_hold_is_refused_without_being_told(string text)
    {
        using var secret = new Secret(text);
        var access = new AccessContext { ChapUser = "u" }.WithSecrets(secret, null);

        var error = await Assert.ThrowsAsync<InvalidRequestException>(
            () => Initiator(new ScriptedTools(_ => LogIn())).LoginAsync(Node with { Access = access }, Cancellation));

        Assert.Equal("IscsiValueInvalid", error.ErrorId);
        Assert.True(text.Length == 0 || !error.Message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_secret_in_this_process_the_error_says_how_to_give_it()
    {
        var error = await Assert.ThrowsAsync<AuthenticationFailedException>(
            () => Initiator(new ScriptedTools(_ => LogIn())).LoginAsync(Node with { Access = new() { ChapUser = "u" } }, Cancellation));

        Assert.Equal("CredentialNeeded", error.ErrorId);
    }

    [Fact]
    public async Task A_discovery_lists_targets_and_leaves_nothing_behind()
    {
        var tools = new ScriptedTools(_ => ScriptedTools.Done($"10.99.0.1:3260,1 {Target}\n[fd00::1]:3260,1 {Target}\n"));

        var nodes = await Initiator(tools).DiscoverAsync(new() { Host = "10.99.0.1" }, null, _ => { }, Cancellation);

        Assert.Equal([new("10.99.0.1", 3260), new IscsiPortal("fd00::1", 3260)], nodes.Select(node => node.Portal));
        Assert.Equal(["iscsiadm -m discoverydb -t sendtargets -p 10.99.0.1:3260 -I default -o nonpersistent --discover"],
            tools.Commands.Select(command => command.ToString()));
        Assert.Empty(Directory.GetFileSystemEntries(_host.At("etc/iscsi/send_targets")));
    }

    [Theory]
    [InlineData("storage-unknown.invalid:3260,1 iqn.2026-01.lab.array:t1", "has no address")]
    [InlineData("0.0.0.0:3260,1 iqn.2026-01.lab.array:t1", "unspecified")]
    [InlineData("[::]:3260,1 iqn.2026-01.lab.array:t1", "unspecified")]
    [InlineData("[fe80::1]:3260,1 iqn.2026-01.lab.array:t1", "link-local")]
    [InlineData("169.254.7.1:3260,1 iqn.2026-01.lab.array:t1", "link-local")]
    [InlineData("10.99.0.2:3260,1 iqn.2026-01.lab.array:vol 1", "name a valid iSCSI target")]
    public async Task A_line_that_can_not_be_used_hides_no_other_and_is_warned_of(string odd, string reason)
    {
        var warnings = new List<string>();
        var both = new ScriptedTools(_ => ScriptedTools.Done($"{odd}\n10.99.0.1:3260,1 {Target}\n"));

        var node = Assert.Single(await Initiator(both).DiscoverAsync(new() { Host = "10.99.0.1" }, null, warnings.Add, Cancellation));

        Assert.Equal(Target, node.TargetName);
        Assert.Contains(reason, Assert.Single(warnings), StringComparison.Ordinal);
        var alone = Initiator(new ScriptedTools(_ => ScriptedTools.Done(odd + "\n")))
            .DiscoverAsync(new() { Host = "10.99.0.1" }, null, warnings.Add, Cancellation);
        Assert.Equal("IscsiTargetInvalid", (await Assert.ThrowsAsync<DataCorruptException>(() => alone)).ErrorId);
    }

    [Fact]
    public async Task A_portal_that_offers_nothing_to_this_host_is_no_error() =>
        Assert.Empty(await Initiator(new ScriptedTools(_ => ScriptedTools.Exit(21))).DiscoverAsync(new() { Host = "10.99.0.1" }, null, _ => { }, Cancellation));

    [Fact]
    public async Task A_kernel_without_iSCSI_is_no_portal_that_offers_nothing()
    {
        // With an iface named, 2.1.8 says "nothing found" (21) where it says "no driver" (12) without.
        var tools = new ScriptedTools(_ => ScriptedTools.Exit(21,
            "iscsiadm: iSCSI driver tcp is not loaded. Load the module then retry the command.\niscsiadm: Could not load transport tcp.Dropping interface " +
                "default.\n"));

        var error = await Assert.ThrowsAsync<NoSuchOperationException>(
            () => Initiator(tools).DiscoverAsync(new() { Host = "10.99.0.1" }, null, _ => { }, Cancellation));

        Assert.Equal("IscsiModuleMissing", error.ErrorId);
        Assert.Contains("modprobe iscsi_tcp", error.Recommendation);
    }

    [Fact]
    public async Task Discovery_with_CHAP_has_its_secrets_in_a_private_file_that_goes_with_it()
    {
        const string file = "etc/iscsi/send_targets/10.99.0.1,3260/st_config";
        using var spy = new FakeTool($$"""
            tr '\0' '\n' < /proc/$$/cmdline > %DIR%/seen
            tr '\0' '\n' < /proc/$$/environ >> %DIR%/seen
            stat -c '%a' '{{_host.At(file)}}' > %DIR%/mode
            cat '{{_host.At(file)}}' > %DIR%/record
            """);
        using var chap = new Secret("chapsecret123");

        await Initiator(spy.Runner).DiscoverAsync(new AccessContext { Host = "10.99.0.1", ChapUser = "chapuser" }.WithSecrets(chap, null),
            null, _ => { }, Cancellation);

        Assert.DoesNotContain("chapsecret", await spy.ReadAsync("seen", Cancellation));
        Assert.Equal("600\n", await spy.ReadAsync("mode", Cancellation));
        var record = IscsiRecord.Parse(await spy.ReadAsync("record", Cancellation));
        Assert.Equal(("CHAP", "chapuser", "chapsecret123"),
            (record["discovery.sendtargets.auth.authmethod"], record["discovery.sendtargets.auth.username"], record["discovery.sendtargets.auth.password"]));
        Assert.False(File.Exists(_host.At(file)));
    }

    [Fact]
    public async Task A_discovery_record_of_another_is_put_back_even_when_the_call_is_cancelled()
    {
        const string file = "etc/iscsi/send_targets/10.99.0.1,3260/st_config";
        _host.Write(file, "theirs = yes\n");
        using var tool = new FakeTool("touch %DIR%/running; exec sleep 1000");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var discovery = Initiator(tool.Runner).DiscoverAsync(new() { Host = "10.99.0.1" }, null, _ => { }, stop.Token);
        await tool.ReadAsync("running", Cancellation);
        Assert.NotEqual("theirs = yes\n", File.ReadAllText(_host.At(file)));
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => discovery);
        Assert.Equal("theirs = yes\n", File.ReadAllText(_host.At(file)));
    }

    [Fact]
    public async Task A_target_that_knows_no_CHAP_in_discovery_is_asked_without_it()
    {
        using var secret = new Secret("chapsecret123");
        var access = new AccessContext { Host = "10.99.0.1", ChapUser = "u", MutualChapUser = "v" }.WithSecrets(secret, secret);
        var asked = 0;
        var tools = new ScriptedTools(_ => asked++ == 0 ? ScriptedTools.Exit(24) : ScriptedTools.Done($"10.99.0.1:3260,1 {Target}\n"));

        var node = Assert.Single(await Initiator(tools).DiscoverAsync(access, null, _ => { }, Cancellation));

        Assert.Same(access, node.Access);
        Assert.Equal(2, tools.Commands.Count);
    }

    [Fact]
    public async Task A_host_name_that_has_no_address_is_an_error_without_any_process()
    {
        var tools = new ScriptedTools(_ => ScriptedTools.Done());

        var error = await Assert.ThrowsAsync<ArrayUnreachableException>(
            () => Initiator(tools).DiscoverAsync(new() { Host = "no.such.host.invalid" }, null, _ => { }, Cancellation));

        Assert.Equal("HostNameUnknown", error.ErrorId);
        Assert.Empty(tools.Commands);
    }

    private IReadOnlyList<IscsiSession> AddTwoSessionsWithRecords()
    {
        foreach (var id in new[] { 1, 2 })
        {
            _host.AddSession(id, host: 3 + id, Target, $"10.99.0.{id}", 3260);
            _host.Write($"etc/iscsi/nodes/{Target}/10.99.0.{id},3260,1/default", IscsiRecord.Mark + "\n");
        }

        return Initiator(new ScriptedTools(_ => ScriptedTools.Done())).Sessions();
    }

    private static void CopyDatabase(FakeHost from, FakeHost to)
    {
        foreach (var file in Directory.GetFiles(from.At("etc"), "*", SearchOption.AllDirectories))
        {
            to.Write(Path.GetRelativePath(from.At(""), file), File.ReadAllText(file));
        }
    }

    /// <summary>The records of nodes, by portal and iface.</summary>
    private static List<string> RecordsOf(FakeHost host) =>
    [
        .. Directory.GetFiles(host.At($"etc/iscsi/nodes/{Target}"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(host.At($"etc/iscsi/nodes/{Target}"), path)).Order(StringComparer.Ordinal)
    ];

    private static bool IsLogin(ToolCommand command) => command.Arguments.Contains("--login");

    private OpenIscsiInitiator Initiator(IToolRunner tools, HostDeadlines? deadlines = null) => new(_host.Roots, deadlines ?? Patient, tools);

    private IscsiRecord Read(string path) => IscsiRecord.Parse(File.ReadAllText(_host.At(path)));

    private ToolResult LogIn(string netInterface = "default")
    {
        lock (_host)
        {
            _host.AddSession(1, host: 4, Target, "10.99.0.1", 3260);
            _host.Write("sys/devices/platform/host4/session1/iscsi_session/session1/ifacename", netInterface + "\n");
        }

        return ScriptedTools.Done();
    }

    private ToolResult LogOut()
    {
        lock (_host)
        {
            File.Delete(_host.At("sys/class/iscsi_session/session1"));
            File.Delete(_host.At("sys/class/scsi_host/host4"));
            Directory.Delete(_host.At("sys/devices/platform/host4"), recursive: true);
        }

        return ScriptedTools.Done();
    }
}
