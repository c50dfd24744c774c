using System.Globalization;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>What administrators do with the cluster's own tools behind our back: an error that is true, or success.</summary>
[Collection(nameof(CephCluster))]
public sealed class CephForeignChangeTests(CephCluster cluster)
{
    private const long Size = 16 << 20;
    private const int Few = 50; // images; 1,000 by hand, with STORAGECONNECT_LONG_RUNS
    private const int Many = 1000;

    private const string CreateImages =
        """
        import sys, rados, rbd
        with rados.Rados(conffile=sys.argv[1]) as cluster, cluster.open_ioctx(sys.argv[2]) as pool:
            for i in range(int(sys.argv[3])):
                rbd.RBD().create(pool, 'image%04d' % i, 16 << 20, old_format=False)
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Removed_snapshots_and_images_are_missing_by_their_names_and_the_names_are_free()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var made = await array.CreateAsync("db01", Size);
        var snapshot = await array.SnapAsync(made, "s1");

        await cluster.RbdAsync("snap", "rm", "--no-progress", array.Image("db01@s1"));
        await MissingAsync("SnapshotNotFound", "s1", () => array.Plugin.SnapRestoreAsync(array.Server, snapshot, null, Token));
        await MissingAsync("SnapshotNotFound", "s1", () => array.Plugin.CloneFromSnapAsync(array.Server, made, snapshot, new() { Name = "c1" }, null, Token));
        await MissingAsync("SnapshotNotFound", "s1", () => array.Plugin.SnapRemoveAsync(array.Server, snapshot, Token));
        Assert.Equal("s1", (await array.SnapAsync(made, "s1")).Name);

        await cluster.RbdAsync("snap", "purge", "--no-progress", array.Image("db01"));
        await cluster.RbdAsync("rm", "--no-progress", array.Image("db01"));
        await MissingAsync("StorageElementNotFound", "db01", () => array.InfoAsync(made));
        await MissingAsync("StorageElementNotFound", "db01", () => array.Plugin.ResizeAsync(array.Server, made, Size * 2, Token));
        await MissingAsync("StorageElementNotFound", "db01", () => array.SnapAsync(made, "s2"));
        await MissingAsync("StorageElementNotFound", "db01", () => array.CloneAsync(made, "c1"));
        await MissingAsync("StorageElementNotFound", "db01", () => array.Plugin.OfflineAsync(array.Server, made, Token));
        await MissingAsync("StorageElementNotFound", "db01", () => array.RemoveAsync(made));
        Assert.Empty(await array.ListAsync());
        Assert.NotEqual(made.Uuid, (await array.CreateAsync("db01", Size)).Uuid);
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_presented_image_that_was_renamed_and_resized_stays_the_same_element_and_is_served_again_on_request()
    {
        await using var array = await CephArray.NewIscsiAsync(cluster);
        await array.GroupAsync("hosts", CephArray.Host1);
        var granted = await array.GrantAsync(await array.CreateAsync("db01", Size), "hosts");

        await cluster.RbdAsync("rename", array.Image("db01"), array.Image("moved"));
        await cluster.RbdAsync("resize", "--no-progress", "--size", "32M", array.Image("moved"));
        var found = Assert.Single(await array.ListAsync());
        Assert.Equal((granted.Uuid, "moved", Size * 2), (found.Uuid, found.Name, found.SizeBytes));
        Assert.Equal(granted.AccessGroupNames, found.AccessGroupNames);

        await array.Plugin.UpdateStorageElementsAsync(array.Server, [found], false, Token);
        Assert.Equal("OK", await array.Plugin.GetStatusAsync(array.Server, found, Token));
        Assert.Equal(Size * 2, await IscsiTool.SizeAsync(array.Daemon!.FirstPortal, array.TargetOf(found), CephArray.Host1));
        await array.RevokeAsync(found, "hosts");
        Assert.Empty(array.Daemon.GetTargets());
        await array.RemoveAsync(found);
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_presented_image_in_the_trash_is_missing_and_what_took_its_name_is_never_touched_for_it()
    {
        await using var array = await CephArray.NewIscsiAsync(cluster);
        await array.GroupAsync("hosts", CephArray.Host1);
        var granted = await array.GrantAsync(await array.CreateAsync("db01", Size), "hosts");

        await cluster.RbdAsync("trash", "mv", array.Image("db01"));
        await cluster.RbdAsync("create", "--size", "32M", array.Image("db01"));
        await MissingAsync("StorageElementNotFound", "db01", () => array.InfoAsync(granted));
        await MissingAsync("StorageElementNotFound", "db01", () => array.RevokeAsync(granted, "hosts"));
        await MissingAsync("StorageElementNotFound", "db01", () => array.RemoveAsync(granted));
        var other = Assert.Single(await array.ListAsync());
        Assert.Equal(Size * 2, other.SizeBytes);
        Assert.Empty(other.AccessGroupNames);
        Assert.NotEqual(granted.Uuid, other.Uuid);

        await array.Plugin.RemoveAccessGroupsAsync(array.Server, [new() { Name = "hosts" }], Token);
        await array.Plugin.UpdateStorageElementsAsync(array.Server, [], false, Token);
        Assert.Empty(array.Daemon!.GetTargets());
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task Many_images_are_listed_and_found_by_name_while_others_rename_and_remove_some()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var count = LongRun.Count(0) > 0 ? Many : Few;
        var filled = await IscsiTool.RunAsync(
            "/usr/bin/python3", "-c", CreateImages, cluster.Configuration, array.PoolName, count.ToString(CultureInfo.InvariantCulture));
        Assert.True(filled.ExitCode == 0, filled.Output);

        var changes = Task.Run(
            async () =>
            {
                await cluster.RbdAsync("rename", array.Image("image0000"), array.Image("renamed"));
                await cluster.RbdAsync("rm", "--no-progress", array.Image("image0001"));
                await cluster.RbdAsync("resize", "--no-progress", "--size", "32M", array.Image("image0002"));
            },
            Token);
        do
        {
            Assert.InRange((await array.ListAsync()).Count, count - 2, count + 1);
        }
        while (!changes.IsCompleted);
        await changes;

        var listed = (await array.ListAsync()).ToDictionary(element => element.Name, StringComparer.Ordinal);
        Assert.Equal(count - 1, listed.Count);
        Assert.DoesNotContain("image0001", listed.Keys);
        Assert.Equal(Size * 2, listed["image0002"].SizeBytes);
        Assert.Equal([listed["renamed"].Uuid], await FindAsync("renamed"));
        Assert.Empty(await FindAsync("image0000"));

        async Task<IEnumerable<string>> FindAsync(string name) =>
            (await array.Plugin.ListAsync(array.Server, new() { Name = name }, Token).ToListAsync(Token)).Select(element => element.Uuid);
    }

    private static Task<NotFoundException> MissingAsync(string id, string name, Func<Task> call) => Expect.FailureAsync<NotFoundException>(id, name, call);
}
