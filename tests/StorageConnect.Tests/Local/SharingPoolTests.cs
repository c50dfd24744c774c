using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>Snapshots, clones, splits and restores where blocks can be shared.</summary>
public sealed class SharingPoolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(TestArray.ReflinkKinds), MemberType = typeof(TestArray))]
    public async Task Bytes_written_before_the_snapshot_are_in_the_clone_and_bytes_written_after_are_not(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("db01", 1 << 20);
        await array.WriteAsync(volume, 1);
        var snapshot = await array.SnapAsync(volume, "before");
        await array.WriteAsync(volume, 2);
        var old = await array.CloneFromSnapAsync(volume, snapshot, "old");
        var now = await array.CloneAsync(volume, "now");

        Assert.Equal(1, await array.ReadAsync(old));
        Assert.Equal(2, await array.ReadAsync(now));
        await array.WriteAsync(old, 3);
        Assert.Equal(2, await array.ReadAsync(volume));
        Assert.Equal(3, await array.ReadAsync(old));
        Assert.Equal(2, await array.ReadAsync(now));

        Assert.Equal(StorageElementType.Snapshot, snapshot.Type);
        Assert.Equal([volume.Uuid], snapshot.SourceUuids);
        Assert.Equal([snapshot.Uuid], old.SourceUuids);
        Assert.Equal([volume.Uuid], now.SourceUuids);
        Assert.All(new[] { old, now }, clone => Assert.Equal(StorageElementType.SnapClone, clone.Type));
        Assert.NotEqual(old.Page83Id, now.Page83Id);
        Assert.All(new[] { snapshot, old, now }, made => Assert.Null(made.AsyncProgress));
        Assert.Equal([old, now], await array.Plugin.GetCurrentClonesAsync(array.Server, volume, Token));
        Assert.Equal([old], await array.Plugin.GetCurrentClonesAsync(array.Server, snapshot, Token));
        Assert.Equal([old, now], await array.Plugin.GetCurrentClonesAsync(array.Server, null, Token));
        Assert.Equal([snapshot], await array.SnapsAsync(volume));
        Assert.Empty(await array.SnapsAsync(now));
        Assert.DoesNotContain(await array.ListAsync(new() { Types = [.. Enum.GetValues<StorageElementType>()] }),
            element => element.Type == StorageElementType.Snapshot);
        await array.AssertWholeAsync();
    }

    [Theory]
    [MemberData(nameof(TestArray.ReflinkKinds), MemberType = typeof(TestArray))]
    public async Task Nothing_depends_on_a_snapshot_or_source_once_it_is_cloned(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v");
        await array.WriteAsync(volume, 5);
        var snapshot = await array.SnapAsync(volume, "s");
        var clone = await array.CloneFromSnapAsync(volume, snapshot, "c");
        await array.RemoveSnapAsync(snapshot);
        await array.RemoveAsync(volume);
        Assert.Equal(5, await array.ReadAsync(clone));

        // The source's name goes with the source; its Uuid stays.
        Assert.Equal(clone with { SourceNames = [""] }, Assert.Single(await array.ListAsync()));
        await array.AssertWholeAsync();
    }

    [Theory]
    [MemberData(nameof(TestArray.ReflinkKinds), MemberType = typeof(TestArray))]
    public async Task A_split_clone_shares_no_block_and_is_a_LUN_with_the_same_bytes_and_holes(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v", 64 << 20);
        await array.WriteAsync(volume, 6, 3 << 20, 1 << 20);
        var clone = await array.CloneAsync(volume, "c");
        Assert.True(IsShared(await array.PathAsync(clone)));
        if (kind == PoolKind.Btrfs)
        {
            Assert.False(await array.Plugin.IsSplittableAsync(array.Server, clone, Token));
            await array.FailsAsync<StorageElementBusyException>(array.Plugin.SplitCloneAsync(array.Server, clone, Token), "StorageElementOnline");
            await array.OfflineAsync(clone);
        }

        Assert.True(await array.Plugin.IsSplittableAsync(array.Server, clone, Token));
        var split = await array.Plugin.SplitCloneAsync(array.Server, clone, Token);
        await array.OnlineAsync(clone);
        Assert.Equal(StorageElementType.Lun, split.Type);
        Assert.False(IsShared(await array.PathAsync(clone)));
        Assert.Equal(6, await array.ReadAsync(clone, (4 << 20) - 1));
        Assert.Equal(0, await array.ReadAsync(clone, 4 << 20));
        using (var file = LinuxFile.Open(await array.PathAsync(clone), write: false))
        {
            Assert.Equal(3 << 20, LinuxFile.CountData(file));
        }

        Assert.False(await array.Plugin.IsSplittableAsync(array.Server, clone, Token));
        Assert.False(await array.Plugin.IsSplittableAsync(array.Server, volume, Token));
        Assert.Empty(await array.Plugin.GetCurrentClonesAsync(array.Server, volume, Token));
    }

    [Theory]
    [MemberData(nameof(TestArray.ReflinkKinds), MemberType = typeof(TestArray))]
    public async Task A_split_that_can_not_fit_is_refused_at_once_and_uses_no_room(PoolKind kind)
    {
        using var mount = LoopMounts.NewMount(kind);
        using var array = await TestArray.At(mount.Folder).ValidatedAsync();
        var volume = await array.CreateAsync("v", 100 << 20);
        await array.WriteAsync(volume, 6, 100 << 20);
        var clone = await array.CloneAsync(volume, "c");
        await array.OfflineAsync(clone);
        var whole = await FreeAsync();
        using (var rest = LinuxFile.Create(Path.Combine(mount.Folder, "rest")))
        {
            LinuxFile.Reserve(rest, 0, whole - (80 << 20));
        }

        LoopMounts.Run("sync", "-f", mount.Folder);
        var before = await FreeAsync();
        await array.FailsAsync<LimitExceededException>(
            array.Plugin.CheckChangeAsync(array.Server, new(GuideMethod.SplitClone) { Elements = [clone] }, Token), "OutOfSpace");
        await array.FailsAsync<LimitExceededException>(array.Plugin.SplitCloneAsync(array.Server, clone, Token), "OutOfSpace");
        LoopMounts.Run("sync", "-f", mount.Folder);
        Assert.InRange(await FreeAsync(), before - (8 << 20), long.MaxValue);
        File.Delete(Path.Combine(mount.Folder, "rest"));

        // XFS frees the blocks of a deleted file a little later.
        var freed = new Backoff(TimeSpan.FromMinutes(1));
        while (await FreeAsync() < whole - (8 << 20))
        {
            Assert.True(await freed.WaitAsync(Token), "The blocks of the deleted file stay in use.");
        }

        Assert.Equal(StorageElementType.Lun, (await array.Plugin.SplitCloneAsync(array.Server, clone, Token)).Type);

        async Task<long> FreeAsync() => (await array.Plugin.GetInfoAsync(array.Server, Token)).FreeBytes!.Value;
    }

    [Fact]
    public async Task On_XFS_a_clone_is_split_while_it_is_open()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync("v");
        await array.WriteAsync(volume, 6, 1 << 20);
        var clone = await array.CloneAsync(volume, "c");
        using var open = File.Open(await array.PathAsync(clone), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        await array.Plugin.SplitCloneAsync(array.Server, clone, Token);
        Assert.False(IsShared(await array.PathAsync(clone)));
        Assert.Equal(6, open.ReadByte());
    }

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task A_restore_brings_back_bytes_and_size_and_touches_nothing_else(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v", 1 << 20);
        var other = await array.CreateAsync("other", 1 << 20);
        await array.WriteAsync(volume, 1);
        await array.WriteAsync(other, 1);
        var first = await array.SnapAnywhereAsync(volume, "first");
        await array.WriteAsync(volume, 2);
        await array.ResizeAsync(volume, 3 << 20);
        var second = await array.SnapAnywhereAsync(volume, "second");
        await array.WriteAsync(volume, 3);
        await array.WriteAsync(other, 3);
        await array.ResizeAsync(volume, 8192);

        Assert.True(await array.Plugin.IsRestorableAsync(array.Server, first, volume, Token));
        await array.RestoreAsync(first, volume);
        Assert.Equal(1, await array.ReadAsync(volume));
        Assert.Equal(1 << 20, (await array.InfoAsync(volume)).SizeBytes);
        await array.AssertWholeAsync();
        await array.RestoreAsync(second, null);
        Assert.Equal(2, await array.ReadAsync(volume));
        Assert.Equal(3 << 20, (await array.InfoAsync(volume)).SizeBytes);
        Assert.Equal(3, await array.ReadAsync(other));
        Assert.Equal(2, (await array.SnapsAsync(volume)).Count);
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_restore_keeps_the_inode_and_a_thick_volume_thick()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync("v", 4 << 20, thin: false);
        var snapshot = await array.SnapAsync(volume, "s");
        var path = await array.PathAsync(volume);
        var before = LinuxFile.Identity(path);
        await array.RestoreAsync(snapshot, volume);
        Assert.Equal(before, LinuxFile.Identity(path));
        Assert.InRange(long.Parse(LoopMounts.Run("stat", "-c", "%b", path), System.Globalization.CultureInfo.InvariantCulture) * 512, 4 << 20, 5 << 20);
    }

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task A_volume_that_is_open_or_not_in_the_snapshot_is_not_restored(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v");
        var other = await array.CreateAsync("other");
        var snapshot = await array.SnapAnywhereAsync(volume, "s");
        await array.WriteAsync(volume, 2);
        using (File.OpenRead(await array.PathAsync(volume)))
        {
            Assert.False(await array.Plugin.IsRestorableAsync(array.Server, snapshot, volume, Token));
            await array.FailsAsync<StorageElementBusyException>(array.RestoreAsync(snapshot, volume), "StorageElementInUse");
            await array.FailsAsync<StorageElementBusyException>(array.RestoreAsync(snapshot, null), "StorageElementInUse");
        }

        Assert.False(await array.Plugin.IsRestorableAsync(array.Server, snapshot, other, Token));
        await array.FailsAsync<SnapRestoreNotSafeException>(array.RestoreAsync(snapshot, other), "SnapRestoreNotSafe");
        await array.FailsAsync<NotFoundException>(array.CloneFromSnapAsync(other, snapshot, "c"), "SnapshotNotFound");
        Assert.Equal(2, await array.ReadAsync(volume));
        await array.AssertWholeAsync();
    }

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task A_snapshot_of_several_is_one_and_restores_all_of_them_or_one(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var data = await array.CreateAsync("data", 1 << 20);
        var log = await array.CreateAsync("log", 2 << 20);
        await array.WriteAsync(data, 1);
        await array.WriteAsync(log, 1);
        await array.OfflineAsync(data);
        await array.OfflineAsync(log);
        var snapshot = await array.FinishedAsync(await array.MultiSnapAsync("both", data, log));
        await array.OnlineAsync(data);
        await array.OnlineAsync(log);
        Assert.Equal([data.Uuid, log.Uuid], snapshot.SourceUuids);
        Assert.Equal(3 << 20, snapshot.SizeBytes);
        Assert.Equal([snapshot], await array.SnapsAsync(data));
        Assert.Equal([snapshot], await array.SnapsAsync(log));

        await array.WriteAsync(data, 2);
        await array.WriteAsync(log, 2);
        await array.RestoreAsync(snapshot, log);
        Assert.Equal(2, await array.ReadAsync(data));
        Assert.Equal(1, await array.ReadAsync(log));
        await array.WriteAsync(log, 3);
        await array.RestoreAsync(snapshot, null);
        Assert.Equal(1, await array.ReadAsync(data));
        Assert.Equal(1, await array.ReadAsync(log));
        await array.RemoveSnapAsync(snapshot);
        await array.AssertWholeAsync();
    }

    [Theory]
    [MemberData(nameof(TestArray.ReflinkKinds), MemberType = typeof(TestArray))]
    public async Task A_snapshot_of_several_is_refused_while_one_is_open_and_names_it(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var data = await array.CreateAsync("data");
        var log = await array.CreateAsync("log");
        using (File.OpenRead(await array.PathAsync(log)))
        {
            var error = await array.FailsAsync<StorageElementBusyException>(array.MultiSnapAsync("both", data, log), "StorageElementInUse");
            Assert.Contains("'log'", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("'data'", error.Message, StringComparison.Ordinal);
            await array.AssertWholeAsync();
            await array.SnapAsync(log, "alone");
        }

        await array.MultiSnapAsync("both", data, log);
        await array.AssertWholeAsync();
    }

    [Theory]
    [MemberData(nameof(TestArray.ReflinkKinds), MemberType = typeof(TestArray))]
    public async Task A_clone_has_the_quality_asked_for_or_its_sources(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v", qos: "durable");
        Assert.Equal("durable", (await array.CloneAsync(volume, "a")).Qos);
        Assert.Equal("standard", (await array.CloneAsync(volume, "b", "standard")).Qos);
        await array.FailsAsync<InvalidRequestException>(array.CloneAsync(volume, "c", "gold"), "QosUnknown");
    }

    [Fact]
    public async Task Limits_are_none_and_predicates_answer_for_this_moment()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        Assert.Equal(-1, await array.Plugin.GetSnapLimitsAsync(array.Server, volume, Token));
        Assert.Equal(-1, await array.Plugin.GetCloneLimitsAsync(array.Server, null, Token));
        Assert.True(await array.Plugin.IsSnapableAsync(array.Server, null, Token));
        Assert.False(await array.Plugin.IsSnapableAsync(array.Server, volume, Token));
        Assert.False(await array.Plugin.IsCloneableAsync(array.Server, volume, Token));
        await array.OfflineAsync(volume);
        Assert.True(await array.Plugin.IsSnapableAsync(array.Server, volume, Token));
        Assert.True(await array.Plugin.IsCloneableAsync(array.Server, volume, Token));
    }

    private static bool IsShared(string path)
    {
        using var file = LinuxFile.Open(path, write: false);
        return FileExtents.Shared(file).Any();
    }
}
