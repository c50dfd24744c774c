using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Errors;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>Lost and cut files, damaged databases, full file systems: each is told, and each has a way out.</summary>
public sealed class DamageTests
{
    private const long Mebibyte = 1 << 20;

    public static TheoryData<PoolKind> Kinds { get; } = [PoolKind.Xfs, PoolKind.Btrfs, PoolKind.Ext4];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task One_lost_file_is_one_lost_element(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var (lost, whole) = (await array.CreateAsync("lost"), await array.CreateAsync("whole"));
        await array.WriteAsync(lost, 5);
        var snapshot = await array.SnapAnywhereAsync(lost, "s");
        File.Delete(await array.PathAsync(lost));

        await array.FailsAsync<DataCorruptException>(array.ResizeAsync(lost, 2 * Mebibyte), "StorageElementDamaged");
        await array.FailsAsync<DataCorruptException>(array.SnapAsync(lost, "t"), "StorageElementDamaged");
        await array.FailsAsync<DataCorruptException>(array.CloneAsync(lost, "c"), "StorageElementDamaged");
        Assert.StartsWith("Damaged", (await array.InfoAsync(lost)).Status, StringComparison.Ordinal);
        Assert.Equal("OK", (await array.InfoAsync(whole)).Status);
        Assert.Equal(2, (await array.ListAsync()).Count);

        using var again = await array.ReopenedAsync();
        await again.ResizeAsync(whole, 2 * Mebibyte);
        await again.OfflineAsync(lost);
        await again.OnlineAsync(lost);
        Assert.True(await again.Plugin.IsRestorableAsync(again.Server, snapshot, lost, Token));
        await again.RestoreAsync(snapshot, lost);
        Assert.Equal("OK", (await again.InfoAsync(lost)).Status);
        Assert.Equal(5, await again.ReadAsync(lost));

        File.Delete(await again.PathAsync(lost));
        await again.RemoveSnapAsync(snapshot);
        await again.RemoveAsync(lost);
        await again.CreateAsync("lost");
        await again.AssertWholeAsync();
    }

