using System.Globalization;
using StorageConnect.Plugins.Ceph.Tool;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>
/// Parts of a real cluster that stop: a true error within its deadline, or success; and afterwards everything goes on. Long runs by hand set
/// STORAGECONNECT_LONG_RUNS to the number of changes.
/// </summary>
[Collection(nameof(CephCluster))]
public sealed class CephFaultTests(CephCluster cluster)
{
    private const int ShortRun = 5; // changes
    private const double LongestStop = 500; // ms, well within the time-out of a request
    private static readonly TimeSpan LongestWrite = TimeSpan.FromMinutes(5);
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("osd")]
    [InlineData("mon")]
    public async Task While_a_part_is_stopped_calls_end_with_a_true_error_and_afterwards_they_work(string daemon)
    {
        await using var small = NewCluster();
        await using var array = await CephArray.NewSanAsync(small);
        var element = await array.CreateAsync("db01");

        await small.SignalAsync(daemon, "STOP");
        try
        {
            await Task.WhenAll(
                Expect.FailureAsync<ArrayUnreachableException>("ClusterUnreachable", "osc.catalog", array.ListAsync),
                Assert.ThrowsAsync<ArrayUnreachableException>(() => array.CreateAsync("db02")),
                Assert.ThrowsAsync<ArrayUnreachableException>(() => array.SnapAsync(element, "s1")));
        }
        finally
        {
            await small.SignalAsync(daemon, "CONT");
        }

        await array.WaitAsync();
        Assert.Equal("s1", (await array.SnapAsync(element, "s1")).Name);
        Assert.Equal("db02", (await array.CreateAsync("db02")).Name);
        await AssertSettledAsync(array);
    }

    [Fact]
    public async Task Changes_during_which_the_OSD_stops_for_moments_succeed()
    {
        CephArray.RequireTgt();
        await using var small = NewCluster();
        await using var array = await CephArray.NewIscsiAsync(small);
        var changes = LongRun.Count(ShortRun);
        var (random, seed) = (new Random(7), "7");
        var child = ChildProcess.RunAsync(array.Child("history", [seed, "a", changes.ToString(CultureInfo.InvariantCulture), "0"]), Token);
        while (!child.IsCompleted)
        {
            await small.PauseAsync("osd", TimeSpan.FromMilliseconds(random.NextDouble() * LongestStop));
            await Task.WhenAny(child, Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * LongestStop), Token));
        }

        Assert.Equal((true, changes + 1), ((await child).Ended, (await child).Acknowledged.Length));
        Assert.Equal(CephHistory.States(7, "a", changes)[changes], await CephHistory.StateOfAsync(array));
    }

    [Fact]
    public async Task A_write_of_an_initiator_waits_for_an_OSD_that_does_not_answer_for_longer_than_a_request_of_a_tool_may_take()
    {
        CephArray.RequireTgt();
        await using var small = NewCluster();
        await using var array = await CephArray.NewIscsiAsync(small);
        await array.GroupAsync("hosts", CephArray.Host1);
        var granted = await array.GrantAsync(await array.CreateAsync("db01"), "hosts");
        var (portal, target) = (array.Daemon!.FirstPortal, array.TargetOf(granted));
        await small.SignalAsync("osd", "STOP");
        Task<IscsiTool.Result> write;
        try
        {
            write = IscsiTool.QemuAsync(portal, target, CephArray.Host1, "write -P 0x5a 0 64k", "flush", "read -P 0x5a 0 64k");
            await Task.Delay(ClientConfiguration.RequestTimeout * 3 / 2, Token);
        }
        finally
        {
            await small.SignalAsync("osd", "CONT");
        }

        var written = await write.WaitAsync(LongestWrite, Token);
        Assert.True(written.ExitCode == 0 && !written.Output.Contains("failed", StringComparison.Ordinal), written.Output);
    }

    [Fact]
    public async Task A_client_that_crashed_is_waited_for()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var element = await array.CreateAsync("db01");
        var snapshot = await array.SnapAsync(element, "s1");
        using (var client = await array.OpenElsewhereAsync("db01"))
        {
            client.Kill();
            await client.WaitForExitAsync(Token);
        }

        Assert.False(await array.Plugin.IsRestorableAsync(array.Server, snapshot, element, Token));
        await array.Plugin.SnapRestoreAsync(array.Server, snapshot, element, Token);
        Assert.True(await array.Plugin.IsRestorableAsync(array.Server, snapshot, element, Token));
    }

    /// <summary>A cluster of this test's own: the others' must not stop.</summary>
    private static CephCluster NewCluster() => new() { HasManager = false };

    /// <summary>What was begun and failed is settled by the next uses.</summary>
    private static async Task AssertSettledAsync(CephArray array)
    {
        await array.ListAsync();
        await array.AssertWholeAsync();
    }
}
