using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

public sealed class VolumeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task A_created_volume_is_there_for_the_next_process_with_all_it_was_created_with(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var made = await array.CreateAsync("db01", 10L << 30);

        using var next = await array.Another().ValidatedAsync();
        Assert.Equal(made, Assert.Single(await next.ListAsync()));
        Assert.Equal(made, await next.RecordAsync(made));
        Assert.Equal(10L << 30, made.SizeBytes);
        Assert.Equal(StorageElementType.Lun, made.Type);
        Assert.Equal(StorageElementState.Online, made.State);
        Assert.Equal("standard", made.Qos);
        Assert.True(made.ThinProvisioned);
        Assert.Equal(Path.GetFileName(array.Folder), made.VolumeGroupName);
        Assert.Matches("^[0-9a-f]{32}$", made.Uuid);
        Assert.Matches("^36025c0c[0-9a-f]{25}$", made.Page83Id);
        await array.AssertWholeAsync();
    }

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task Thin_takes_no_blocks_and_thick_takes_all(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var thin = await array.CreateAsync("thin", 8 << 20);
        var thick = await array.CreateAsync("thick", 8 << 20, thin: false);

        Assert.InRange(await BlocksAsync(array, thin), 0, 64 << 10);
        Assert.InRange(await BlocksAsync(array, thick), 8 << 20, 9 << 20);
        Assert.False(thick.ThinProvisioned);
    }

    [Fact]
    public async Task A_growth_that_another_process_overtook_cuts_nothing_off()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        using var other = await array.Another().ValidatedAsync();
        var volume = await array.CreateAsync("db01", 1 << 20);
        var grown = await other.ResizeAsync(volume, 4 << 20);

        // Approved while it had 1 MiB.
        var error = await array.FailsAsync<StorageElementBusyException>(array.ResizeAsync(volume, 2 << 20), "StorageElementChanged");
        Assert.True(error.Retryable);
        Assert.Equal(4 << 20, (await array.InfoAsync(volume)).SizeBytes);
        await array.AssertWholeAsync();

        Assert.Equal(2 << 20, (await array.ResizeAsync(grown, 2 << 20)).SizeBytes);
    }

    [Fact]
    public async Task A_volume_whose_file_cannot_be_moved_aside_stays_online()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync("db01");
        try
        {
            Steps.OnStepOfFlow = step => _ = step == "parking" ? throw new IOException("Input/output error") : 0;
            await Assert.ThrowsAnyAsync<StorageConnectException>(() => array.OfflineAsync(volume));
        }
        finally
        {
            Steps.OnStepOfFlow = null;
        }

        Assert.Equal(StorageElementState.Online, (await array.InfoAsync(volume)).State);
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_volume_that_can_not_be_recorded_as_online_stays_out_of_reach()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("db01");
        await array.OfflineAsync(volume);
        try
        {
            Steps.OnStepOfFlow = step => _ = step == "commit" ? throw new IOException("Input/output error") : 0;
            await Assert.ThrowsAnyAsync<StorageConnectException>(() => array.OnlineAsync(volume));
        }
        finally
        {
            Steps.OnStepOfFlow = null;
        }

        Assert.Equal(StorageElementState.Offline, (await array.InfoAsync(volume)).State);
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_volume_that_a_killed_process_left_in_reach_is_offline_only_when_nobody_uses_it()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("db01");
        var path = await array.PathAsync(volume);
        var (ended, _) = await ChildProcess.RunAsync(new("offline", array.Folder, ["db01"], "parking"), Token);
        Assert.False(ended);
        Assert.Equal(StorageElementState.Offline, (await array.InfoAsync(volume)).State);
        using (File.OpenRead(path))
        {
            // Neither in a process that has the pool open, nor in a new one.
            await array.FailsAsync<StorageElementBusyException>(array.OfflineAsync(volume), "StorageElementInUse");
            using var next = await array.Another().ValidatedAsync();
            await array.FailsAsync<StorageElementBusyException>(next.SnapAsync(volume, "s"), "StorageElementOnline");
        }

        var snapshot = await array.SnapAsync(volume, "s");
        Assert.False(File.Exists(path));
        await array.OfflineAsync(volume);
        await array.FinishedAsync(snapshot);
        await array.AssertWholeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restore_that_a_growth_in_another_process_overtook_cuts_nothing_off(bool isNamed)
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        using var other = await array.Another().ValidatedAsync();
        var volume = await array.CreateAsync("db01", 1 << 20);
        var snapshot = await array.SnapAsync(volume, "before");
        try
        {
            Steps.OnStepOfFlow = step =>
            {
                if (step == "members")
                {
                    Steps.OnStepOfFlow = null;
                    Task.Run(() => other.ResizeAsync(volume, 4 << 20), Token).GetAwaiter().GetResult();
                }
            };
            var error = await array.FailsAsync<StorageElementBusyException>(
                array.RestoreAsync(snapshot, isNamed ? volume : null), "StorageElementChanged");
            Assert.True(error.Retryable);
        }
        finally
        {
            Steps.OnStepOfFlow = null;
        }

        Assert.Equal(4 << 20, (await array.InfoAsync(volume)).SizeBytes);
        await array.AssertWholeAsync();

        // Now it is known.
        await array.RestoreAsync(snapshot, isNamed ? volume : null);
        Assert.Equal(1 << 20, (await array.InfoAsync(volume)).SizeBytes);
    }

    [Theory]
    [InlineData(512, 512)]
    [InlineData(513, 1024)]
    public async Task A_size_is_rounded_up_to_whole_sectors_and_the_actual_one_returned(long wanted, long actual)
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        Assert.Equal(actual, (await array.CreateAsync("a", wanted)).SizeBytes);
        await array.AssertWholeAsync();
    }

    [Theory]
    [InlineData(511)]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public async Task A_size_below_one_sector_is_refused(long size)
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.FailsAsync<InvalidRequestException>(array.CreateAsync("a", size), "SizeInvalid");
        await array.AssertWholeAsync();
    }

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task A_size_beyond_what_the_file_system_holds_is_refused_and_leaves_nothing(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        await array.FailsAsync<InvalidRequestException>(array.CreateAsync("a", long.MaxValue), "SizeInvalid");
        if (kind == PoolKind.Copy)
        {
            await array.FailsAsync<InvalidRequestException>(array.CreateAsync("a", 1L << 60), "SizeInvalid");
        }

        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_full_disk_refuses_a_thick_volume_and_leaves_nothing()
    {
        using var mount = LoopMounts.NewMount(PoolKind.Xfs);
        using var array = await TestArray.At(mount.Folder).ValidatedAsync();
        var small = await array.CreateAsync("small", 1 << 20, thin: false);
        await array.FailsAsync<LimitExceededException>(array.CreateAsync("large", 1L << 32, thin: false), "OutOfSpace");
        await array.FailsAsync<LimitExceededException>(array.ResizeAsync(small, 1L << 32), "OutOfSpace");
        Assert.Equal(small, Assert.Single(await array.ListAsync()));
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_thick_volume_that_is_too_large_takes_no_space_from_others_while_it_is_refused()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var disk = new DriveInfo(array.Folder);
        var free = disk.AvailableFreeSpace;
        var least = free;
        var refusal = Task.Run(() => array.FailsAsync<LimitExceededException>(array.CreateAsync("large", (2 * free) + (1L << 30), thin: false), "OutOfSpace"));
        while (!refusal.IsCompleted)
        {
            least = Math.Min(least, disk.AvailableFreeSpace);
        }

        await refusal;
        Assert.True(least > free / 2, $"{free - least} of {free} bytes were gone meanwhile.");
    }

    [Fact]
    public async Task A_disk_full_to_the_last_block_gives_one_clear_error_for_every_change()
    {
        using var mount = LoopMounts.NewMount(PoolKind.Xfs);
        using var array = await TestArray.At(mount.Folder).ValidatedAsync();
        var volume = await array.CreateAsync("v");
        Fill(Path.Combine(mount.Folder, "filler"));
        var failures = 0;
        for (var i = 0; i < 2000 && failures == 0; i++)
        {
            try
            {
                await array.CreateAsync($"v{i}");
                await array.CreateGroupAsync($"g{i}");
            }
            catch (LimitExceededException e)
            {
                Assert.Equal("OutOfSpace", e.ErrorId);
                failures++;
            }
        }

        await array.AssertWholeAsync();
        File.Delete(Path.Combine(mount.Folder, "filler"));
        using var again = await array.ReopenedAsync();
        Assert.Contains(volume, await again.ListAsync());
        await again.CreateAsync("after");
        await again.AssertWholeAsync();
    }

    [Fact]
    public async Task A_second_element_of_the_same_name_is_refused_whatever_its_type_and_case_makes_another_name()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync("db01");
        var snapshot = await array.SnapAsync(volume, "before");
        await array.CreateAsync("DB01");
        foreach (var name in new[] { "db01", "before" })
        {
            var error = await array.FailsAsync<AlreadyExistsException>(array.CreateAsync(name), "StorageElementExists");
            Assert.Equal(name, error.Element);
            await array.FailsAsync<AlreadyExistsException>(array.SnapAsync(volume, name), "StorageElementExists");
            await array.FailsAsync<AlreadyExistsException>(array.CloneAsync(volume, name), "StorageElementExists");
        }

        Assert.Equal(snapshot, Assert.Single(await array.SnapsAsync()));
        Assert.Equal(2, (await array.ListAsync()).Count);
        await array.AssertWholeAsync();
    }

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task Data_survives_growing_and_shrinking(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v", 1 << 20);
        await array.WriteAsync(volume, 7);
        Assert.Equal(4 << 20, (await array.ResizeAsync(volume, 4 << 20)).SizeBytes);
        Assert.Equal(7, await array.ReadAsync(volume));
        Assert.Equal(0, await array.ReadAsync(volume, 2 << 20));
        Assert.Equal(8192, (await array.ResizeAsync(volume, 8191)).SizeBytes);
        Assert.Equal(7, await array.ReadAsync(volume));
        await array.FailsAsync<InvalidRequestException>(array.ResizeAsync(volume, 0), "SizeInvalid");
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task Growing_a_thick_volume_reserves_what_it_grows_by()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v", 1 << 20, thin: false);
        await array.ResizeAsync(volume, 5 << 20);
        Assert.InRange(await BlocksAsync(array, volume), 5 << 20, 6 << 20);
    }

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task An_open_volume_can_grow_but_not_shrink_go_offline_or_be_removed(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        var volume = await array.CreateAsync("v", 1 << 20);
        using (File.OpenRead(await array.PathAsync(volume)))
        {
            volume = await array.ResizeAsync(volume, 2 << 20);
            await array.FailsAsync<StorageElementBusyException>(array.ResizeAsync(volume, 1 << 20), "StorageElementInUse");
            await array.FailsAsync<StorageElementBusyException>(array.OfflineAsync(volume), "StorageElementInUse");
            await array.FailsAsync<StorageElementBusyException>(array.RemoveAsync(volume), "StorageElementInUse");
        }

        await array.ResizeAsync(volume, 1 << 20);
        await array.OfflineAsync(volume);
        await array.RemoveAsync(volume);
        await array.AssertWholeAsync();
    }

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task An_offline_volume_has_no_path_and_the_one_it_had_leads_nowhere(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        await array.CreateGroupAsync("hosts", "50:01:43:80:12:34:56:78");
        var volume = await array.Plugin.StartPresentAsync(array.Server, await array.CreateAsync("v"), ["hosts"], Token);
        await array.WriteAsync(volume, 9);
        var path = await array.PathAsync(volume);

        await array.OfflineAsync(volume);
        await array.OfflineAsync(volume);
        Assert.False(File.Exists(path));
        var offline = Assert.Single(await array.Plugin.UpdateStorageElementsAsync(array.Server, [volume], false, Token));
        Assert.Empty(offline.DevicePaths);
        Assert.Equal(StorageElementState.Offline, offline.State);
        Assert.Equal(["hosts"], offline.AccessGroupNames);
        await array.ResizeAsync(volume, 2 << 20);
        await array.AssertWholeAsync();

        await array.OnlineAsync(volume);
        await array.OnlineAsync(volume);
        Assert.Equal(9, await array.ReadAsync(volume));
        Assert.Equal(path, await array.PathAsync(volume));
    }

    [Fact]
    public async Task A_volume_that_is_gone_is_not_found_by_any_call()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync("v");
        var snapshot = await array.SnapAsync(volume, "s");
        await array.RemoveSnapAsync(snapshot);
        await array.RemoveAsync(volume);
        foreach (var gone in new[] { volume, new() { Uuid = "no uuid at all", Name = "x" }, new StorageElement() })
        {
            Func<Task>[] calls =
            [
                () => array.InfoAsync(gone), () => array.OnlineAsync(gone), () => array.OfflineAsync(gone), () => array.RemoveAsync(gone),
                () => array.ResizeAsync(gone, 1 << 20), () => array.SnapAsync(gone, "s"), () => array.CloneAsync(gone, "c"),
                () => array.Plugin.SplitCloneAsync(array.Server, gone, Token), () => array.Plugin.SetQosAsync(array.Server, gone, "durable", Token),
                () => array.Plugin.GetStatusAsync(array.Server, gone, Token), () => array.Plugin.StartPresentAsync(array.Server, gone, [], Token),
                () => array.Plugin.IsCloneableAsync(array.Server, gone, Token), () => array.Plugin.GetCurrentSnapsAsync(array.Server, gone, Token),
                () => array.Plugin.UpdateStorageElementsAsync(array.Server, [gone], false, Token),
                () => array.Plugin.GetAccessGroupsAsync(array.Server, gone, Token),
            ];
            foreach (var call in calls)
            {
                await array.FailsAsync<NotFoundException>(call(), "StorageElementNotFound");
            }
        }

        await array.FailsAsync<NotFoundException>(array.RemoveSnapAsync(snapshot), "SnapshotNotFound");
        await array.FailsAsync<NotFoundException>(array.RestoreAsync(snapshot, null), "SnapshotNotFound");
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task What_is_presented_or_has_snapshots_is_not_removed()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync("v");
        await array.CreateGroupAsync("g");
        await array.Plugin.StartPresentAsync(array.Server, volume, ["g"], Token);
        await array.FailsAsync<StorageElementBusyException>(array.RemoveAsync(volume), "StorageElementPresented");
        await array.Plugin.StopPresentAsync(array.Server, volume, ["g"], Token);
        var snapshot = await array.SnapAsync(volume, "s");
        await array.FailsAsync<StorageElementBusyException>(array.RemoveAsync(volume), "StorageElementHasSnapshots");
        await array.FailsAsync<InvalidRequestException>(array.RemoveAsync(snapshot), "StorageElementIsSnapshot");
        await array.RemoveSnapAsync(snapshot);
        await array.RemoveAsync(volume);
        await array.AssertWholeAsync();
    }

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task Quality_of_service_is_applied_to_the_file_and_changed_later(PoolKind kind)
    {
        using var array = await TestArray.NewAsync(kind);
        Assert.Equal(["standard", "durable"], (await array.Plugin.GetQosListAsync(array.Server, Token)).Select(value => value.Value));
        var volume = await array.CreateAsync("v", qos: "durable");
        Assert.Equal("durable", volume.Qos);
        Assert.Contains("S", LoopMounts.Run("lsattr", await array.PathAsync(volume)).Split(' ')[0], StringComparison.Ordinal);
        await array.Plugin.SetQosAsync(array.Server, volume, "standard", Token);
        Assert.DoesNotContain("S", LoopMounts.Run("lsattr", await array.PathAsync(volume)).Split(' ')[0], StringComparison.Ordinal);
        Assert.Equal("standard", (await array.InfoAsync(volume)).Qos);
        await array.FailsAsync<InvalidRequestException>(array.CreateAsync("w", qos: "gold"), "QosUnknown");
        await array.FailsAsync<InvalidRequestException>(array.Plugin.SetQosAsync(array.Server, volume, "gold", Token), "QosUnknown");
    }

    [Fact]
    public async Task An_element_is_durable_on_disk_before_its_record_says_so()
    {
        using var array = await TestArray.NewAsync(PoolKind.Btrfs);
        var volume = await array.CreateAsync("v");
        var steps = new List<string>();
        try
        {
            Steps.OnStepOfFlow = steps.Add;
            await array.Plugin.SetQosAsync(array.Server, volume, "durable", Token);
        }
        finally
        {
            Steps.OnStepOfFlow = null;
        }

        Assert.Equal(["sync", "commit", "committed"], steps);
    }

    [Fact]
    public async Task An_unknown_volume_group_is_refused_and_the_pools_own_accepted()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var wanted = new StorageElement { Name = "v", SizeBytes = 512, VolumeGroupName = Path.GetFileName(array.Folder) };
        await array.Plugin.CreateAsync(array.Server, wanted, true, null, Token);
        await array.FailsAsync<InvalidRequestException>(
            array.Plugin.CreateAsync(array.Server, wanted with { Name = "w", VolumeGroupName = "other" }, true, null, Token), "VolumeGroupUnknown");
    }

    [Fact]
    public async Task A_cancelled_call_changes_nothing()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => array.Plugin.CreateAsync(array.Server, new() { Name = "v", SizeBytes = 512 }, true, null, new(canceled: true)));
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task Files_are_private()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        Assert.Equal("600", Mode(await array.PathAsync(volume)));
        Assert.Equal("600", Mode(Path.Combine(array.Folder, "local.db")));
        Assert.Equal("700", Mode(Path.Combine(array.Folder, "volumes")));
    }

    private static string Mode(string path) => LoopMounts.Run("stat", "-c", "%a", path).Trim();

    private static async Task<long> BlocksAsync(TestArray array, StorageElement element) =>
        long.Parse(LoopMounts.Run("stat", "-c", "%b", await array.PathAsync(element)), System.Globalization.CultureInfo.InvariantCulture) * 512;

    internal static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 0);
        var size = 1 << 20;
        var data = new byte[size];
        while (size >= 512)
        {
            try
            {
                file.Write(data, 0, size);
                file.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }
}
