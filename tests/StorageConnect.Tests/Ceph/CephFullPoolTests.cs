using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>A pool that reached its quota takes no data. It can be emptied, and access to what is in it can be withdrawn.</summary>
[Collection(nameof(SecondCephCluster))]
public sealed class CephFullPoolTests(CephCluster cluster)
{
    private static readonly TimeSpan FullWithin = TimeSpan.FromMinutes(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_pool_is_told_and_everything_that_frees_room_or_withdraws_access_works_there()
    {
        await using var array = await CephArray.NewIscsiAsync(cluster);
        var plugin = array.Plugin;
        await array.GroupAsync("hosts", CephArray.Host1, CephArray.Host2);
        await array.GroupAsync("unused", CephArray.Host1);
        var granted = await array.GrantAsync(await array.CreateAsync("granted"), "hosts");
        var other = await array.GrantAsync(await array.CreateAsync("other"), "hosts");
        var spare = await array.CreateAsync("spare");
        var snapshot = await array.SnapAsync(spare, "s1");
        var both = await plugin.CreateMultiSnapAsync(array.Server, [granted, spare], new() { Name = "both" }, Token);
        await array.WriteAsync("spare", 'x', 8 << 20);

        // Where an initiator has written, tgtd's client holds a lock, and closing takes three times as long.
        var written = await IscsiTool.QemuAsync(array.Daemon!.FirstPortal, array.TargetOf(granted), CephArray.Host1, "write -P 0x5a 0 64k", "flush");
        Assert.True(written.ExitCode == 0, written.Output);
        await using var quota = await Quota.ReachAsync(array);

        var failure = await Expect.FailureAsync<LimitExceededException>("ClusterFull", "more", () => array.CreateAsync("more"));
        Assert.Contains("full", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["granted", "other", "spare"], (await array.ListAsync()).Select(element => element.Name).Order());
        Assert.Contains("POOL_FULL", await plugin.GetStatusAsync(array.Server, null, Token), StringComparison.Ordinal);

        Assert.Empty((await array.RevokeAsync(granted, "hosts")).AccessGroupNames);
        Assert.Equal([array.TargetOf(other)], array.Daemon!.GetTargets().Select(target => target.Name));
        var left = await plugin.RemoveFromAccessGroupAsync(array.Server, "hosts", [CephArray.Host2], Token);
        Assert.Equal([CephArray.Host1], left.Entries);
        await plugin.OfflineAsync(array.Server, other, Token);
        Assert.Equal(StorageElementState.Offline, (await array.InfoAsync(other)).State);
        await plugin.RemoveAccessGroupsAsync(array.Server, [new() { Name = "unused" }], Token);
        await plugin.SnapRemoveAsync(array.Server, snapshot, Token);
        await plugin.SnapRemoveAsync(array.Server, both, Token);
        Assert.Empty(await plugin.GetCurrentSnapsAsync(array.Server, null, Token));
        await array.RemoveAsync(spare);
        await array.RemoveAsync(granted);
        Assert.Equal("other", Assert.Single(await array.ListAsync()).Name);
        Assert.Equal("hosts", Assert.Single(await plugin.GetAccessGroupsAsync(array.Server, null, Token)).Name);
    }

    /// <summary>A quota below what is written. It is lifted at the end: the cluster's health is asked by other tests, too.</summary>
    private sealed class Quota(CephArray array) : IAsyncDisposable
    {
        /// <summary>Sets it, and waits until the cluster has noticed.</summary>
        public static async Task<Quota> ReachAsync(CephArray array)
        {
            var quota = new Quota(array);
            try
            {
                await quota.SetAsync("1048576");
                var backoff = new Backoff(FullWithin, longest: TimeSpan.FromMilliseconds(250));
                while (!(await array.Cluster.CephAsync("health", "detail")).Contains($"'{array.PoolName}' is full", StringComparison.Ordinal))
                {
                    Assert.True(await backoff.WaitAsync(Token), await array.Cluster.CephAsync("health", "detail"));
                }
            }
            catch
            {
                await quota.DisposeAsync();
                throw;
            }

            return quota;
        }

        public async ValueTask DisposeAsync() => await SetAsync("0");

        private Task<string> SetAsync(string bytes) => array.Cluster.CephAsync("osd", "pool", "set-quota", array.PoolName, "max_bytes", bytes);
    }
}
