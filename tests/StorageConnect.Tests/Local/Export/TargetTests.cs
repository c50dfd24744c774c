using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local.Export;

/// <summary>Elements as iSCSI LUNs, seen with the clients of libiscsi and QEMU.</summary>
public sealed class TargetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_presented_element_is_a_LUN_with_the_record_s_size_and_identity()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.ServedAsync("db01", size: 12 << 20);
        var target = array.TargetOf(element);
        Assert.Matches(@"^iqn\.2026-01\.local\.storageconnect:iscsi-lab-b{8}\.[0-9a-f]{32}$", target);
        foreach (var portal in (string[])[array.Daemon.FirstPortal, array.Daemon.SecondPortal])
        {
            Assert.Equal([target], await IscsiTool.DiscoverAsync(portal, IscsiArray.Host1));
            Assert.Equal(12 << 20, await IscsiTool.SizeAsync(portal, target, IscsiArray.Host1));
            using var session = RawInitiator.LogIn(portal, target, IscsiArray.Host1);
            Assert.Equal(element.Page83Id, Page83.ToMultipathId(session.Inquire(0x83)));
        }

        Assert.Contains(element.Uuid, (await IscsiTool.InquireAsync(array.Daemon.FirstPortal, target, IscsiArray.Host1, 0x80)).Output,
            StringComparison.Ordinal);
        Assert.Contains(element.Page83Id[1..], (await IscsiTool.InquireAsync(array.Daemon.FirstPortal, target, IscsiArray.Host1, 0x83)).Output,
            StringComparison.Ordinal);
        Assert.Equal(0, (await IscsiTool.InquireAsync(array.Daemon.FirstPortal, target, IscsiArray.Host1, 0xB0)).ExitCode);
        Assert.Contains("lbpu:1", (await IscsiTool.InquireAsync(array.Daemon.FirstPortal, target, IscsiArray.Host1, 0xB2)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_killed_process_left_half_cut_off_is_settled_before_it_is_served(bool wasServed)
    {
        await using var array = await IscsiArray.NewAsync();
        await array.GroupAsync("hosts", IscsiArray.Host1);
        var element = await array.CreateAsync("db01", size: 8 << 20);
        if (wasServed)
        {
            await array.GrantAsync(element, "hosts");
        }

        Sqlite.Execute(Path.Combine(array.Folder, "local.db"), $"INSERT INTO intents VALUES ('{element.Uuid}', 2, {4 << 20}, NULL)");
        if (!wasServed)
        {
            await array.GrantAsync(element, "hosts");
        }

        await array.StatusAsync();

        Assert.Equal(4 << 20, await IscsiTool.SizeAsync(array.Daemon.FirstPortal, array.TargetOf(element), IscsiArray.Host1));
        Assert.Equal(4 << 20, (await array.InfoAsync(element)).SizeBytes);
    }

    [Fact]
    public async Task Data_written_through_one_portal_is_read_through_the_other()
    {
        await using var array = await IscsiArray.NewAsync();
        var target = array.TargetOf(await array.ServedAsync("db01"));
        var written = await IscsiTool.QemuAsync(array.Daemon.FirstPortal, target, IscsiArray.Host1, "write -P 0x5a 1M 64k", "flush");
        Assert.True(written.ExitCode == 0, written.Output);
        var read = await IscsiTool.QemuAsync(array.Daemon.SecondPortal, target, IscsiArray.Host1, "read -P 0x5a 1M 64k", "read -P 0 2M 64k");
        Assert.True(read.ExitCode == 0, read.Output);
        Assert.DoesNotContain("verification failed", read.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clone_holds_what_was_written_before_its_snapshot_and_nothing_later()
    {
        await using var array = await IscsiArray.NewAsync(PoolKind.Xfs);
        var element = await array.ServedAsync("db01");
        var target = array.TargetOf(element);
        Assert.Equal(0, (await IscsiTool.QemuAsync(array.Daemon.FirstPortal, target, IscsiArray.Host1, "write -P 0x11 0 64k", "flush")).ExitCode);
        var snapshot = await array.Plugin.CreateSnapAsync(array.Server, element, null, Token);
        Assert.Equal(0, (await IscsiTool.QemuAsync(array.Daemon.FirstPortal, target, IscsiArray.Host1, "write -P 0x22 0 64k", "flush")).ExitCode);
        var clone = await array.GrantAsync(await array.Plugin.CloneFromSnapAsync(array.Server, element, snapshot, null, null, Token), IscsiArray.Host1);
        var read = await IscsiTool.QemuAsync(array.Daemon.SecondPortal, array.TargetOf(clone), IscsiArray.Host1, "read -P 0x11 0 64k");
        Assert.True(read.ExitCode == 0, read.Output);
        Assert.DoesNotContain("verification failed", read.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_initiator_in_no_group_finds_nothing_and_gets_nothing()
    {
        await using var array = await IscsiArray.NewAsync();
        var target = array.TargetOf(await array.ServedAsync("db01"));
        Assert.Empty(await IscsiTool.DiscoverAsync(array.Daemon.FirstPortal, IscsiArray.Host2));
        Assert.NotEqual(0, (await IscsiTool.RunAsync("iscsi-inq", "-i", IscsiArray.Host2, IscsiTool.Url(array.Daemon.FirstPortal, target))).ExitCode);
        Assert.Equal(0, (await IscsiTool.RunAsync("iscsi-inq", "-i", IscsiArray.Host1, IscsiTool.Url(array.Daemon.FirstPortal, target))).ExitCode);
    }

    [Fact]
    public async Task There_is_a_target_while_an_iSCSI_initiator_may_use_the_element_and_none_before_or_after()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.CreateAsync("db01");
        await array.GroupAsync("empty");
        await array.GrantAsync(element, "empty");
        Assert.Empty(array.Daemon.GetTargets());
        await array.Plugin.AddToAccessGroupAsync(array.Server, "empty", [IscsiArray.Host1], Token);
        Assert.Equal([IscsiArray.Host1], Assert.Single(array.Daemon.GetTargets()).Initiators);
        await array.RevokeAsync(element, "empty");
        Assert.Empty(array.Daemon.GetTargets());
        await array.Plugin.RemoveAsync(array.Server, element, Token);
    }

    [Fact]
    public async Task Several_groups_see_one_logical_unit_and_the_ACL_is_their_union()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.CreateAsync("db01");
        await array.GroupAsync("one", IscsiArray.Host1, IscsiArray.Host2);
        await array.GroupAsync("two", IscsiArray.Host2, "iqn.2001-04.com.example:host3");
        await array.GrantAsync(element, "one", "two");
        var target = Assert.Single(array.Daemon.GetTargets());
        Assert.Equal([IscsiArray.Host1, IscsiArray.Host2, "iqn.2001-04.com.example:host3"], target.Initiators.Order(StringComparer.Ordinal));
        Assert.Equal(1, Assert.Single(target.Units).Number);
        await array.RevokeAsync(element, "one");
        Assert.Equal([IscsiArray.Host2, "iqn.2001-04.com.example:host3"], Assert.Single(array.Daemon.GetTargets()).Initiators.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_is_removed_from_a_group_is_cut_off_at_once_and_the_others_stay()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.CreateAsync("db01");
        await array.GroupAsync("hosts", IscsiArray.Host1, IscsiArray.Host2);
        await array.GrantAsync(element, "hosts");
        var target = array.TargetOf(element);
        using var stays = RawInitiator.LogIn(array.Daemon.FirstPortal, target, IscsiArray.Host1);
        using var goes = RawInitiator.LogIn(array.Daemon.SecondPortal, target, IscsiArray.Host2);
        Assert.True(stays.IsReady());
        Assert.True(goes.IsReady());
        await array.Plugin.RemoveFromAccessGroupAsync(array.Server, "hosts", [IscsiArray.Host2], Token);
        Assert.ThrowsAny<IOException>(() => goes.IsReady());
        Assert.Throws<InvalidOperationException>(() => RawInitiator.LogIn(array.Daemon.FirstPortal, target, IscsiArray.Host2));
        Assert.True(stays.IsReady());
        await array.RevokeAsync(element, "hosts");
        Assert.ThrowsAny<IOException>(() => stays.IsReady());
        Assert.Empty(array.Daemon.GetTargets());
    }

    [Fact]
    public async Task A_session_that_is_logged_in_sees_the_new_size()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.ServedAsync("db01", size: 8 << 20);
        using var session = RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(element), IscsiArray.Host1);
        Assert.True(session.Write(16, new byte[512]));
        await array.Plugin.ResizeAsync(array.Server, element, (8 << 20) + 512, Token);
        Assert.Equal((8 << 20) + 512, session.SizeBytes());
        Assert.Equal(element.Page83Id, Page83.ToMultipathId(session.Inquire(0x83)));
        Assert.True(session.Write(8 << 11, new byte[512]));
        var busy = await Assert.ThrowsAsync<StorageElementBusyException>(() => array.Plugin.ResizeAsync(array.Server, element, 1 << 20, Token));
        Assert.Contains(IscsiArray.Host1, busy.Message, StringComparison.Ordinal);
        Assert.Equal((8 << 20) + 512, session.SizeBytes());
        session.Dispose();
        await WhenFreeAsync(array);
        await array.Plugin.ResizeAsync(array.Server, element, 1 << 20, Token);
        Assert.Equal(1 << 20, await IscsiTool.SizeAsync(array.Daemon.FirstPortal, array.TargetOf(element), IscsiArray.Host1));
    }

    [Fact]
    public async Task Nothing_is_promised_that_a_session_stands_in_the_way_of()
    {
        await using var array = await IscsiArray.NewAsync(PoolKind.Xfs);
        var element = await array.ServedAsync("db01");
        var snapshot = await array.Plugin.CreateSnapAsync(array.Server, element, null, Token);
        PlannedChange[] changes =
        [
            new(GuideMethod.Resize) { Elements = [element], SizeBytes = 1 << 20 },
            new(GuideMethod.SetQos) { Elements = [element] },
            new(GuideMethod.SnapRestore) { Elements = [snapshot, element] },
            new(GuideMethod.SnapRestore) { Elements = [snapshot] },
        ];
        using (RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(element), IscsiArray.Host1))
        {
            foreach (var change in changes)
            {
                var busy = await Assert.ThrowsAsync<StorageElementBusyException>(() => array.Plugin.CheckChangeAsync(array.Server, change, Token));
                Assert.Contains(IscsiArray.Host1, busy.Message, StringComparison.Ordinal);
            }

            // Ends the sessions itself.
            await array.Plugin.CheckChangeAsync(array.Server, new(GuideMethod.Offline) { Elements = [element] }, Token);
        }

        await WhenFreeAsync(array);
        foreach (var change in changes)
        {
            await array.Plugin.CheckChangeAsync(array.Server, change, Token);
        }
    }

    [Fact]
    public async Task Offline_takes_the_LUN_away_and_online_brings_it_back_with_its_data()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.ServedAsync("db01");
        using var session = RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(element), IscsiArray.Host1);
        var data = Enumerable.Repeat((byte)7, 512).ToArray();
        Assert.True(session.Write(3, data));
        await array.Plugin.OfflineAsync(array.Server, element, Token);
        Assert.False(session.IsReady());
        Assert.Empty(Assert.Single(array.Daemon.GetTargets()).Units);
        Assert.DoesNotContain("differs", await array.StatusAsync(), StringComparison.Ordinal);
        await array.Plugin.OnlineAsync(array.Server, element, Token);
        Assert.Equal(data, session.Read(3, 512));
        Assert.Equal(element.Page83Id, Page83.ToMultipathId(session.Inquire(0x83)));
    }

    [Fact]
    public async Task Under_a_load_without_a_pause_too_it_grows_goes_offline_and_comes_back_and_the_sessions_stay()
    {
        await using var array = await IscsiArray.NewAsync();
        var element = await array.ServedAsync("db01");
        var target = array.TargetOf(element);
        using var stop = new CancellationTokenSource();
        var begun = Enumerable.Range(0, 4).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToList();
        var loads = begun.ConvertAll(began => Task.Run(
            () =>
            {
                using var session = RawInitiator.LogIn(array.Daemon.FirstPortal, target, IscsiArray.Host1);
                for (var sector = 0; !stop.IsCancellationRequested; sector = (sector + 8) % 8192)
                {
                    // It may fail while the unit isn't there; the session must not.
                    _ = session.Write(sector, new byte[4096]);
                    began.TrySetResult();
                }

                return session.IsReady();
            },
            Token));
        await Task.WhenAll(begun.Select(began => began.Task));
        await array.Plugin.ResizeAsync(array.Server, element, 16 << 20, Token);
        Assert.Equal(16 << 20, await IscsiTool.SizeAsync(array.Daemon.SecondPortal, target, IscsiArray.Host1));
        await array.Plugin.OfflineAsync(array.Server, element, Token);
        Assert.Empty(Assert.Single(array.Daemon.GetTargets()).Units);
        await array.Plugin.OnlineAsync(array.Server, element, Token);
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(loads), Assert.True);
        Assert.DoesNotContain("differs", await array.StatusAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_is_restored_only_while_no_initiator_uses_the_element()
    {
        await using var array = await IscsiArray.NewAsync(PoolKind.Xfs);
        var element = await array.ServedAsync("db01");
        using var session = RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(element), IscsiArray.Host1);
        var before = Enumerable.Repeat((byte)1, 512).ToArray();
        Assert.True(session.Write(0, before));
        var snapshot = await array.Plugin.CreateSnapAsync(array.Server, element, null, Token);
        Assert.True(session.Write(0, Enumerable.Repeat((byte)2, 512).ToArray()));
        Assert.False(await array.Plugin.IsRestorableAsync(array.Server, snapshot, element, Token));
        var busy = await Assert.ThrowsAsync<StorageElementBusyException>(() => array.Plugin.SnapRestoreAsync(array.Server, snapshot, element, Token));
        Assert.Contains($"{IscsiArray.Host1} (127.0.0.1)", busy.Message, StringComparison.Ordinal);
        session.Dispose();
        await WhenFreeAsync(array);
        Assert.True(await array.Plugin.IsRestorableAsync(array.Server, snapshot, element, Token));
        await array.Plugin.SnapRestoreAsync(array.Server, snapshot, element, Token);
        using var again = RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(element), IscsiArray.Host1);
        Assert.Equal(before, again.Read(0, 512));
    }

    [Fact]
    public async Task A_multi_snapshot_is_made_of_exported_elements_that_nobody_uses()
    {
        await using var array = await IscsiArray.NewAsync(PoolKind.Xfs);
        var one = await array.ServedAsync("one");
        var two = await array.ServedAsync("two");
        using (RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(two), IscsiArray.Host1))
        {
            var busy = await Assert.ThrowsAsync<StorageElementBusyException>(() => array.Plugin.CreateMultiSnapAsync(array.Server, [one, two], null, Token));
            Assert.Contains("'two'", busy.Message, StringComparison.Ordinal);
        }

        await WhenFreeAsync(array);
        var snapshot = await array.Plugin.CreateMultiSnapAsync(array.Server, [one, two], null, Token);
        Assert.Equal(2, snapshot.SourceUuids.Count);
        Assert.All(array.Daemon.GetTargets(), target => Assert.Single(target.Units));
        Assert.DoesNotContain("differs", await array.StatusAsync(), StringComparison.Ordinal);
    }

    /// <summary>tgtd notices a moment later that a session is gone.</summary>
    private static async Task WhenFreeAsync(IscsiArray array)
    {
        while (array.Daemon.GetTargets().Any(target => target.Sessions.Count > 0))
        {
            await Task.Delay(5, Token);
        }
    }
}
