using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>What an element takes, and what would become free with it: blocks that are shared belong to nobody alone.</summary>
public sealed class UsageTests
{
    private const int Written = 1 << 20;

    [Theory]
    [MemberData(nameof(TestArray.ReflinkKinds), MemberType = typeof(TestArray))]
    public async Task Shared_blocks_are_used_by_each_and_unique_to_none(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v", 8 << 20);
        Assert.Equal((0, 0), await UsageAsync(array, volume));
        await array.WriteAsync(volume, 1, Written);
        Assert.Equal((Written, Written), await UsageAsync(array, volume));

        var snapshot = await array.SnapAsync(volume, "s");
        var clone = await array.CloneAsync(volume, "c");

        foreach (var element in new[] { volume, snapshot, clone })
        {
            Assert.Equal((Written, 0), await UsageAsync(array, element));
        }

        await array.WriteAsync(clone, 2, Written / 2);
        Assert.Equal((Written, Written / 2), await UsageAsync(array, clone));

        // Both others go: what is left is its own.
        await array.RemoveSnapAsync(snapshot);
        await array.RemoveAsync(volume);
        // XFS gives the blocks of removed files back a little later.
        var backoff = new StorageConnect.Linux.Waiting.Backoff(TimeSpan.FromSeconds(30));
        while (await UsageAsync(array, clone) != (Written, Written))
        {
            Assert.True(backoff.Wait(TestContext.Current.CancellationToken), $"{await UsageAsync(array, clone)}");
        }
    }

    [Fact]
    public async Task What_two_members_of_a_snapshot_share_counts_once()
    {
        using var array = await TestArray.NewAsync(PoolKind.Btrfs);
        var volume = await array.CreateAsync("v", 8 << 20);
        await array.WriteAsync(volume, 1, Written);
        var clone = await array.CloneAsync(volume, "c");

        var both = await array.MultiSnapAsync("both", volume, clone);

        Assert.Equal((Written, 0), await UsageAsync(array, both));
    }

    [Fact]
    public async Task Reserved_blocks_are_used()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);

        Assert.Equal((4 << 20, 4 << 20), await UsageAsync(array, await array.CreateAsync("thick", 4 << 20, thin: false)));
    }

    [Fact]
    public async Task Nobody_opens_a_volume_that_somebody_works_on()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync("v");
        using var held = new StorageConnect.PluginKit.Locks.ElementLocks(Path.Combine(array.Folder, "locks")).TryTake(volume.Uuid);

        Assert.Equal((null, null), await UsageAsync(array, volume));
    }

    [Fact]
    public async Task A_volume_whose_file_is_gone_has_none()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync("v");
        File.Delete(await array.PathAsync(volume));

        Assert.Equal((null, null), await UsageAsync(array, volume));
    }

    private static async Task<(long? Used, long? Unique)> UsageAsync(TestArray array, StorageElement element)
    {
        var now = await array.InfoAsync(element);
        return (now.UsedBytes, now.UniqueBytes);
    }
}
