using System.Text;
using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local.Export;

/// <summary>CHAP, with the clients of libiscsi; and where its secrets don't go.</summary>
public sealed class ChapTests
{
    private const string User = "lab-user";
    private const string Secret = "Zq7-lab-secret1";
    private const string ArrayUser = "lab-array";
    private const string ArraySecret = "Xw3-array-secret";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_or_missing_secret_is_turned_away()
    {
        await using var array = await IscsiArray.NewAsync(PoolKind.Copy, IscsiArray.Chap(User, Secret));
        var target = array.TargetOf(await array.ServedAsync("db01"));
        Assert.Equal(0, await LogInAsync(array, target, $"{User}%{Secret}@"));
        Assert.NotEqual(0, await LogInAsync(array, target, ""));
        Assert.NotEqual(0, await LogInAsync(array, target, $"{User}%Zq7-lab-secret2@"));
        Assert.NotEqual(0, await LogInAsync(array, target, $"somebody%{Secret}@"));
    }

    [Fact]
    public async Task With_mutual_CHAP_the_target_proves_itself_too()
    {
        await using var array = await IscsiArray.NewAsync(PoolKind.Copy, IscsiArray.Chap(User, Secret, ArrayUser, ArraySecret));
        var target = array.TargetOf(await array.ServedAsync("db01"));
        Assert.Equal(0, await LogInAsync(array, target, $"{User}%{Secret}@", $"?target_user={ArrayUser}&target_password={ArraySecret}"));
        Assert.NotEqual(0, await LogInAsync(array, target, $"{User}%{Secret}@", $"?target_user={ArrayUser}&target_password=Xw3-other-secret"));
        Assert.NotEqual(0, await LogInAsync(array, target, "", $"?target_user={ArrayUser}&target_password={ArraySecret}"));
    }

    [Fact]
    public async Task A_changed_secret_holds_from_then_on_and_a_target_is_never_open_meanwhile()
    {
        await using var array = await IscsiArray.NewAsync(PoolKind.Copy, IscsiArray.Chap(User, Secret));
        var target = array.TargetOf(await array.ServedAsync("db01"));
        array.Server = array.Server with { AccessContexts = [IscsiArray.Chap(User, "Nv5-new-secret1")] };
        await array.ValidatedAsync();
        Assert.NotEqual(0, await LogInAsync(array, target, $"{User}%{Secret}@"));
        Assert.Equal(0, await LogInAsync(array, target, $"{User}%Nv5-new-secret1@"));
        Assert.NotEqual(0, await LogInAsync(array, target, ""));
        array.Server = array.Server with { AccessContexts = [] };
        await array.ValidatedAsync();
        Assert.Equal(0, await LogInAsync(array, target, ""));
        Assert.Empty(TgtTargetDaemon.Open(array.Daemon.Address, Token).GetAccounts(Token));
    }

    [Fact]
    public async Task A_restarted_daemon_asks_for_the_secret_as_before_though_nobody_gave_it_again()
    {
        await using var array = await IscsiArray.NewAsync(PoolKind.Copy, IscsiArray.Chap(User, Secret));
        var target = array.TargetOf(await array.ServedAsync("db01"));
        await array.Daemon.KillAsync();
        await array.Daemon.RunAsync();

        // As the engine does when validate was long ago: the array has its own copy.
        await array.Plugin.GetStatusAsync(array.Server, null, Token);
        Assert.NotEqual(0, await LogInAsync(array, target, ""));
        Assert.Equal(0, await LogInAsync(array, target, $"{User}%{Secret}@"));
    }

