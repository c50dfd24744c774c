using StorageConnect.PluginKit.Locks;
using StorageConnect.PluginKit.Targets;
using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local.Export;

/// <summary>A daemon that was restarted, that somebody changed by hand, that a dead process left half done.</summary>
public sealed class DriftTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_under_load_and_restarted_the_whole_export_is_back_after_one_call()
    {
        await using var array = await IscsiArray.NewAsync();
        var elements = new List<StorageElement>();
        for (var i = 0; i < 6; i++)
        {
            elements.Add(await array.ServedAsync($"db{i}"));
        }

        var before = array.Daemon.GetTargets().Select(Shape).ToList();
        using (var stop = new CancellationTokenSource())
        {
            var loads = elements.Take(3).Select(element => Task.Run(() => WriteUntil(array, element, stop.Token), Token)).ToList();
            await Task.Delay(100, Token);
            await array.Daemon.KillAsync();
            await stop.CancelAsync();
            await Task.WhenAll(loads);
        }

        await Assert.ThrowsAsync<ArrayUnreachableException>(array.ValidatedAsync);
        await array.Daemon.RunAsync();
        Assert.Empty(array.Daemon.GetTargets());
        await array.ValidatedAsync();
        Assert.Equal(before.Order(StringComparer.Ordinal), array.Daemon.GetTargets().Select(Shape).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("differs", await array.StatusAsync(), StringComparison.Ordinal);
        Assert.Equal(6, (await IscsiTool.DiscoverAsync(array.Daemon.SecondPortal, IscsiArray.Host1)).Count);
    }

    [Fact]
    public async Task After_a_restart_any_use_of_the_server_brings_the_export_back_in_a_process_that_goes_on()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.ServedAsync("db01");
        await array.Daemon.KillAsync();
        await array.Daemon.RunAsync();
        await array.InfoAsync(element);
        Assert.Single(Assert.Single(array.Daemon.GetTargets()).Units);
    }

    [Fact]
    public async Task What_somebody_changes_by_hand_is_told_and_put_right_on_request_and_not_before()
    {
        await using var array = await IscsiArray.NewAsync();
        var elements = new List<StorageElement>();
        for (var i = 0; i < 6; i++)
        {
            elements.Add(await array.ServedAsync($"db{i}"));
        }

        var pictures = elements.ConvertAll(element => array.Daemon.GetTargets().Single(target => target.Name == array.TargetOf(element)));
        var before = array.Daemon.GetTargets().Select(Shape).Order(StringComparer.Ordinal).ToList();
        string Number(int index) => pictures[index].Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        array.Daemon.Adm("--mode", "target", "--op", "bind", "--tid", Number(0), "--initiator-address", "ALL");
        array.Daemon.Adm("--mode", "target", "--op", "unbind", "--tid", Number(1), "--initiator-name", IscsiArray.Host1);
        array.Daemon.Adm("--mode", "logicalunit", "--op", "delete", "--tid", Number(2), "--lun", "1");
        array.Daemon.Adm("--mode", "logicalunit", "--op", "update", "--tid", Number(3), "--lun", "1", "--params", "scsi_id=6000000000000000000000000000abcd");
        array.Daemon.Adm("--mode", "target", "--op", "delete", "--tid", Number(4));
        array.Daemon.Adm("--mode", "logicalunit", "--op", "new", "--tid", Number(5), "--lun", "9", "--backing-store", Path.Combine(array.Folder, "local.db"));
        array.Daemon.Adm("--mode", "target", "--op", "new", "--tid", "4711", "--targetname", $"{array.TargetOf(elements[0])[..^32]}{Guid.CreateVersion7():N}");
        array.Daemon.Adm("--mode", "target", "--op", "new", "--tid", "4712", "--targetname", "iqn.2001-04.com.example:not-ours");
        var status = await array.StatusAsync();
        Assert.Contains("Export differs from the records: ", status, StringComparison.Ordinal);
        Assert.Contains("; and 4 more. Update-OscStorageElement puts it right", status, StringComparison.Ordinal);
        Assert.Contains("is open to 'ALL'", (await array.InfoAsync(elements[0])).Status, StringComparison.Ordinal);
        Assert.Contains($"is closed to '{IscsiArray.Host1}'", (await array.InfoAsync(elements[1])).Status, StringComparison.Ordinal);
        Assert.Contains("has no logical unit", (await array.InfoAsync(elements[2])).Status, StringComparison.Ordinal);
        Assert.Contains("has another identity", (await array.InfoAsync(elements[3])).Status, StringComparison.Ordinal);
        Assert.Contains("has no target", (await array.InfoAsync(elements[4])).Status, StringComparison.Ordinal);
        Assert.Contains("has a second logical unit (9)", (await array.InfoAsync(elements[5])).Status, StringComparison.Ordinal);

        var updated = await array.Plugin.UpdateStorageElementsAsync(array.Server, [elements[0]], appendAllowed: false, Token);
        Assert.Equal("OK", Assert.Single(updated).Status);
        Assert.DoesNotContain("differs", await array.StatusAsync(), StringComparison.Ordinal);
        Assert.Equal([.. before.Append("iqn.2001-04.com.example:not-ours |  |  | ").Order(StringComparer.Ordinal)],
            array.Daemon.GetTargets().Select(Shape).Order(StringComparer.Ordinal).ToList());
    }

    [Fact]
    public async Task A_process_that_comes_later_reports_what_somebody_changed_by_hand_and_repairs_nothing()
    {
        await using var array = await IscsiArray.NewAsync();
        await array.ServedAsync("db01");
        var number = Assert.Single(array.Daemon.GetTargets()).Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        array.Daemon.Adm("--mode", "target", "--op", "bind", "--tid", number, "--initiator-address", "ALL");
        for (var process = 0; process < 2; process++)
        {
            await using var next = await array.AnotherAsync();
            Assert.Contains("'db01' is open to 'ALL'", await next.StatusAsync(), StringComparison.Ordinal);
        }

        Assert.Empty(Sqlite.Column(Path.Combine(array.Folder, "local.db"), "SELECT id FROM export_pending"));
    }

    [Fact]
    public async Task A_member_comes_and_goes_while_another_process_works_on_one_of_the_elements()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.ServedAsync("db01");
        await array.ServedAsync("db02");
        using (new ElementLocks(Path.Combine(array.Folder, "locks")).TryTake(element.Uuid))
        {
            await array.Plugin.AddToAccessGroupAsync(array.Server, IscsiArray.Host1, [IscsiArray.Host2], Token);
            Assert.All(array.Daemon.GetTargets(), target => Assert.Equal(2, target.Initiators.Count));
            await array.Plugin.RemoveFromAccessGroupAsync(array.Server, IscsiArray.Host1, [IscsiArray.Host2], Token);
            Assert.All(array.Daemon.GetTargets(), target => Assert.Equal([IscsiArray.Host1], target.Initiators));
        }
    }

    [Fact]
    public async Task A_change_whose_process_died_before_the_daemon_knew_is_carried_out_by_the_next()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.ServedAsync("db01");
        var other = await array.CreateAsync("db02");

        // As it is right after the commit: the daemon has heard of nothing.
        var database = Path.Combine(array.Folder, "local.db");
        Sqlite.Execute(database, $"INSERT INTO presentations SELECT e.id, g.id FROM elements e, groups g WHERE e.uuid = '{other.Uuid}'");
        Sqlite.Execute(database, $"INSERT INTO export_pending (element, resized) VALUES ('{other.Uuid}', 0)");
        await using (var next = await array.AnotherAsync())
        {
            Assert.Equal([array.TargetOf(element), array.TargetOf(other)],
                array.Daemon.GetTargets().Select(target => target.Name).Order(StringComparer.Ordinal));
            Assert.DoesNotContain("differs", await next.StatusAsync(), StringComparison.Ordinal);
        }

        // And nothing is done twice: a session that goes on notices nothing.
        using var session = RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(other), IscsiArray.Host1);
        await using var third = await array.AnotherAsync();
        Assert.True(session.IsReady());
    }

    [Fact]
    public async Task A_change_that_is_carried_out_later_leaves_a_pool_that_can_be_opened()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.CreateAsync("db01");
        await array.GroupAsync("hosts", IscsiArray.Host1);
        var file = Path.Combine(array.Folder, "volumes", element.Uuid);
        File.Move(file, file + ".away");
        var error = await Assert.ThrowsAnyAsync<StorageConnectException>(() => array.GrantAsync(element, "hosts"));
        Assert.Equal("ExportNotFollowed", error.ErrorId);
        array.Plugin.Dispose();
        Assert.True(File.Exists(Path.Combine(array.Folder, "local.sum")));

        File.Move(file + ".away", file);
        for (var process = 0; process < 2; process++)
        {
            await using var next = await array.AnotherAsync();
            Assert.Single(Assert.Single(array.Daemon.GetTargets()).Units);
        }
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_volume_is_served_to_nobody()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.CreateAsync("db01");
        await array.GroupAsync("hosts", IscsiArray.Host1);
        var file = Path.Combine(array.Folder, "volumes", element.Uuid);
        var outside = Path.GetTempFileName();
        File.Move(file, outside, overwrite: true);
        File.CreateSymbolicLink(file, outside);
        await array.GrantAsync(element, "hosts");
        Assert.Empty(Assert.Single(array.Daemon.GetTargets()).Units);
        Assert.Equal("Damaged: its file is no regular file", (await array.InfoAsync(element)).Status);
        File.Delete(outside);
    }

    [Fact]
    public async Task A_full_pool_is_served_again_after_a_restart_of_the_daemon_and_can_be_emptied()
    {
        using var mount = LoopMounts.NewMount(PoolKind.Ext4);
        await using var daemon = await TgtDaemon.StartAsync();
        await using var array = await IscsiArray.AtAsync(mount.Folder, daemon, IscsiArray.Chap("user", "secret of 16 ch."));
        var (first, second) = (await array.ServedAsync("db01"), await array.ServedAsync("db02"));
        await array.Plugin.OfflineAsync(array.Server, second, Token);
        array.Plugin.Dispose();
        await daemon.KillAsync();
        await daemon.RunAsync();
        VolumeTests.Fill(Path.Combine(mount.Folder, "rest"));

        await using var next = await array.AnotherAsync();
        Assert.Equal(2, daemon.GetTargets().Count);
        Assert.Equal("OK", (await next.InfoAsync(first)).Status);
        Assert.DoesNotContain("differs", await next.StatusAsync(), StringComparison.Ordinal);
        await next.Plugin.RemoveFromAccessGroupAsync(next.Server, IscsiArray.Host1, [IscsiArray.Host1], Token);
        Assert.Empty(daemon.GetTargets());
        await next.Plugin.OnlineAsync(next.Server, second, Token);
        foreach (var element in new[] { first, second })
        {
            await next.RevokeAsync(element, IscsiArray.Host1);
            await next.Plugin.RemoveAsync(next.Server, element, Token);
        }

        await next.Plugin.RemoveAccessGroupsAsync(next.Server, await next.Plugin.GetAccessGroupsAsync(next.Server, null, Token), Token);
    }

    [Theory]
    [InlineData("present")]
    [InlineData("stopPresenting")]
    [InlineData("offline")]
    public async Task Killed_at_any_step_of_it_a_change_is_carried_out_or_has_never_been(string operation)
    {
        await using var array = await IscsiArray.NewAsync();
        await array.GroupAsync("hosts", IscsiArray.Host1);
        async Task<ChildTask> NextAsync(int number)
        {
            var element = await array.CreateAsync($"{operation}{number}", 1 << 20);
            if (operation != "present")
            {
                await array.GrantAsync(element, "hosts");
            }

            return new(operation, array.Folder, [element.Name, "hosts"]);
        }

        var steps = await ChildProcess.StepsAsync(await NextAsync(0), Token);
        Assert.Contains(steps, step => step.Step == "tgtd");
        for (var i = 0; i < steps.Count; i++)
        {
            var task = await NextAsync(i + 1);
            var (ended, _) = await ChildProcess.RunAsync(task with { Step = steps[i].Step, Hits = steps[i].Hits }, Token);
            Assert.False(ended);
            await using var next = await array.AnotherAsync();
            Assert.DoesNotContain("differs", await next.StatusAsync(), StringComparison.Ordinal);
        }

        // What the records say is what is served.
        var presented = Sqlite.Column(Path.Combine(array.Folder, "local.db"), "SELECT count(DISTINCT element) FROM presentations").Single();
        Assert.Equal(presented, array.Daemon.GetTargets().Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_server_of_type_SAN_on_the_same_pool_keeps_the_export_in_line_too()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.ServedAsync("db01");
        using var san = await TestArray.At(array.Folder).ValidatedAsync();
        await san.Plugin.OfflineAsync(san.Server, element, Token);
        Assert.Empty(Assert.Single(array.Daemon.GetTargets()).Units);
        await san.Plugin.OnlineAsync(san.Server, element, Token);
        Assert.Single(Assert.Single(array.Daemon.GetTargets()).Units);
        await san.Plugin.StopPresentAsync(san.Server, element, [IscsiArray.Host1], Token);
        Assert.Empty(array.Daemon.GetTargets());

        // Where the daemon is gone, there is nothing that it could serve.
        await array.Daemon.KillAsync();
        await san.Plugin.StartPresentAsync(san.Server, element, [IscsiArray.Host1], Token);
        await array.Daemon.RunAsync();
        await array.ValidatedAsync();
        Assert.Single(array.Daemon.GetTargets());
    }

    [Fact]
    public async Task An_initiator_s_alias_with_line_breaks_passes_for_nothing_but_an_alias()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.ServedAsync("db01");
        var target = array.TargetOf(element);
        array.Daemon.Adm("--mode", "target", "--op", "new", "--tid", "2147480000", "--targetname", "iqn.2001-04.com.example:other");
        var forged =
            "x\n    LUN information:\n    Account information:\n    ACL information:\nTarget 2147480000: iqn.2001-04.com.example:other\n    System " +
                "information:\n    I_T nexus information:";
        using var session = RawInitiator.LogIn(array.Daemon.FirstPortal, target, IscsiArray.Host1, forged);
        Assert.True(session.IsReady());
        var odd = await Assert.ThrowsAsync<ArrayUnreachableException>(() => array.StatusAsync());
        Assert.Equal("TargetDaemonListingOdd", odd.ErrorId);
    }

    [Fact]
    public async Task An_alias_that_forges_a_session_does_not_keep_its_own_alive_when_access_is_withdrawn()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.ServedAsync("db01");
        await array.Plugin.AddToAccessGroupAsync(array.Server, IscsiArray.Host1, [IscsiArray.Host2], Token);
        var forged = $"x\n        I_T nexus: 99\n            Initiator: {IscsiArray.Host2}";
        using var session = RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(element), IscsiArray.Host1, forged);
        Assert.True(session.IsReady());

        // As a process leaves it that dies right after the commit.
        var database = Path.Combine(array.Folder, "local.db");
        Sqlite.Execute(database, $"DELETE FROM group_entries WHERE entry = '{IscsiArray.Host1}'");
        Sqlite.Execute(database, $"INSERT INTO export_pending (element, resized) VALUES ('{element.Uuid}', 0)");
        await array.StatusAsync();
        Assert.ThrowsAny<IOException>(() => session.IsReady());
        Assert.Equal([IscsiArray.Host2], Assert.Single(array.Daemon.GetTargets()).Initiators);
    }

    [Fact]
    public async Task A_file_that_was_put_back_from_a_backup_is_told_and_served_after_a_repair()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.ServedAsync("db01");
        await array.ServedAsync("db02");
        var path = Path.Combine(array.Folder, "volumes", element.Uuid);
        var (before, after) = (Enumerable.Repeat((byte)7, 512).ToArray(), Enumerable.Repeat((byte)8, 512).ToArray());
        using var session = RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(element), IscsiArray.Host1);
        Assert.True(session.Write(3, before));
        File.Copy(path, array.Folder + ".backup");
        Assert.True(session.Write(3, after));
        File.Move(path, array.Folder + ".aside");
        File.Move(array.Folder + ".backup", path);

        var status = await array.StatusAsync();
        Assert.Contains("the logical unit of 'db01' is still the storage that was there before", status, StringComparison.Ordinal);
        Assert.DoesNotContain("db02", status, StringComparison.Ordinal);
        Assert.Equal(after, session.Read(3, 512));
        await array.Plugin.UpdateStorageElementsAsync(array.Server, [element], appendAllowed: false, Token);
        Assert.DoesNotContain("differs", await array.StatusAsync(), StringComparison.Ordinal);
        Assert.Equal(before, session.Read(3, 512));
        File.Delete(array.Folder + ".aside");
    }

    [Fact]
    public async Task A_pool_that_was_put_back_from_a_backup_is_what_initiators_get_from_its_next_use_on()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.ServedAsync("db01");
        var (before, after) = (Enumerable.Repeat((byte)7, 512).ToArray(), Enumerable.Repeat((byte)8, 512).ToArray());
        using var session = RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(element), IscsiArray.Host1);
        Assert.True(session.Write(3, before));
        array.Plugin.Dispose();
        LoopMounts.Run("cp", "-a", array.Folder, array.Folder + "-backup");
        Assert.True(session.Write(3, after));
        Directory.Move(array.Folder, array.Folder + "-damaged");
        Directory.Move(array.Folder + "-backup", array.Folder);

        await using var next = await array.AnotherAsync();
        Assert.Equal(before, session.Read(3, 512));
        var status = await next.StatusAsync();
        Assert.Contains("were replaced", status, StringComparison.Ordinal);
        Assert.DoesNotContain("differs", status, StringComparison.Ordinal);
        Directory.Delete(array.Folder + "-damaged", recursive: true);
    }

    [Fact]
    public async Task Without_a_daemon_validate_says_what_to_do()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        await daemon.KillAsync();
        var error = await Assert.ThrowsAsync<ArrayUnreachableException>(() => IscsiArray.AtAsync(LoopMounts.NewFolder(PoolKind.Copy), daemon));
        Assert.Equal("TargetDaemonNotRunning", error.ErrorId);
        Assert.Contains("tgtd", error.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_of_the_first_format_is_taken_over_and_can_be_exported()
    {
        var folder = LoopMounts.NewFolder(PoolKind.Copy);
        using (var old = await TestArray.At(folder).ValidatedAsync())
        {
            await old.CreateAsync("db01");
        }

        var database = Path.Combine(folder, "local.db");
        Sqlite.Execute(database, "DROP TABLE pool; DROP TABLE export; DROP TABLE export_accounts; DROP TABLE export_pending; PRAGMA user_version = 1");
        await using var daemon = await TgtDaemon.StartAsync();
        await using var array = await IscsiArray.AtAsync(folder, daemon);
        Assert.Equal(Schema.Version.ToString(System.Globalization.CultureInfo.InvariantCulture), Sqlite.Column(database, "PRAGMA user_version").Single());
        await array.ServedAsync("db02");
        Assert.Single(daemon.GetTargets());
    }

    private static string Shape(TargetState target) =>
        $"{target.Name} | {string.Join(',', target.Initiators.Concat(target.Addresses))} | {target.Accounts} | " +
        string.Join(';', target.Units.Select(unit => $"{unit.Number} {unit.Naa} {unit.Serial} {unit.Backing?.Path} {unit.Online} {unit.Thin}"));

    private static void WriteUntil(IscsiArray array, StorageElement element, CancellationToken stop)
    {
        try
        {
            using var session = RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(element), IscsiArray.Host1);
            for (var sector = 0; !stop.IsCancellationRequested; sector = (sector + 8) % 1024)
            {
                session.Write(sector, new byte[4096]);
            }
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            // Its daemon was killed: that is what it is for.
        }
    }
}
