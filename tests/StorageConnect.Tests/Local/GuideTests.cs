using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>The rules that only a plug-in can keep are kept here.</summary>
public sealed class GuideTests
{
    public static TheoryData<PoolKind> Kinds => TestArray.AllKinds;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Rule_17_a_clone_leaves_no_snapshot_behind_done_or_failed(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("source");
        await array.CloneAnywhereAsync(volume, "copy");
        await Assert.ThrowsAsync<AlreadyExistsException>(() => array.CloneAnywhereAsync(volume, "copy"));
        Assert.Empty(await array.SnapsAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(array.Folder, "snapshots")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Rule_13_online_and_offline_leave_the_presentation_as_it_is(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("db01");
        await array.CreateGroupAsync("hosts");
        await array.Plugin.StartPresentAsync(array.Server, volume, ["hosts"], Token);
        await array.OfflineAsync(volume);
        Assert.Equal(["hosts"], (await array.InfoAsync(volume)).AccessGroupNames);
        await array.OnlineAsync(volume);
        Assert.Equal(["hosts"], (await array.InfoAsync(volume)).AccessGroupNames);
    }
}
