using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>A pool on a file system that is mounted read-only can be listed; each change is one clear error.</summary>
public sealed class ReadOnlyPoolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PoolKind.Xfs)]
    [InlineData(PoolKind.Btrfs)]
    [InlineData(PoolKind.Ext4)]
    public async Task It_is_listed_and_not_changed_until_it_is_mounted_writable_again(PoolKind kind)
    {
        using var mount = LoopMounts.NewMount(kind);
        var (array, db01) = await MakeAsync(mount);
        array.Plugin.Dispose();
        mount.Remount("ro");
        var files = Files(mount);

        using var now = await TestArray.At(array.Folder).ValidatedAsync();
        Assert.Equal(["db 01"], await ListAsync(now));
        Assert.Equal(db01.Page83Id, (await now.InfoAsync(db01)).Page83Id);
        var server = await now.Plugin.GetInfoAsync(now.Server, Token);
        Assert.Contains("Read-only", server.Status, StringComparison.Ordinal);
        Assert.True(server.FreeBytes > 0);
        Assert.Single(await now.Plugin.GetAccessGroupsAsync(now.Server, null, Token));
        Assert.NotNull(await now.Plugin.GetCapabilitiesAsync(now.Server, Token));
        Assert.Empty(await now.Plugin.GetCurrentSnapsAsync(now.Server, null, Token));
        foreach (var change in Changes(now, db01))
        {
            var error = await Assert.ThrowsAsync<AccessDeniedException>(change);
            Assert.Equal("PoolNotWritable", error.ErrorId);
            Assert.Contains("read-only", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(files, Files(mount));
        mount.Remount("rw");
        await now.CreateAsync("db02");
        Assert.Equal(["db 01", "db02"], await ListAsync(now));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_crash_its_last_changes_are_read_or_it_is_an_error(bool hasSharedMemory)
    {
        using var mount = LoopMounts.NewMount(PoolKind.Xfs);
        var (array, _) = await MakeAsync(mount);

        // A process that is killed leaves the files as they are now.
        string[] endings = hasSharedMemory ? ["", "-wal", "-shm"] : ["", "-wal"];
        var database = Path.Combine(array.Folder, "local.db");
        foreach (var ending in endings)
        {
            File.Copy(database + ending, $"{database}.kept{ending}");
        }

        array.Plugin.Dispose();
        foreach (var ending in endings)
        {
            File.Move($"{database}.kept{ending}", database + ending, overwrite: true);
        }

        File.Delete(Path.Combine(array.Folder, "local.sum"));
        mount.Remount("ro");
        using var now = TestArray.At(array.Folder);
        if (hasSharedMemory)
        {
            await now.ValidatedAsync();
            Assert.Equal(["db 01"], await ListAsync(now));
        }
        else
        {
            var error = await Assert.ThrowsAsync<ArrayUnreachableException>(now.ValidatedAsync);
            Assert.Equal("PoolUnreadable", error.ErrorId);
            Assert.Contains("local.db-wal", error.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<(TestArray Array, StorageElement Element)> MakeAsync(LoopMount mount)
    {
        // Characters that have a meaning in a database's address.
        var folder = Path.Combine(mount.Folder, "pool 100%?#");
        Directory.CreateDirectory(folder);
        var array = await TestArray.At(folder).ValidatedAsync();
        await array.Plugin.CreateAccessGroupsAsync(array.Server, [new() { Name = "hosts", Entries = ["iqn.2001-04.com.example:a"] }], Token);
        return (array, await array.CreateAsync("db 01"));
    }

    private static IEnumerable<Func<Task>> Changes(TestArray array, StorageElement element)
    {
        yield return () => array.CreateAsync("new");
        yield return () => array.ResizeAsync(element, 4 << 20);
        yield return () => array.RemoveAsync(element);
        yield return () => array.OfflineAsync(element);
        yield return () => array.SnapAsync(element, "s1");
        yield return () => array.CloneAsync(element, "c1");
        yield return () => array.Plugin.SetQosAsync(array.Server, element, "durable", Token);
        yield return () => array.Plugin.StartPresentAsync(array.Server, element, ["hosts"], Token);
        yield return () => array.Plugin.CreateAccessGroupsAsync(array.Server, [new() { Name = "new" }], Token);
        yield return () => array.Plugin.CheckChangeAsync(array.Server, new(GuideMethod.Create), Token);
    }

    private static async Task<IReadOnlyList<string>> ListAsync(TestArray array)
    {
        var names = new List<string>();
        await foreach (var element in array.Plugin.ListAsync(array.Server, new(), Token))
        {
            names.Add(element.Name);
        }

        return names;
    }

    private static List<string> Files(LoopMount mount) =>
        [.. Directory.EnumerateFiles(mount.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
