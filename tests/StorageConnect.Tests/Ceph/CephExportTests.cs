using System.Diagnostics;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>Elements as initiators see them: through a tgtd that opens the images itself.</summary>
[Collection(nameof(SecondCephCluster))]
public sealed class CephExportTests(CephCluster cluster)
{
    private const long Size = 16 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_granted_element_is_a_LUN_for_its_initiators_alone_and_grows_under_them()
    {
        await using var array = await CephArray.NewIscsiAsync(cluster);
        await array.GroupAsync("hosts", CephArray.Host1);
        var made = await array.CreateAsync("db01", Size);
        var granted = await array.GrantAsync(made, "hosts");
        Assert.Equal(["hosts"], granted.AccessGroupNames);
        var target = array.TargetOf(granted);
        var portal = array.Daemon!.FirstPortal;

        Assert.Equal([target], await IscsiTool.DiscoverAsync(portal, CephArray.Host1));
        Assert.Empty(await IscsiTool.DiscoverAsync(portal, CephArray.Host2));
        var written = await IscsiTool.QemuAsync(portal, target, CephArray.Host1, "write -P 0x5a 0 64k", "flush", "read -P 0x5a 0 64k");
        Assert.True(written.ExitCode == 0 && !written.Output.Contains("failed", StringComparison.Ordinal), written.Output);
        var identity = await IscsiTool.InquireAsync(array.Daemon.SecondPortal, target, CephArray.Host1, 0x83);
        Assert.Contains(made.Page83Id[1..], identity.Output.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

        var grown = await array.Plugin.ResizeAsync(array.Server, made, Size * 2, Token);
        Assert.Equal((Size * 2, target), (grown.SizeBytes, array.TargetOf(grown)));
        Assert.Equal(Size * 2, await IscsiTool.SizeAsync(portal, target, CephArray.Host1));
        Assert.Equal("OK", await array.Plugin.GetStatusAsync(array.Server, made, Token));

        await Expect.FailureAsync<StorageElementBusyException>("StorageElementPresented", "db01", () => array.RemoveAsync(made));
        await array.RevokeAsync(made, "hosts");
        Assert.Empty(array.Daemon.GetTargets());

        // Exported again, it is the same disk.
        Assert.Equal(target, array.TargetOf(await array.GrantAsync(made, "hosts")));
        await array.RevokeAsync(made, "hosts");
        await array.RemoveAsync(made);
    }

    [Fact]
    public async Task A_restarted_daemon_gets_the_export_again()
    {
        await using var array = await CephArray.NewIscsiAsync(cluster);
        await array.GroupAsync("hosts", CephArray.Host1);
        var granted = await array.GrantAsync(await array.CreateAsync("db01"), "hosts");
        await array.Daemon!.KillAsync();
        await array.Daemon.RunAsync();

        Assert.Equal("OK", await array.Plugin.GetStatusAsync(array.Server, granted, Token));
        Assert.Equal([array.TargetOf(granted)], await IscsiTool.DiscoverAsync(array.Daemon.FirstPortal, CephArray.Host1));
    }

    [Fact]
    public async Task A_restore_takes_the_image_away_from_the_daemon_and_gives_it_back()
    {
        await using var array = await CephArray.NewIscsiAsync(cluster);
        await array.GroupAsync("hosts", CephArray.Host1);
        var granted = await array.GrantAsync(await array.CreateAsync("db01"), "hosts");
        var (portal, target) = (array.Daemon!.FirstPortal, array.TargetOf(granted));
        await IscsiTool.QemuAsync(portal, target, CephArray.Host1, "write -P 0x11 0 64k", "flush");
        var snapshot = await array.SnapAsync(granted, "s1");
        await IscsiTool.QemuAsync(portal, target, CephArray.Host1, "write -P 0x22 0 64k", "flush");

        await array.Plugin.SnapRestoreAsync(array.Server, snapshot, granted, Token);

        var read = await IscsiTool.QemuAsync(portal, target, CephArray.Host1, "read -P 0x11 0 64k");
        Assert.True(read.ExitCode == 0 && !read.Output.Contains("failed", StringComparison.Ordinal), read.Output);
    }

    [Fact]
    public async Task A_CHAP_secret_is_asked_for_and_a_restarted_daemon_asks_for_it_as_before()
    {
        const string user = "lab-user";
        const string secret = "Ceph-lab-secret1";
        await using var array = await CephArray.NewIscsiAsync(cluster, null, null, IscsiArray.Chap(user, secret));
        await array.GroupAsync("hosts", CephArray.Host1);
        var granted = await array.GrantAsync(await array.CreateAsync("db01"), "hosts");

        await AssertAsksAsync();
        await array.Daemon!.KillAsync();
        await array.Daemon.RunAsync();
        Assert.Equal("OK", await array.Plugin.GetStatusAsync(array.Server, granted, Token));
        await AssertAsksAsync();

        async Task AssertAsksAsync()
        {
            Assert.Equal(0, await LogInAsync($"{user}%{secret}@"));
            Assert.NotEqual(0, await LogInAsync(""));
            Assert.NotEqual(0, await LogInAsync($"{user}%Ceph-lab-secret2@"));
        }

        async Task<int> LogInAsync(string credentials) =>
            (await IscsiTool.RunAsync("iscsi-inq", "-i", CephArray.Host1, IscsiTool.Url(array.Daemon!.FirstPortal, array.TargetOf(granted), credentials)))
            .ExitCode;
    }

    [Fact]
    public async Task An_offline_element_is_served_to_nobody_and_stays_presented()
    {
        await using var array = await CephArray.NewIscsiAsync(cluster);
        await array.GroupAsync("hosts", CephArray.Host1);
        var granted = await array.GrantAsync(await array.CreateAsync("db01"), "hosts");
        var (portal, target) = (array.Daemon!.FirstPortal, array.TargetOf(granted));
        await IscsiTool.QemuAsync(portal, target, CephArray.Host1, "write -P 0x11 0 64k", "flush");

        await array.Plugin.OfflineAsync(array.Server, granted, Token);
        var offline = await array.InfoAsync(granted);
        Assert.Equal((StorageElementState.Offline, ["hosts"]), (offline.State, offline.AccessGroupNames));
        var refused = await IscsiTool.QemuAsync(portal, target, CephArray.Host1, "read 0 64k");
        Assert.True(refused.ExitCode != 0 || refused.Output.Contains("failed", StringComparison.Ordinal), refused.Output);

        await array.Plugin.OnlineAsync(array.Server, granted, Token);
        Assert.Equal(target, array.TargetOf(await array.InfoAsync(granted)));
        var read = await IscsiTool.QemuAsync(portal, target, CephArray.Host1, "read -P 0x11 0 64k");
        Assert.True(read.ExitCode == 0 && !read.Output.Contains("failed", StringComparison.Ordinal), read.Output);
    }

    [Fact]
    public async Task Two_gateways_never_export_an_element_at_once()
    {
        await using var one = await CephArray.NewIscsiAsync(cluster);
        await using var two = await CephArray.NewIscsiAsync(cluster, one.PoolName);
        await one.GroupAsync("hosts", CephArray.Host1);
        await one.GroupAsync("others", CephArray.Host2);
        var element = await one.GrantAsync(await one.CreateAsync("db01"), "hosts");

        await Expect.FailureAsync<StorageElementBusyException>("ExportedElsewhere", "db01", () => two.GrantAsync(element, "others"));
        Assert.Empty(two.Daemon!.GetTargets());
        Assert.Equal(element.Page83Id, (await two.InfoAsync(element)).Page83Id);

        await one.RevokeAsync(element, "hosts");
        var moved = await two.GrantAsync(element, "others");
        Assert.Equal(one.TargetOf(element), two.TargetOf(moved));
        Assert.Empty(one.Daemon!.GetTargets());
    }

    [Fact]
    public async Task An_element_in_a_namespace_is_managed_and_not_exported()
    {
        var pool = await cluster.NewPoolAsync();
        await cluster.RbdAsync("namespace", "create", $"{pool}/team");
        await using var array = await CephArray.NewIscsiAsync(cluster, $"{pool}/team");
        await array.GroupAsync("hosts", CephArray.Host1);
        var made = await array.CreateAsync("db01");
        Assert.Equal("db01", Assert.Single(await array.ListAsync()).Name);

        await Expect.FailureAsync<NoSuchOperationException>("NoSuchOperation", "db01", () => array.GrantAsync(made, "hosts"));
    }

    [Fact]
    public async Task An_element_whose_restore_was_completed_later_is_served_again()
    {
        await using var array = await CephArray.NewIscsiAsync(cluster);
        await array.GroupAsync("hosts", CephArray.Host1);
        var granted = await array.GrantAsync(await array.CreateAsync("db01"), "hosts");
        var (portal, target) = (array.Daemon!.FirstPortal, array.TargetOf(granted));
        await IscsiTool.QemuAsync(portal, target, CephArray.Host1, "write -P 0x11 0 64k", "flush");
        var snapshot = await array.SnapAsync(granted, "s1");
        await IscsiTool.QemuAsync(portal, target, CephArray.Host1, "write -P 0x22 0 64k", "flush");
        Process? client = null;
        using (new CephStep("rolling back", () =>
        {
            // It can't be completed at once either.
            client = array.OpenElsewhereAsync("db01").GetAwaiter().GetResult();
            throw new ArrayUnreachableException("The network is down.");
        }))
        {
            await Assert.ThrowsAsync<ArrayUnreachableException>(() => array.Plugin.SnapRestoreAsync(array.Server, snapshot, granted, Token));
        }

        using (Assert.IsType<Process>(client))
        {
            Assert.Empty(Assert.Single(array.Daemon.GetTargets()).Units);
            await client.StandardInput.WriteLineAsync("quit");
            await client.WaitForExitAsync(Token);
        }

        await array.ListAsync();
        await array.AssertWholeAsync();
        var read = await IscsiTool.QemuAsync(portal, target, CephArray.Host1, "read -P 0x11 0 64k");
        Assert.True(read.ExitCode == 0 && !read.Output.Contains("failed", StringComparison.Ordinal), read.Output);
    }

    [Fact]
    public async Task Access_that_another_gateway_has_not_withdrawn_yet_is_an_error_however_often_it_is_withdrawn()
    {
        await using var one = await CephArray.NewIscsiAsync(cluster);
        await using var two = await CephArray.NewIscsiAsync(cluster, one.PoolName);
        await one.GroupAsync("hosts", CephArray.Host1, CephArray.Host2);
        var element = await one.GrantAsync(await one.CreateAsync("db01"), "hosts");
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await Expect.FailureAsync<StorageElementBusyException>(
                "AccessNotWithdrawn", "hosts", () => two.Plugin.RemoveFromAccessGroupAsync(two.Server, "hosts", [CephArray.Host2], Token));
        }

        await one.AssertStatusAsync();
        await two.Plugin.RemoveFromAccessGroupAsync(two.Server, "hosts", [CephArray.Host2], Token);
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var error = await Expect.FailureAsync<StorageElementBusyException>("AccessNotWithdrawn", "db01", () => two.RevokeAsync(element, "hosts"));
            Assert.Contains(Environment.MachineName, error.Message, StringComparison.Ordinal);
        }

        await one.AssertStatusAsync();
        await two.RevokeAsync(element, "hosts");
        Assert.Empty(one.Daemon!.GetTargets());
    }

    [Fact]
    public async Task An_image_of_others_whose_name_has_a_comma_is_not_exported_under_half_of_it()
    {
        await using var array = await CephArray.NewIscsiAsync(cluster);
        await array.GroupAsync("hosts", CephArray.Host1);
        await cluster.RbdAsync("create", "--size", "16M", array.Image("db01"));
        await cluster.RbdAsync("create", "--size", "16M", array.Image("db01,old"));
        var element = (await array.ListAsync()).Single(found => found.Name == "db01,old");

        await Expect.FailureAsync<NoSuchOperationException>("NoSuchOperation", "db01,old", () => array.GrantAsync(element, "hosts"));

        Assert.Empty(array.Daemon!.GetTargets());
        await array.AssertWholeAsync();
    }
}
