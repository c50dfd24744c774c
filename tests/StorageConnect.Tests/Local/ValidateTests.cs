using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>What a user can enter wrong, and pools that aren't fit.</summary>
public sealed class ValidateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("/srv/pool")]
    [InlineData("Pool=")]
    [InlineData("Pool=relative/folder")]
    [InlineData("Folder=/srv/pool")]
    [InlineData("Pool=/srv/pool\nRoot=/srv")]
    [InlineData("Pool=~/pool")]
    [InlineData("Pool=/srv/pool;Pool=/srv/other")]
    [InlineData("Pool=/srv/pool;Root=/srv")]
    [InlineData("Pool=/srv/pool;Portals=127.0.0.1:3260")]
    [InlineData("Pool=/srv/pool;TgtControl=7")]
    public async Task ExtraInfo_that_is_missing_or_malformed_is_refused_with_the_help(string? extraInfo)
    {
        var error = await RefusedAsync<InvalidStorageArrayException>(extraInfo, "ExtraInfoInvalid");
        Assert.Contains("Pool=<folder>", error.Recommendation, StringComparison.Ordinal);
        Assert.Contains("Root=<folder of pool folders>", error.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_or_is_a_file_is_not_found()
    {
        await RefusedAsync<NotFoundException>("Pool=/no/such/folder", "PoolNotFound");
        var file = Path.GetTempFileName();
        await RefusedAsync<NotFoundException>($"Pool={file}", "PoolNotFound");
        await RefusedAsync<NotFoundException>("Root=/no/such/folder", "PoolNotFound");
        File.Delete(file);
    }

    [Fact]
    public async Task A_file_system_that_can_not_be_written_is_refused()
    {
        using var mount = LoopMounts.NewMount(PoolKind.Xfs);
        mount.Remount("ro");
        var error = await RefusedAsync<AccessDeniedException>($"Pool={mount.Folder}", "PoolNotWritable");
        Assert.Equal(mount.Folder, error.Element);
        Assert.Empty(Directory.EnumerateFileSystemEntries(mount.Folder));
    }

    [Theory]
    [InlineData("/proc")]
    [InlineData("/proc/self/fd")]
    public async Task A_folder_in_which_the_kernel_shows_itself_is_refused(string folder)
    {
        Assert.SkipUnless(Environment.UserName == "root", "To anybody else it can't be written, which is another refusal.");
        var error = await RefusedAsync<InvalidStorageArrayException>($"Pool={folder}", "PoolUnsuitable");
        Assert.Equal(folder, error.Element);
    }

    [Theory]
    [InlineData("Portals=")]
    [InlineData("Portals=here:3260")]
    [InlineData("Portals=1")]
    [InlineData("Portals=127.0.0.1:70000")]
    [InlineData("TgtControl=")]
    [InlineData("TgtControl=-1")]
    [InlineData("TgtControl=40000")]
    [InlineData("TgtControl=relative/socket")]
    public async Task An_iSCSI_array_whose_ExtraInfo_names_no_portal_or_control_socket_is_refused(string extraInfo)
    {
        using var plugin = TestArray.NewPlugin();
        var server = TestArray.ServerFor($"Pool=/srv/pool;{extraInfo}") with { StorageType = StorageType.iSCSI };
        var error = await Assert.ThrowsAsync<InvalidStorageArrayException>(() => plugin.ValidateAsync(server, Token));
        Assert.Equal("ExtraInfoInvalid", error.ErrorId);
    }

    [Fact]
    public async Task Without_a_target_daemon_an_iSCSI_array_is_refused_and_nothing_is_made()
    {
        var folder = Directory.CreateTempSubdirectory("pool-").FullName;
        using var plugin = TestArray.NewPlugin();
        var server = TestArray.ServerFor($"Pool={folder};TgtControl={folder}/control") with { StorageType = StorageType.iSCSI };
        var error = await Assert.ThrowsAsync<ArrayUnreachableException>(() => plugin.ValidateAsync(server, Token));
        Assert.Equal("TargetDaemonNotRunning", error.ErrorId);
        Assert.Contains("tgt", error.Recommendation, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Directory.Delete(folder);
    }

    [Fact]
    public async Task An_empty_folder_becomes_a_pool_and_stays_one()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        Assert.True(File.Exists(Path.Combine(array.Folder, "local.db")));
        await array.ValidatedAsync();
        using var again = await array.Another().ValidatedAsync();
        Assert.Empty(await again.ListAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(18)]
    [InlineData(4096)]
    public async Task A_corrupt_database_is_refused_and_nothing_changed(int offset)
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.CreateAsync("v");
        array.Plugin.Dispose();
        var path = Path.Combine(array.Folder, "local.db");
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes.AsSpan(offset, Math.Min(4096, bytes.Length - offset)).Fill(0x5a);
        await File.WriteAllBytesAsync(path, bytes, Token);

        using var again = array.Another();
        var error = await Assert.ThrowsAsync<DataCorruptException>(async () =>
        {
            await again.ValidatedAsync();
            await again.ListAsync();
            await again.CreateAsync("w");
        });
        Assert.Equal("PoolCorrupt", error.ErrorId);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path, Token));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(array.Folder, "volumes")));
    }

    [Fact]
    public async Task A_pool_that_lost_its_database_gets_no_empty_one()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.CreateAsync("v");
        array.Plugin.Dispose();
        var path = Path.Combine(array.Folder, "local.db");
        File.Delete(path);
        using var again = array.Another();
        await array.FailsAsync<DataCorruptException>(again.ValidatedAsync(), "PoolCorrupt");
        Assert.False(File.Exists(path));
        await File.WriteAllBytesAsync(path, [], Token);
        await array.FailsAsync<DataCorruptException>(again.ValidatedAsync(), "PoolCorrupt");
        Assert.Equal(0, new FileInfo(path).Length);
    }

    [Fact]
    public async Task A_pool_of_a_newer_version_and_a_foreign_database_are_refused()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        array.Plugin.Dispose();
        Sqlite.Execute(Path.Combine(array.Folder, "local.db"), "PRAGMA user_version = 99");
        using var newer = array.Another();
        await array.FailsAsync<InvalidStorageArrayException>(newer.ValidatedAsync(), "PoolTooNew");

        var folder = LoopMounts.NewFolder(PoolKind.Copy);
        using var foreign = TestArray.At(folder, ownsFolder: true);
        await File.WriteAllBytesAsync(Path.Combine(folder, "local.db"), [], Token);
        Sqlite.Execute(Path.Combine(folder, "local.db"), "CREATE TABLE theirs (x)");
        await array.FailsAsync<DataCorruptException>(foreign.ValidatedAsync(), "PoolCorrupt");
    }

    [Fact]
    public async Task A_pool_that_vanishes_is_not_found_and_one_that_comes_back_is_used()
    {
        using var mount = LoopMounts.NewMount(PoolKind.Xfs);
        using var array = await TestArray.At(Directory.CreateDirectory(Path.Combine(mount.Folder, "pool")).FullName).ValidatedAsync();
        var volume = await array.CreateAsync("v");
        array.Plugin.Dispose();
        mount.Unmount();
        await array.FailsAsync<NotFoundException>(array.InfoAsync(volume), "PoolNotFound");
        mount.Mount();
        Assert.Equal(volume, await array.RecordAsync(volume));
    }

    [Fact]
    public async Task A_root_offers_its_folders_and_needs_one_of_them_chosen()
    {
        var root = LoopMounts.NewFolder(PoolKind.Copy);
        Directory.CreateDirectory(Path.Combine(root, "gold"));
        Directory.CreateDirectory(Path.Combine(root, "bronze"));
        Directory.CreateDirectory(Path.Combine(root, ".hidden"));
        Directory.CreateSymbolicLink(Path.Combine(root, "elsewhere"), Path.GetTempPath());
        using var plugin = TestArray.NewPlugin();
        var server = TestArray.ServerFor($"Root={root}");

        await plugin.ValidateAsync(server, Token);
        Assert.Equal(["bronze", "gold"], await plugin.GetStorageNamesAsync(server, Token));
        Assert.Equal(Ability.Yes, (await plugin.GetCapabilitiesAsync(server, Token)).RequireStorageName);
        var error = await Assert.ThrowsAsync<InvalidStorageArrayException>(() => plugin.GetInfoAsync(server, Token));
        Assert.Equal("StorageNameMissing", error.ErrorId);

        foreach (var name in new[] { "../gold", "gold/../bronze", "..", ".", "elsewhere", "/tmp", "silver", ".hidden", "gold/" })
        {
            var refused = await Assert.ThrowsAsync<NotFoundException>(() => plugin.ValidateAsync(server with { StorageName = name }, Token));
            Assert.Equal("PoolNotFound", refused.ErrorId);
        }

        var gold = server with { StorageName = "gold" };
        await plugin.ValidateAsync(gold, Token);
        Assert.Equal(Ability.Yes, (await plugin.GetCapabilitiesAsync(gold, Token)).RequireStorageName);
        await plugin.CreateAsync(gold, new() { Name = "v", SizeBytes = 512 }, true, null, Token);
        Assert.True(File.Exists(Path.Combine(root, "gold", "local.db")));
        Assert.False(File.Exists(Path.Combine(root, "bronze", "local.db")));
        plugin.Dispose();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task A_single_pool_offers_no_names()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        Assert.Empty(await array.Plugin.GetStorageNamesAsync(array.Server, Token));
        Assert.Equal(Ability.No, (await array.Plugin.GetCapabilitiesAsync(array.Server, Token)).RequireStorageName);
    }

    [Theory]
    [InlineData(PoolKind.Copy, Ability.Offline, Ability.No, Ability.Unsupported)]
    [InlineData(PoolKind.Xfs, Ability.Online, Ability.Yes, Ability.Online)]
    [InlineData(PoolKind.Btrfs, Ability.Online, Ability.Yes, Ability.Offline)]
    public async Task Abilities_are_those_of_the_pools_file_system(PoolKind kind, Ability copies, Ability sync, Ability split)
    {
        using var array = await TestArray.NewAsync(kind);
        var can = await array.Plugin.GetCapabilitiesAsync(array.Server, Token);
        // A snapshot stands still in any pool, so that a clone of it needs no offline source.
        Assert.Equal([copies, copies, Ability.Online], [can.Snapshot, can.Clone, can.SnapClone]);
        Assert.Equal([sync, sync, sync], [can.SnapIsSync, can.CloneIsSync, can.SnapCloneIsSync]);
        Assert.Equal(split, can.SplitClone);
        Assert.Equal(kind == PoolKind.Xfs, can.SplitCloneWhileOpen == Ability.Yes);
        Assert.All(Enum.GetValues<AbilityKey>(), key => Assert.NotEqual(Ability.Invalid, can[key]));
        Assert.Equal(-1, can.MaxAccessEntries);
    }

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task Capacity_is_the_file_systems_and_what_the_volumes_promise(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        await array.CreateAsync("a", 1L << 40);
        await array.CreateAsync("b", 512);
        var info = await array.Plugin.GetInfoAsync(array.Server, Token);
        Assert.Equal((1L << 40) + 512, info.AllocatedBytes);
        Assert.InRange(info.UsedBytes!.Value, 1, info.TotalBytes!.Value);
        Assert.InRange(info.FreeBytes!.Value, 1, info.TotalBytes!.Value);
        Assert.Contains(array.Folder, info.Description, StringComparison.Ordinal);
        Assert.Equal("OK", info.Status);
        Assert.Equal([Path.GetFileName(array.Folder)], info.VolumeGroups);
    }

    private static async Task<T> RefusedAsync<T>(string? extraInfo, string errorId)
        where T : StorageConnectException
    {
        using var plugin = TestArray.NewPlugin();
        var error = await Assert.ThrowsAsync<T>(() => plugin.ValidateAsync(TestArray.ServerFor(extraInfo), Token));
        Assert.Equal(errorId, error.ErrorId);
        Assert.False(string.IsNullOrEmpty(error.Recommendation));
        Assert.False(string.IsNullOrEmpty(error.Element));
        return error;
    }
}