    [Fact]
    public async Task A_resize_of_a_lost_file_that_an_older_version_began_does_not_keep_the_pool_from_being_opened()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var (lost, whole) = (await array.CreateAsync("lost"), await array.CreateAsync("whole"));
        File.Delete(await array.PathAsync(lost));
        array.Plugin.Dispose();
        Sqlite.Execute(Path.Combine(array.Folder, "local.db"), $"INSERT INTO intents VALUES ('{lost.Uuid}', 2, {4 * Mebibyte}, NULL)");
        using var again = await array.Another().ValidatedAsync();
        await again.ResizeAsync(whole, 2 * Mebibyte);
        Assert.Equal(Mebibyte, (await again.InfoAsync(lost)).SizeBytes);
        await again.RemoveAsync(lost);
    }

    [Theory]
    [MemberData(nameof(TestArray.ReflinkKinds), MemberType = typeof(TestArray))]
    public async Task A_file_that_is_cut_off_is_told_and_its_damage_does_not_spread(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v");
        await array.WriteAsync(volume, 5);
        var snapshot = await array.SnapAsync(volume, "s");
        using (var file = new FileStream(await array.PathAsync(volume), FileMode.Open))
        {
            file.SetLength(4096);
        }

        Assert.Contains("4096 bytes instead of 1048576", await array.Plugin.GetStatusAsync(array.Server, volume, Token), StringComparison.Ordinal);
        await array.FailsAsync<DataCorruptException>(array.SnapAsync(volume, "t"), "StorageElementDamaged");
        await array.FailsAsync<DataCorruptException>(array.ResizeAsync(volume, 2 * Mebibyte), "StorageElementDamaged");
        await array.RestoreAsync(snapshot, volume);
        Assert.Equal("OK", await array.Plugin.GetStatusAsync(array.Server, volume, Token));

        File.Delete(Path.Combine(array.Folder, "snapshots", snapshot.Uuid, volume.Uuid));
        Assert.StartsWith("Damaged", await array.Plugin.GetStatusAsync(array.Server, snapshot, Token), StringComparison.Ordinal);
        await array.FailsAsync<DataCorruptException>(array.RestoreAsync(snapshot, volume), "StorageElementDamaged");
        await array.FailsAsync<DataCorruptException>(array.CloneFromSnapAsync(volume, snapshot, "c"), "StorageElementDamaged");
        await array.RemoveSnapAsync(snapshot);
        await array.AssertWholeAsync();
    }

    [Theory]
    [MemberData(nameof(TestArray.ReflinkKinds), MemberType = typeof(TestArray))]
    public async Task A_split_changes_neither_size_nor_content_whatever_the_size(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        for (var sectors = 1; sectors <= 33; sectors += 2)
        {
            var volume = await array.CreateAsync($"v{sectors}", sectors * 512);
            await array.WriteAsync(volume, 7, sectors * 512);
            var clone = await array.CloneAsync(volume, $"c{sectors}");
            await array.OfflineAsync(clone);
            var split = await array.Plugin.SplitCloneAsync(array.Server, clone, Token);
            await array.OnlineAsync(clone);
            Assert.Equal((StorageElementType.Lun, sectors * 512L), (split.Type, split.SizeBytes));
            Assert.Equal(Enumerable.Repeat((byte)7, sectors * 512), await File.ReadAllBytesAsync(await array.PathAsync(clone), Token));
            Assert.Equal(sectors * 512L, (await array.CloneAsync(clone, $"d{sectors}")).SizeBytes);
            Assert.Equal("OK", (await array.InfoAsync(clone)).Status);
        }

        // A file that an older version enlarged is cut to size in its clones, and is none the worse.
        var odd = (await array.ListAsync()).First(element => element.Name == "c3");
        using (var file = new FileStream(await array.PathAsync(odd), FileMode.Open))
        {
            file.SetLength(4096);
        }

        Assert.Contains("instead of 1536", (await array.InfoAsync(odd)).Status, StringComparison.Ordinal);
        var healed = await array.CloneAsync(odd, "healed");
        Assert.Equal((1536, "OK"), (healed.SizeBytes, (await array.InfoAsync(healed)).Status));
        await array.ResizeAsync(odd, 2048);
        Assert.Equal("OK", (await array.InfoAsync(odd)).Status);
    }

    [Theory]
    [MemberData(nameof(TestArray.ReflinkKinds), MemberType = typeof(TestArray))]
    public async Task A_restore_works_at_once_though_a_killed_one_left_its_spare_file(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v");
        await array.WriteAsync(volume, 1);
        var snapshot = await array.SnapAsync(volume, "s");
        await array.WriteAsync(volume, 2);
        await File.WriteAllTextAsync(Path.Combine(array.Folder, "making", $"{volume.Uuid}.spare"), "x", Token);
        await array.RestoreAsync(snapshot, volume);
        Assert.Equal(1, await array.ReadAsync(volume));
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task Splitting_what_is_no_clone_is_an_error()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync("v");
        await Assert.ThrowsAsync<NoSuchOperationException>(() => array.Plugin.SplitCloneAsync(array.Server, volume, Token));
    }

    [Fact]
    public async Task Where_snapshots_are_copies_a_clone_of_one_needs_no_offline_source()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        await array.WriteAsync(volume, 3);
        var snapshot = await array.SnapAnywhereAsync(volume, "s");
        Assert.Equal(StorageElementState.Online, (await array.InfoAsync(volume)).State);
        var clone = await array.FinishedAsync(await array.CloneFromSnapAsync(volume, snapshot, "c"));
        Assert.Equal(3, await array.ReadAsync(clone));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_full_file_system_can_be_looked_at_and_emptied(PoolKind kind)
    {
        for (var seed = 0; seed < LongRun.Count(1); seed++)
        {
            var random = new Random(seed);
            using var mount = LoopMounts.NewMount(kind, 400 * Mebibyte);
            var array = await TestArray.At(mount.Folder).ValidatedAsync();
            await array.CreateGroupAsync("g", "iqn.2001-04.com.example:host1");
            for (var i = 0; i < random.Next(3, 20); i++)
            {
                var volume = await array.CreateAsync($"v{i}", 4L << 30);
                Fill(await array.PathAsync(volume), random.NextInt64(Mebibyte, 20 * Mebibyte));
                if (kind != PoolKind.Ext4 && random.Next(2) == 0)
                {
                    await array.SnapAsync(volume, $"s{i}");
                }

                await array.Plugin.StartPresentAsync(array.Server, volume, ["g"], Token);
            }

            var last = await array.CreateAsync("last", 4L << 30);
            Fill(await array.PathAsync(last), long.MaxValue);
            Fill(Path.Combine(mount.Folder, "rest"), long.MaxValue);
            LoopMounts.Run("sync", "-f", mount.Folder);
            Assert.InRange((await array.Plugin.GetInfoAsync(array.Server, Token)).FreeBytes!.Value, 0, 2 * Mebibyte);

            // With the process that was there, or a new one.
            if (random.Next(2) == 0)
            {
                array = await array.ReopenedAsync();
            }

            var elements = (await array.ListAsync()).ToArray();
            random.Shuffle(elements);
            Assert.All(elements, element => Assert.Equal("OK", array.Plugin.GetStatusAsync(array.Server, element, Token).GetAwaiter().GetResult()));
            foreach (var element in elements)
            {
                await array.Plugin.StopPresentAsync(array.Server, element, ["g"], Token);
                if (random.Next(3) == 0)
                {
                    await array.OfflineAsync(element);
                }

                foreach (var snapshot in await array.SnapsAsync(element))
                {
                    await array.RemoveSnapAsync(snapshot);
                }

                await array.RemoveAsync(element);
            }

            Assert.Empty(await array.ListAsync());
            await array.AssertWholeAsync();
            await array.CreateAsync("new");
            array.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_full_file_system_can_be_emptied_by_a_process_that_comes_after_a_removal(PoolKind kind)
    {
        using var mount = LoopMounts.NewMount(kind, 400 * Mebibyte);
        using (var array = await TestArray.At(mount.Folder).ValidatedAsync())
        {
            var big = await array.CreateAsync("big", 4L << 30);
            await array.RemoveAsync(await array.CreateAsync("gone"));
            Fill(await array.PathAsync(big), long.MaxValue);
        }

        Fill(Path.Combine(mount.Folder, "rest"), long.MaxValue);
        LoopMounts.Run("sync", "-f", mount.Folder);
        using var later = await TestArray.At(mount.Folder).ValidatedAsync();
        var left = Assert.Single(await later.ListAsync());
        Assert.Equal("OK", await later.Plugin.GetStatusAsync(later.Server, left, Token));
        await later.RemoveAsync(left);
        Assert.Empty(await later.ListAsync());
        await later.AssertWholeAsync();
    }

    [Fact]
    public void A_write_of_the_database_that_failed_is_a_lack_of_room_only_where_there_is_none()
    {
        var error = new Microsoft.Data.Sqlite.SqliteException("disk I/O error", 10, 778);
        using var mount = LoopMounts.NewMount(PoolKind.Ext4, 50 * Mebibyte);
        Assert.Equal("PoolUnreadable", ((StorageConnectException)ErrorMapping.Translate(error, new(mount.Folder), null)).ErrorId);
        Fill(Path.Combine(mount.Folder, "rest"), long.MaxValue);
        Assert.Equal("OutOfSpace", ((StorageConnectException)ErrorMapping.Translate(error, new(mount.Folder), null)).ErrorId);
    }

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task What_can_not_be_deleted_of_a_removed_snapshot_is_told_and_all_the_rest_works(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v");
        var snapshot = await array.SnapAnywhereAsync(volume, "s");
        var folder = Path.Combine(array.Folder, "snapshots", snapshot.Uuid);
        var strange = Directory.CreateDirectory(Path.Combine(folder, "old")).FullName;
        await array.RemoveSnapAsync(snapshot);
        Assert.Empty(await array.SnapsAsync());

        using var again = await array.ReopenedAsync();
        Assert.Contains($"can't be cleaned up: remove the folder {folder}", await again.Plugin.GetStatusAsync(again.Server, null, Token),
            StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, volume.Uuid)));
        Assert.True(Directory.Exists(strange));
        await again.CreateAsync("w");
        await again.RemoveAsync(volume);

        Directory.Delete(strange);
        using var last = await again.ReopenedAsync();
        Assert.DoesNotContain("cleaned up", await last.Plugin.GetStatusAsync(last.Server, null, Token), StringComparison.Ordinal);
        await last.AssertWholeAsync();
    }

    [Fact]
    public async Task What_can_not_be_deleted_or_moved_after_a_kill_keeps_nobody_from_the_pool()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var offline = await array.CreateAsync("offline");
        await array.OfflineAsync(offline);
        await array.CreateAsync("whole");
        array.Plugin.Dispose();
        var moved = Path.Combine(array.Folder, "volumes", offline.Uuid);
        File.Move(Path.Combine(array.Folder, "offline", offline.Uuid), moved);
        var half = Path.Combine(array.Folder, "volumes", new('1', 32));
        Directory.CreateDirectory(half);
        await File.WriteAllTextAsync(Path.Combine(array.Folder, "making", new('1', 32)), "", Token);
        try
        {
            LoopMounts.Run("chattr", "+i", moved);
            using var again = await array.Another().ValidatedAsync();
            Assert.Equal(["offline", "whole"], (await again.ListAsync()).Select(element => element.Name).Order(StringComparer.Ordinal));
            Assert.Contains("cleaned up", await again.Plugin.GetStatusAsync(again.Server, null, Token), StringComparison.Ordinal);
        }
        finally
        {
            LoopMounts.Run("chattr", "-i", moved);
        }

        Directory.Delete(half);
        using var last = await array.Another().ValidatedAsync();
        await last.AssertWholeAsync();
    }

    [Theory]
    [InlineData(PoolKind.Copy, 1 << 20, 3 << 20)]
    [InlineData(PoolKind.Xfs, 1 << 20, 3 << 20)]
    [InlineData(PoolKind.Xfs, 4608, 8192)]
    [InlineData(PoolKind.Btrfs, 1 << 20, 3 << 20)]
    [InlineData(PoolKind.Btrfs, 4608, 8192)]
    public async Task A_volume_that_became_longer_is_restored_and_its_snapshots_and_clones_are_whole(PoolKind kind, int size, int length)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v", size);
        await array.WriteAsync(volume, 5, size);
        var before = await array.SnapAnywhereAsync(volume, "before");

        // As dd of a larger image does.
        await array.WriteAsync(volume, 6, length);
        Assert.StartsWith("Damaged", (await array.InfoAsync(volume)).Status, StringComparison.Ordinal);
        var after = await array.SnapAnywhereAsync(volume, "after");
        var clone = await array.CloneAnywhereAsync(volume, "clone");
        Assert.Equal(("OK", "OK"), ((await array.InfoAsync(after)).Status, (await array.InfoAsync(clone)).Status));

        await array.RestoreAsync(before, volume);
        Assert.Equal(("OK", 5), ((await array.InfoAsync(volume)).Status, await array.ReadAsync(volume, size - 1)));
        await array.RestoreAsync(after, volume);
        Assert.Equal(("OK", 6), ((await array.InfoAsync(volume)).Status, await array.ReadAsync(volume, size - 1)));
        await array.AssertWholeAsync();
    }

    [Fact]
    public void A_first_change_that_waits_for_no_disk_leaves_a_database_that_can_be_opened()
    {
        var folder = Directory.CreateTempSubdirectory("pool-").FullName;
        var pool = new PoolFolder(folder);
        using (var database = PoolDatabase.Open(pool, create: true))
        {
            database.Write(db => GroupRows.Insert(db, "g", []), Token);
        }

        Assert.True(File.Exists(pool.Seal));
        using (var database = PoolDatabase.Open(pool, create: false))
        {
            database.WriteUnsynced(db => GroupRows.Insert(db, "h", []));
        }

        using (var database = PoolDatabase.Open(pool, create: false))
        {
            Assert.Equal(2, database.Read(GroupRows.All).Count);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task When_nobody_uses_a_pool_its_files_are_a_backup()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        array.Plugin.Dispose();
        Assert.False(File.Exists(Path.Combine(array.Folder, "local.db-wal")));
        var (ended, _) = await ChildProcess.RunAsync(new("create", array.Folder, ["w"]), Token);
        Assert.True(ended);
        Assert.False(File.Exists(Path.Combine(array.Folder, "local.db-wal")));
        Assert.Equal(["v", "w"], Sqlite.Column(Path.Combine(array.Folder, "local.db"), "SELECT name FROM elements ORDER BY name"));
        using var again = await array.Another().ValidatedAsync();
        Assert.Equal(volume, await again.RecordAsync(volume));
    }

    [Theory]
    [InlineData("a flipped bit", true, 40)]
    [InlineData("a flipped bit", false, 40)]
    [InlineData("a page of random bytes", true, 10)]
    [InlineData("a page of random bytes", false, 10)]
    [InlineData("a page of zeros", false, 10)]
    public async Task Damage_to_a_database_never_passes_for_the_truth(string damage, bool sealedWell, int shortRuns)
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.CreateGroupAsync("hosts", "iqn.2001-04.com.example:host1", "iqn.2001-04.com.example:host2");
        for (var i = 0; i < 20; i++)
        {
            var volume = await array.CreateAsync($"volume {i}", (i + 1) * 4096);
            await array.Plugin.StartPresentAsync(array.Server, volume, ["hosts"], Token);
        }

        var expected = await AnswerAsync(array);
        array.Plugin.Dispose();
        var path = Path.Combine(array.Folder, "local.db");
        var seal = Path.Combine(array.Folder, "local.sum");
        var (good, sum) = (await File.ReadAllBytesAsync(path, Token), await File.ReadAllBytesAsync(seal, Token));
        var random = new Random(16);
        var (told, right, wrong) = (0, 0, new List<string>());
        for (var run = 0; run < LongRun.Count(shortRuns); run++)
        {
            var bad = (byte[])good.Clone();
            var place = DoDamage(bad, damage, random);
            await File.WriteAllBytesAsync(path, bad, Token);
            await (sealedWell ? File.WriteAllBytesAsync(seal, sum, Token) : Task.Run(() => File.Delete(seal), Token));
            File.Delete(path + "-wal");
            File.Delete(path + "-shm");
            using var again = array.Another();
            try
            {
                await again.ValidatedAsync();
                var actual = await AnswerAsync(again);
                if (actual == expected)
                {
                    right++;
                }
                else if (actual.Contains("Damaged", StringComparison.Ordinal))
                {
                    told++;
                }
                else
                {
                    wrong.Add($"{damage} at {place}: {actual}");
                }
            }
            catch (StorageConnectException)
            {
                told++;
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{told} told, {right} without effect, {wrong.Count} wrong");
        await File.WriteAllBytesAsync(path, good, Token);
        Assert.True(wrong.Count <= (sealedWell ? 0 : Math.Max(1, (told + right) / 150)), string.Join("\n", wrong));
    }

    /// <summary>Damages the content of a file, and returns where: the number of the bit or of the page.</summary>
    private static int DoDamage(byte[] content, string damage, Random random)
    {
        const int pageLength = 4096;
        if (damage == "a flipped bit")
        {
            var bit = random.Next(content.Length * 8);
            content[bit / 8] ^= (byte)(1 << (bit % 8));
            return bit;
        }

        var number = random.Next(content.Length / pageLength);
        var page = content.AsSpan(number * pageLength, pageLength);
        page.Clear();
        if (damage == "a page of random bytes")
        {
            random.NextBytes(page);
        }

        return number;
    }

    private static async Task<string> AnswerAsync(TestArray array)
    {
        var lines = new List<string>();
        foreach (var element in await array.ListAsync())
        {
            lines.Add(
                $"{element.Uuid} {element.Name} {element.SizeBytes} {element.Page83Id} " +
                $"{string.Join(',', element.AccessGroupNames)} {(await array.InfoAsync(element)).Status}");
        }

        lines.AddRange((await array.Plugin.GetAccessGroupsAsync(array.Server, null, Token)).Select(group => $"{group.Name} {string.Join(',', group.Entries)}"));
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    /// <summary>Writes until there is no room.</summary>
    private static void Fill(string path, long most)
    {
        var data = new byte[Mebibyte];
        Random.Shared.NextBytes(data);
        FileStream file;
        try
        {
            file = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (IOException)
        {
            // Not even room for a name.
            return;
        }

        using var open = file;
        var step = data.Length;
        for (long written = 0; written < most && step >= 4096;)
        {
            try
            {
                file.Write(data.AsSpan(0, step));
                written += step;
            }
            catch (IOException)
            {
                step /= 4;
            }
        }
    }
}