    [Fact]
    public async Task A_CHAP_user_that_somebody_else_s_target_has_is_left_alone()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        daemon.Adm("--mode", "target", "--op", "new", "--tid", "1", "--targetname", "iqn.2001-04.com.example:other");
        daemon.Adm("--mode", "account", "--op", "new", "--user", User, "--password", "Another-secret1");
        daemon.Adm("--mode", "account", "--op", "bind", "--tid", "1", "--user", User);
        var folder = LoopMounts.NewFolder(PoolKind.Copy);
        var taken = await Assert.ThrowsAsync<AlreadyExistsException>(() => IscsiArray.AtAsync(folder, daemon, IscsiArray.Chap(User, Secret)));
        Assert.Equal("ChapUserTaken", taken.ErrorId);
        Assert.Equal(User, Assert.Single(Assert.Single(daemon.GetTargets()).Accounts).User);
    }

    [Fact]
    public async Task Secrets_that_prove_nothing_are_refused()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        AccessContext[][] wrong =
        [
            [IscsiArray.Chap(User, Secret, ArrayUser, Secret)],
            [IscsiArray.Chap(User, Secret), IscsiArray.Chap(User, ArraySecret)],
            [IscsiArray.Chap(User, Secret, User, ArraySecret)],
            [IscsiArray.Chap(User, Secret, "one", ArraySecret), IscsiArray.Chap(User, Secret, "two", ArraySecret + "x")],
            [IscsiArray.Chap("a,password=b", Secret)],
            [IscsiArray.Chap(User, "line\nbreak-secret")],
        ];
        foreach (var contexts in wrong)
        {
            var error = await Assert.ThrowsAsync<InvalidStorageArrayException>(() => IscsiArray.AtAsync(LoopMounts.NewFolder(PoolKind.Copy), daemon, contexts));
            Assert.Equal("ChapInvalid", error.ErrorId);
            Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_secret_is_in_no_process_s_arguments_or_environment_and_in_no_file_but_the_private_database()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var folder = LoopMounts.NewFolder(PoolKind.Copy);
        using var ended = new CancellationTokenSource();
        var spy = Task.Run(() => FindInProcesses(Secret, daemon.ProcessId, ended.Token), Token);
        for (var round = 0; round < 5; round++)
        {
            await using var array = await IscsiArray.AtAsync(folder, daemon, IscsiArray.Chap(User, round % 2 == 0 ? Secret : Secret + "2"));
            await array.ServedAsync($"db{round}");
        }

        await ended.CancelAsync();
        Assert.Empty(await spy);
        var bytes = Encoding.UTF8.GetBytes(Secret);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (File.ReadAllBytes(file).AsSpan().IndexOf(bytes) >= 0)
            {
                Assert.StartsWith("local.db", Path.GetFileName(file), StringComparison.Ordinal);
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode);
            }
        }
    }

    [Fact]
    public async Task A_daemon_of_an_unknown_protocol_is_served_by_tgtadm_and_gets_no_secret()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        await using var strange = new StrangeDaemon(daemon);
        var server = IscsiArray.ServerFor(LoopMounts.NewFolder(PoolKind.Copy), daemon, []);
        server = server with { ExtraInfo = server.ExtraInfo!.Replace(daemon.ControlPath, strange.ControlPath, StringComparison.Ordinal) };
        using var plugin = TestArray.NewPlugin();
        var refused = await Assert.ThrowsAsync<NoSuchOperationException>(
            () => plugin.ValidateAsync(server with { AccessContexts = [IscsiArray.Chap(User, Secret)] }, Token));
        Assert.Equal("ChapNotPossible", refused.ErrorId);
        await plugin.ValidateAsync(server, Token);
        var element = await plugin.CreateAsync(server, new() { Name = "db01", SizeBytes = 1 << 20 }, true, null, Token);
        await plugin.CreateAccessGroupsAsync(server, [new() { Name = "hosts", Entries = [IscsiArray.Host1] }], Token);
        await plugin.StartPresentAsync(server, element, ["hosts"], Token);
        Assert.Equal([Assert.Single(daemon.GetTargets()).Name], await IscsiTool.DiscoverAsync(daemon.SecondPortal, IscsiArray.Host1));
        Assert.Equal("OK", await plugin.GetStatusAsync(server, element, Token));
        Assert.DoesNotContain(Secret, strange.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_known_protocol_tgtadm_serves_and_CHAP_is_refused()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var control = new TgtAdm(daemon.Address);
        var export = TgtTargetDaemon.Over(daemon.Address, control, Token);
        Assert.Throws<NoSuchOperationException>(export.RequirePrivateControl);
        Assert.Null(export.Identify(Token));
        var volume = Path.Combine(Path.GetTempPath(), $"volume-{Guid.NewGuid():N}");
        await File.WriteAllBytesAsync(volume, new byte[1 << 20], Token);
        try
        {
            var spec = new TargetSpec
            {
                Element = Guid.CreateVersion7().ToString("N"),
                ElementName = "db01",
                Name = "iqn.2026-01.local.storageconnect:lab.db01",
                Initiators = [IscsiArray.Host1],
                Accounts = [],
                Unit = new()
                {
                    Backing = BackingStore.File(volume),
                    Product = "A LUN",
                    Naa = "6025c0c" + new string('1', 25),
                    Serial = "s1",
                    Size = 1 << 20,
                    Thin = true,
                    WriteThrough = true
                },
            };
            export.Create(spec, 7, Token);
            var target = Assert.Single(export.GetTargets(Token));
            Assert.Empty(TargetDifference.Between(spec, target, new HashSet<int>()));
            using (var session = RawInitiator.LogIn(daemon.FirstPortal, spec.Name, IscsiArray.Host1))
            {
                Assert.False(session.WriteCacheEnabled());
                target = Assert.Single(export.GetTargets(Token));
                Assert.Throws<TargetExistsException>(() => export.Create(spec, 7, Token));
                export.Remove(target, Token);
                Assert.ThrowsAny<IOException>(() => session.IsReady());
            }

            Assert.Empty(export.GetTargets(Token));
            var refused = Assert.Throws<NoSuchOperationException>(() => export.CreateAccount(new(new(User, false), Secret, null), Token));
            Assert.Equal("ChapNotPossible", refused.ErrorId);
            Assert.DoesNotContain(Secret, refused.ToString(), StringComparison.Ordinal);
            Assert.Empty(export.GetAccounts(Token));
        }
        finally
        {
            File.Delete(volume);
        }
    }

    private static async Task<int> LogInAsync(IscsiArray array, string target, string credentials, string query = "") =>
        (await IscsiTool.RunAsync("iscsi-inq", "-i", IscsiArray.Host1, IscsiTool.Url(array.Daemon.FirstPortal, target, credentials, query))).ExitCode;

    /// <summary>Looks at all processes of the machine, again and again.</summary>
    private static List<string> FindInProcesses(string text, int daemon, CancellationToken ended)
    {
        var found = new List<string>();
        do
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
            {
                foreach (var file in (string[])["cmdline", "environ"])
                {
                    try
                    {
                        var content = File.ReadAllText(Path.Combine(folder, file));
                        if (content.Contains(text, StringComparison.Ordinal))
                        {
                            found.Add($"{folder}/{file} (tgtd is {daemon}): {content.Replace('\0', ' ')}");
                        }
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        // It has ended meanwhile, or isn't ours to look at.
                    }
                }
            }
        }
        while (!ended.IsCancellationRequested);

        return found;
    }
}
