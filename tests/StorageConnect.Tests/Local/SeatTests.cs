using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>Who a pool is and where it sits: absent, replaced, moved, restored, copied.</summary>
public sealed class SeatTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_registered_pool_that_is_not_mounted_is_not_found_and_nothing_is_written()
    {
        using var mount = LoopMounts.NewMount(PoolKind.Xfs);
        using var array = await TestArray.At(mount.Folder).ValidatedAsync();
        var volume = await array.CreateAsync("v");
        var registered = await array.Plugin.GetInfoAsync(array.Server, Token);
        Assert.NotNull(registered.ArrayId);
        array.Plugin.Dispose();
        mount.Unmount();

        using var later = array.Another();
        foreach (var server in new[] { registered, registered with { ArrayId = null } })
        {
            later.Registered = [server];
            later.Server = server;
            await array.FailsAsync<NotFoundException>(later.ValidatedAsync(), "PoolNotFound");
            await array.FailsAsync<NotFoundException>(later.CreateAsync("w"), "PoolNotFound");
            await array.FailsAsync<NotFoundException>(later.ListAsync(), "PoolNotFound");
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(mount.Folder));
        mount.Mount();
        Assert.Equal(volume, Assert.Single(await (await later.ValidatedAsync()).ListAsync()));
    }

    [Fact]
    public async Task A_pool_that_goes_under_a_session_is_not_found_and_another_in_its_place_is_told()
    {
        using var mount = LoopMounts.NewMount(PoolKind.Xfs);
        using var array = await TestArray.At(mount.Folder).ValidatedAsync();
        await array.CreateAsync("v");
        LoopMounts.Run("umount", "-l", mount.Folder);
        await array.FailsAsync<NotFoundException>(array.ListAsync(), "PoolNotFound");
        Assert.Empty(Directory.EnumerateFileSystemEntries(mount.Folder));

        var other = TestArray.At(mount.Folder, ownsFolder: false);
        await other.ValidatedAsync();
        other.Plugin.Dispose();
        var error = await array.FailsAsync<InvalidStorageArrayException>(array.ListAsync(), "PoolChanged");
        Assert.Contains(mount.Folder, error.Message, StringComparison.Ordinal);
        Directory.Delete(mount.Folder, recursive: true);
        Directory.CreateDirectory(mount.Folder);
        array.Plugin.Dispose();
        mount.Mount();
    }

    [Fact]
    public async Task Another_pool_than_the_registered_one_is_told_and_left_alone()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var registered = await array.Plugin.GetInfoAsync(array.Server, Token);
        using var other = await TestArray.NewAsync(PoolKind.Copy);
        var server = registered with { ExtraInfo = $"Pool={other.Folder}" };
        using var later = TestArray.At(other.Folder);
        later.Registered = [server];
        later.Server = server;
        await array.FailsAsync<InvalidStorageArrayException>(later.ValidatedAsync(), "PoolChanged");

        // The record was changed to mean the other pool.
        later.Server = server with { ArrayId = null };
        await later.ValidatedAsync();
        Assert.NotEqual(registered.ArrayId, (await later.Plugin.GetInfoAsync(later.Server, Token)).ArrayId);
    }

    [Fact]
    public async Task A_pool_that_was_renamed_goes_on_as_itself()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        var before = await array.Plugin.GetInfoAsync(array.Server, Token);
        array.Plugin.Dispose();
        var moved = array.Folder + "-moved";
        Directory.Move(array.Folder, moved);
        using var there = TestArray.At(moved, ownsFolder: true);

        // Registered anew, beside the registration that still has its old place.
        there.Registered = [before with { Uuid = new('c', 32) }];
        await there.ValidatedAsync();
        var after = await there.Plugin.GetInfoAsync(there.Server, Token);
        Assert.Equal(before.ArrayId, after.ArrayId);
        Assert.Contains("moved here", after.Status, StringComparison.Ordinal);
        var same = Assert.Single(await there.ListAsync());
        Assert.Equal((volume.Uuid, volume.Page83Id), (same.Uuid, same.Page83Id));
        there.Plugin.Dispose();
        using var again = await there.Another().ValidatedAsync();
        Assert.Equal("OK", (await again.Plugin.GetInfoAsync(again.Server, Token)).Status);
    }

    [Fact]
    public async Task A_pool_restored_from_a_backup_goes_on_as_itself()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        var before = await array.Plugin.GetInfoAsync(array.Server, Token);
        array.Plugin.Dispose();
        Copy(array.Folder, array.Folder + "-backup");
        Directory.Delete(array.Folder, recursive: true);
        Directory.Move(array.Folder + "-backup", array.Folder);
        using var after = array.Another();
        after.Server = before;
        after.Registered = [before];
        Assert.Equal(volume.Uuid, Assert.Single(await (await after.ValidatedAsync()).ListAsync()).Uuid);
        Assert.Contains("were replaced", (await after.Plugin.GetInfoAsync(after.Server, Token)).Status, StringComparison.Ordinal);
        after.Plugin.Dispose();
        using var again = await after.Another().ValidatedAsync();
        Assert.Equal("OK", (await again.Plugin.GetInfoAsync(again.Server, Token)).Status);
    }

    [Fact]
    public async Task A_copy_made_of_hard_links_is_no_copy_and_not_the_pool_either()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        var original = await array.Plugin.GetInfoAsync(array.Server, Token);
        array.Plugin.Dispose();
        using var copy = TestArray.At(array.Folder + "-copy", ownsFolder: true);
        LoopMounts.Run("cp", "-al", array.Folder, copy.Folder);
        copy.Registered = [original with { Uuid = new('c', 32), Name = "first" }];
        await array.FailsAsync<InvalidStorageArrayException>(copy.ValidatedAsync(), "PoolCopied");
        copy.Server = copy.Server with { ExtraInfo = $"Pool={copy.Folder};Adopt=Copy" };
        Assert.Contains("hard link", (await array.FailsAsync<InvalidStorageArrayException>(copy.ValidatedAsync(), "PoolCopied")).Message,
            StringComparison.Ordinal);

        // The original doesn't mind; and once it is gone, the other is it.
        using (var still = await array.Another().ValidatedAsync())
        {
            Assert.Equal(volume.Uuid, Assert.Single(await still.ListAsync()).Uuid);
        }

        Directory.Delete(array.Folder, recursive: true);
        copy.Server = copy.Server with { ExtraInfo = $"Pool={copy.Folder}" };
        copy.Registered = [];
        Assert.Equal(volume.Uuid, Assert.Single(await (await copy.ValidatedAsync()).ListAsync()).Uuid);
    }

    [Fact]
    public async Task A_backup_that_shares_the_files_of_volumes_with_another_is_not_adopted()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        array.Plugin.Dispose();
        using var copy = TestArray.At(array.Folder + "-copy", ownsFolder: true);
        Copy(array.Folder, copy.Folder);
        var other = copy.Folder + ".other";
        LoopMounts.Run("ln", Path.Combine(copy.Folder, "volumes", volume.Uuid), other);
        copy.Server = copy.Server with { ExtraInfo = $"Pool={copy.Folder};Adopt=Copy" };
        Assert.Contains(volume.Uuid, (await array.FailsAsync<InvalidStorageArrayException>(copy.ValidatedAsync(), "PoolCopied")).Message,
            StringComparison.Ordinal);
        File.Delete(other);
        Assert.NotEqual(volume.Uuid, Assert.Single(await (await copy.ValidatedAsync()).ListAsync()).Uuid);
    }

    [Fact]
    public async Task A_copy_beside_its_original_is_refused()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.CreateAsync("v");
        var original = await array.Plugin.GetInfoAsync(array.Server, Token);
        array.Plugin.Dispose();
        using var copy = TestArray.At(array.Folder + "-copy", ownsFolder: true);
        Copy(array.Folder, copy.Folder);
        var state = await File.ReadAllBytesAsync(Path.Combine(copy.Folder, "local.db"), Token);
        var error = await array.FailsAsync<InvalidStorageArrayException>(copy.ValidatedAsync(), "PoolCopied");
        Assert.Contains(array.Folder, error.Message, StringComparison.Ordinal);
        Assert.Contains("Adopt=Copy", error.Recommendation, StringComparison.Ordinal);
        Assert.Equal(state, await File.ReadAllBytesAsync(Path.Combine(copy.Folder, "local.db"), Token));

        // The original can't be reached, but it is registered.
        Directory.Move(array.Folder, array.Folder + "-away");
        copy.Registered = [original with { Uuid = new('c', 32), Name = "first" }];
        Assert.Contains("'first'", (await array.FailsAsync<InvalidStorageArrayException>(copy.ValidatedAsync(), "PoolCopied")).Message,
            StringComparison.Ordinal);

        // The original is gone, and nobody holds its id any more.
        copy.Registered = [];
        await copy.ValidatedAsync();
        Assert.Equal(original.ArrayId, (await copy.Plugin.GetInfoAsync(copy.Server, Token)).ArrayId);

        // Now the copy is the pool, and what was the original is the copy.
        using var late = TestArray.At(array.Folder + "-away", ownsFolder: true);
        late.Registered = [copy.Server with { Uuid = new('d', 32), Name = "second", ArrayId = original.ArrayId }];
        await array.FailsAsync<InvalidStorageArrayException>(late.ValidatedAsync(), "PoolCopied");
    }

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task A_copy_that_is_adopted_is_a_pool_of_its_own(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v");
        var parked = await array.CreateAsync("p");
        await array.WriteAsync(volume, 7);
        var snapshot = await array.SnapAnywhereAsync(volume, "s");
        var clone = await array.CloneAnywhereAsync(volume, "c");
        await array.OfflineAsync(parked);
        await array.CreateGroupAsync("g", "iqn.2001-04.com.example:host1");
        await array.Plugin.StartPresentAsync(array.Server, volume, ["g"], Token);
        var original = await array.Plugin.GetInfoAsync(array.Server, Token);
        array.Plugin.Dispose();
        using var copy = TestArray.At(array.Folder + "-copy", ownsFolder: true);
        Copy(array.Folder, copy.Folder);
        copy.Server = copy.Server with { ExtraInfo = $"Pool={copy.Folder};Adopt=Copy" };
        await copy.ValidatedAsync();
        var info = await copy.Plugin.GetInfoAsync(copy.Server, Token);
        Assert.NotEqual(original.ArrayId, info.ArrayId);
        Assert.Equal($"Pool={copy.Folder}", info.ExtraInfo);
        await copy.AssertWholeAsync();

        var elements = (await copy.ListAsync()).ToDictionary(element => element.Name);
        Assert.Equal(["c", "p", "v"], elements.Keys.Order());
        Assert.Empty(elements.Values.Select(element => element.Uuid).Intersect([volume.Uuid, parked.Uuid, clone.Uuid]));
        Assert.Empty(elements.Values.Select(element => element.Page83Id).Intersect([volume.Page83Id, parked.Page83Id, clone.Page83Id]));
        Assert.Empty(elements["v"].AccessGroupNames);
        Assert.Equal(7, await copy.ReadAsync(elements["v"]));
        Assert.Equal([elements["v"].Uuid], elements["c"].SourceUuids);
        var snapshotThere = Assert.Single(await copy.SnapsAsync());
        Assert.NotEqual(snapshot.Uuid, snapshotThere.Uuid);
        await copy.WriteAsync(elements["v"], 8);
        await copy.RestoreAsync(snapshotThere, elements["v"]);
        Assert.Equal(7, await copy.ReadAsync(elements["v"]));

        // Once: asking again changes nothing, and the original is untouched.
        await copy.ValidatedAsync();
        Assert.Equal(info.ArrayId, (await copy.Plugin.GetInfoAsync(copy.Server, Token)).ArrayId);
        using var still = await array.Another().ValidatedAsync();
        Assert.Equal(original.ArrayId, (await still.Plugin.GetInfoAsync(still.Server, Token)).ArrayId);
        Assert.Equal(["g"], (await still.InfoAsync(volume)).AccessGroupNames);
    }

    [Fact]
    public async Task A_pool_through_a_link_is_the_same_pool()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.CreateAsync("v");
        var link = array.Folder + "-link";
        Directory.CreateSymbolicLink(link, array.Folder);
        using var through = await TestArray.At(link).ValidatedAsync();
        await through.CreateAsync("w");
        Assert.Equal(2, (await array.ListAsync()).Count);
        Assert.Equal((await array.Plugin.GetInfoAsync(array.Server, Token)).ArrayId, (await through.Plugin.GetInfoAsync(through.Server, Token)).ArrayId);
        File.Delete(link);
    }

    [Fact]
    public async Task A_pool_is_made_in_an_empty_folder_only()
    {
        var folder = LoopMounts.NewFolder(PoolKind.Copy);
        using var array = TestArray.At(folder, ownsFolder: true);
        await File.WriteAllTextAsync(Path.Combine(folder, "letter.txt"), "mine", Token);
        await array.FailsAsync<InvalidStorageArrayException>(array.ValidatedAsync(), "PoolFolderNotEmpty");
        Assert.Single(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_pool_of_an_older_version_is_taken_over_with_its_identities()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        array.Plugin.Dispose();
        Sqlite.Execute(Path.Combine(array.Folder, "local.db"), "DROP TABLE pool; PRAGMA user_version = 2");
        using var later = array.Another();
        later.Registered = [later.Server];
        var same = Assert.Single(await (await later.ValidatedAsync()).ListAsync());
        Assert.Equal(volume with { }, same);
        Assert.NotNull((await later.Plugin.GetInfoAsync(later.Server, Token)).ArrayId);
    }

    [Fact]
    public async Task A_pool_that_others_can_change_is_refused()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can give files away.");
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.CreateAsync("v");
        array.Plugin.Dispose();
        using var later = array.Another();
        foreach (var part in new[] { "", "volumes", "making", "snapshots", "offline", "local.db" })
        {
            var path = Path.Combine(array.Folder, part);
            LoopMounts.Run("chmod", "o+w", path);
            Assert.Contains("chmod go-w", (await array.FailsAsync<AccessDeniedException>(later.ValidatedAsync(), "PoolNotTrusted")).Recommendation,
                StringComparison.Ordinal);
            LoopMounts.Run("chmod", "o-w", path);
            LoopMounts.Run("chown", "54321", path);
            Assert.Contains($"find {path.TrimEnd('/')} -type l. Only then chown it: chown -hR root",
                (await array.FailsAsync<AccessDeniedException>(later.ValidatedAsync(), "PoolNotTrusted")).Recommendation, StringComparison.Ordinal);
            LoopMounts.Run("chown", "root", path);
        }

        var snapshots = Path.Combine(array.Folder, "snapshots");
        Directory.Delete(snapshots);
        Directory.CreateSymbolicLink(snapshots, "/var");
        await array.FailsAsync<AccessDeniedException>(later.ValidatedAsync(), "PoolNotTrusted");
        File.Delete(snapshots);
        await later.ValidatedAsync();
    }

    [Fact]
    public async Task Files_behind_a_link_that_another_user_left_in_a_pool_are_not_touched()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        await array.WriteAsync(volume, 5);
        var snapshot = await array.SnapAnywhereAsync(volume, "s");
        array.Plugin.Dispose();
        var outside = Directory.CreateTempSubdirectory("outside-").FullName;
        var (discarded, own) = (new string('1', 32), Path.Combine(array.Folder, "snapshots", snapshot.Uuid));
        await File.WriteAllTextAsync(Path.Combine(outside, "file"), "x", Token);
        await File.WriteAllTextAsync(Path.Combine(outside, new('2', 32)), "x", Token);
        File.Copy(Path.Combine(own, volume.Uuid), Path.Combine(outside, volume.Uuid));
        var before = Directory.GetFiles(outside).Order(StringComparer.Ordinal);
        Directory.CreateSymbolicLink(Path.Combine(array.Folder, "snapshots", discarded), outside);
        Directory.Delete(own, recursive: true);
        Directory.CreateSymbolicLink(own, outside);
        Sqlite.Execute(Path.Combine(array.Folder, "local.db"), $"INSERT INTO discarded VALUES ('{discarded}')");

        using var later = await array.Another().ValidatedAsync();
        Assert.Single(await later.ListAsync());
        Assert.StartsWith("Damaged", await later.Plugin.GetStatusAsync(later.Server, snapshot, Token), StringComparison.Ordinal);
        await later.FailsAsync<DataCorruptException>(later.RestoreAsync(snapshot, volume), "StorageElementDamaged");
        await later.RemoveSnapAsync(snapshot);
        Assert.Equal(before, Directory.GetFiles(outside).Order(StringComparer.Ordinal));
        await later.AssertWholeAsync();
        Directory.Delete(outside, recursive: true);
    }

    [Fact]
    public async Task What_a_database_names_by_no_uuid_touches_nothing()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        array.Plugin.Dispose();
        var victim = Path.Combine(array.Folder, "victim");
        Directory.CreateDirectory(victim);
        await File.WriteAllTextAsync(Path.Combine(victim, "file"), "precious", Token);
        var database = Path.Combine(array.Folder, "local.db");
        Sqlite.Execute(database,
            $"INSERT INTO discarded VALUES ('{victim}/file'), ('../victim/file'); INSERT INTO intents VALUES ('../victim/file', 2, 1, NULL)");
        using (var later = await array.Another().ValidatedAsync())
        {
            Assert.Equal(volume, Assert.Single(await later.ListAsync()));
        }

        Sqlite.Execute(database, "UPDATE elements SET uuid = '../victim/file'");
        using (var later = array.Another())
        {
            await array.FailsAsync<DataCorruptException>(ListAsync(later), "PoolCorrupt");
        }

        Assert.True(File.Exists(Path.Combine(victim, "file")));
    }

    [Fact]
    public async Task A_backup_is_made_put_back_moved_and_looked_into_as_the_documentation_says()
    {
        var root = LoopMounts.NewFolder(PoolKind.Copy);
        Directory.CreateDirectory(Path.Combine(root, "srv"));
        Directory.CreateDirectory(Path.Combine(root, "backup"));
        var commands = new Queue<string>(Document.Blocks("docs/local-array.md", "## Backup, restore, move", "sh")
            .Select(block => block.Replace("/srv/", $"{root}/srv/", StringComparison.Ordinal)
                .Replace("/backup/", $"{root}/backup/", StringComparison.Ordinal)));
        Assert.Equal(4, commands.Count);
        Directory.CreateDirectory(Path.Combine(root, "srv", "storage"));
        StorageElement volume;
        StorageServer server;
        using (var array = await TestArray.At(Path.Combine(root, "srv", "storage")).ValidatedAsync())
        {
            volume = await array.CreateAsync("v");
            await array.WriteAsync(volume, 4);
            server = await array.Plugin.GetInfoAsync(array.Server, Token);
        }

        LoopMounts.Run("sh", "-ec", commands.Dequeue());
        using (var array = await At("storage").ValidatedAsync())
        {
            await array.WriteAsync(volume, 5);
            await array.CreateAsync("later");
        }

        LoopMounts.Run("sh", "-ec", commands.Dequeue());
        using (var array = await At("storage").ValidatedAsync())
        {
            Assert.Equal(volume.Uuid, Assert.Single(await array.ListAsync()).Uuid);
            Assert.Equal(4, await array.ReadAsync(volume));
        }

        LoopMounts.Run("sh", "-ec", commands.Dequeue());
        using (var array = await At("fast", withId: false).ValidatedAsync())
        {
            Assert.Equal(volume.Uuid, Assert.Single(await array.ListAsync()).Uuid);
        }

        LoopMounts.Run("sh", "-ec", commands.Dequeue());
        using (var array = TestArray.At(Path.Combine(root, "srv", "old")))
        {
            array.Registered = [server with { Uuid = new('c', 32), ExtraInfo = $"Pool={root}/srv/fast" }];
            await array.FailsAsync<InvalidStorageArrayException>(array.ValidatedAsync(), "PoolCopied");
            array.Server = array.Server with { ExtraInfo = $"Pool={root}/srv/old;Adopt=Copy" };
            Assert.NotEqual(volume.Uuid, Assert.Single(await (await array.ValidatedAsync()).ListAsync()).Uuid);
        }

        Directory.Delete(root, recursive: true);

        TestArray At(string name, bool withId = true)
        {
            var array = TestArray.At(Path.Combine(root, "srv", name));
            array.Server = server with { ExtraInfo = $"Pool={root}/srv/{name}", ArrayId = withId ? server.ArrayId : null };
            array.Registered = [array.Server];
            return array;
        }
    }

    [Fact]
    public async Task A_copy_whose_original_the_target_daemon_serves_is_refused()
    {
        await using var array = await IscsiArray.NewAsync();
        await array.ServedAsync("db01");
        await array.Plugin.ValidateAsync(array.Server, Token);
        var copy = array.Folder + "-copy";
        array.Plugin.Dispose();
        Copy(array.Folder, copy);

        // The original is where nobody looks for it, but the daemon still has its files.
        Directory.Move(array.Folder, array.Folder + "-away");
        var error = await Assert.ThrowsAsync<InvalidStorageArrayException>(() => IscsiArray.AtAsync(copy, array.Daemon));
        Assert.Equal("PoolCopied", error.ErrorId);
        Assert.Single(array.Daemon.GetTargets());
        Directory.Move(array.Folder + "-away", array.Folder);
        Directory.Delete(copy, recursive: true);
    }

    private static async Task ListAsync(TestArray array) => await (await array.ValidatedAsync()).ListAsync();

    private static void Copy(string from, string to) => LoopMounts.Run("cp", "-a", from, to);
}
