using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>What others do in the middle of an operation, between its last look and the change.</summary>
[Collection(nameof(CephCluster))]
public sealed class CephOvertakenTests(CephCluster cluster)
{
    private const long Size = 16 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_that_took_the_name_of_the_one_meant_is_neither_removed_nor_rolled_back_to(bool restores)
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var element = await array.CreateAsync("db01", Size);
        await array.WriteAsync("db01", 'a');
        var snapshot = await array.SnapAsync(element, "s1");
        await array.WriteAsync("db01", 'b');
        using (var step = new CephStep("intent", () =>
        {
            cluster.RbdAsync("snap", "rm", "--no-progress", array.Image("db01@s1")).GetAwaiter().GetResult();
            cluster.RbdAsync("snap", "create", "--no-progress", array.Image("db01@s1")).GetAwaiter().GetResult();
            array.WriteAsync("db01", 'c').GetAwaiter().GetResult();
        }))
        {
            await Expect.FailureAsync<NotFoundException>("SnapshotNotFound", "s1", () => restores
                ? array.Plugin.SnapRestoreAsync(array.Server, snapshot, element, Token)
                : array.Plugin.SnapRemoveAsync(array.Server, snapshot, Token));
            Assert.True(step.WasReached);
        }

        await array.AssertWholeAsync();
        Assert.Equal('c', await array.ReadAsync("db01"));
        Assert.Single(await array.Plugin.GetCurrentSnapsAsync(array.Server, element, Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Interrupted_work_that_another_process_settled_in_the_meantime_is_not_done_again(bool isRenamed)
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var element = await array.CreateAsync("db01", Size);
        await array.WriteAsync("db01", 'a');
        var snapshot = await array.SnapAsync(element, "s1");
        KeyValuePair<string, string> note = default;
        using (new CephStep("rolled back", () => note = array.ReadNotesAsync().GetAwaiter().GetResult()
            .Single(found => found.Key.StartsWith("osc.intent.", StringComparison.Ordinal))))
        {
            await array.Plugin.SnapRestoreAsync(array.Server, snapshot, element, Token);
        }

        // A process died in the middle of it.
        await array.WriteAsync("db01", 'b');
        await cluster.RbdAsync("image-meta", "set", array.Image("osc.catalog"), note.Key, note.Value);
        using (var step = new CephStep(
            "interrupted", () => cluster.RbdAsync("image-meta", "rm", array.Image("osc.catalog"), note.Key).GetAwaiter().GetResult()))
        {
            await array.ListAsync();
            Assert.True(step.WasReached);
        }

        Assert.Equal('b', await array.ReadAsync("db01"));

        // One that is still there is settled, whatever name the snapshot has by now.
        await cluster.RbdAsync("image-meta", "set", array.Image("osc.catalog"), note.Key, note.Value);
        if (isRenamed)
        {
            await cluster.RbdAsync("snap", "rename", array.Image("db01@s1"), array.Image("db01@s2"));
        }

        await array.ListAsync();
        Assert.Equal('a', await array.ReadAsync("db01"));
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task The_elements_of_a_snapshot_of_several_are_members_of_its_group_while_they_are_rolled_back()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var (one, two) = (await array.CreateAsync("db01"), await array.CreateAsync("db02"));
        var snapshot = await array.Plugin.CreateMultiSnapAsync(array.Server, [one, two], new() { Name = "s1" }, Token);
        var members = "";
        using (new CephStep("rolling back", () => members = cluster.RbdAsync(
            "group", "image", "ls", array.Image($"osc.multi.{snapshot.Uuid}")).GetAwaiter().GetResult()))
        {
            await array.Plugin.SnapRestoreAsync(array.Server, snapshot, null, Token);
        }

        Assert.Equal($"{array.Image("db01")} {array.Image("db02")}", string.Join(' ', members.Split().Where(name => name.Length > 0).Order()));
        await array.AssertWholeAsync();

        // Where that can't be, nothing is begun.
        await cluster.RbdAsync("group", "create", array.Image("others"));
        await cluster.RbdAsync("group", "image", "add", array.Image("others"), array.Image("db02"));
        await Expect.FailureAsync<StorageElementBusyException>(
            "ImageInGroup", "db02", () => array.Plugin.SnapRestoreAsync(array.Server, snapshot, null, Token));
        await cluster.RbdAsync("group", "rm", array.Image("others"));
        await array.AssertWholeAsync();
    }

    [Theory]
    [InlineData("rolling back")]
    [InlineData("shrinking")]
    public async Task What_the_cluster_itself_refused_is_not_done_later(string step)
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var element = await array.CreateAsync("db01", Size);
        var snapshot = await array.SnapAsync(element, "s1");
        await array.WriteAsync("db01", 'b');
        using (var reached = new CephStep(step, () => cluster.RbdAsync("lock", "add", array.Image("db01"), "others").GetAwaiter().GetResult()))
        {
            await Assert.ThrowsAnyAsync<StorageConnectException>(() => step == "shrinking"
                ? array.Plugin.ResizeAsync(array.Server, element, Size / 2, Token)
                : array.Plugin.SnapRestoreAsync(array.Server, snapshot, null, Token));
            Assert.True(reached.WasReached);
        }

        var holder = (await cluster.RbdAsync("lock", "ls", array.Image("db01"))).Split('\n').Single(line => line.Contains("client.", StringComparison.Ordinal));
        await cluster.RbdAsync("lock", "rm", array.Image("db01"), "others", holder.Split(' ')[0]);
        await array.ListAsync();
        Assert.Equal(('b', Size), (await array.ReadAsync("db01"), (await array.InfoAsync(element)).SizeBytes));
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task An_element_that_gets_the_name_of_one_that_is_removed_at_that_moment_keeps_it()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        await using var other = await array.AnotherAsync();
        var removed = await array.CreateAsync("a/b", Size);
        using (var step = new CephStep("removed", () => other.CreateAsync("a/b", Size).GetAwaiter().GetResult()))
        {
            await array.RemoveAsync(removed);
            Assert.True(step.WasReached);
        }

        Assert.Equal("a/b", Assert.Single(await array.ListAsync()).Name);
        await array.RemoveAsync(Assert.Single(await array.ListAsync()));
        Assert.DoesNotContain(await array.ReadNotesAsync(), note => note.Key.StartsWith("osc.name.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_that_was_not_written_whole_goes_even_while_the_cluster_remembers_who_wrote_it()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        using (var step = new CephStep("written", () =>
        {
            var image = cluster.RbdAsync("ls", array.PoolName).GetAwaiter().GetResult().Split('\n')
                .Single(name => name.StartsWith("osc.thick.", StringComparison.Ordinal));
            using var client = array.OpenElsewhereAsync(image).GetAwaiter().GetResult();
            client.Kill();
            client.WaitForExit();
            throw new OperationCanceledException();
        }))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => array.CreateAsync("db01", Size, thin: false));
            Assert.True(step.WasReached);
        }

        Assert.DoesNotContain("osc.thick.", await cluster.RbdAsync("ls", array.PoolName), StringComparison.Ordinal);
    }
}
