using System.Security.Cryptography;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>Snapshots and clones as copies that go on in the background of whichever process is alive.</summary>
[Collection(nameof(WholeProcess))]
public sealed class CopyPoolTests
{
    private const int Mebibyte = 1 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_written_before_the_snapshot_are_in_the_clone_and_bytes_written_after_are_not()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v", 8 * Mebibyte);
        await array.WriteAsync(volume, 1, 4096, 5 * Mebibyte);
        var snapshot = await array.SnapAnywhereAsync(volume, "s");
        await array.WriteAsync(volume, 2, 4096, 5 * Mebibyte);
        var clone = await array.FinishedAsync(await array.CloneFromSnapAsync(volume, snapshot, "c"));
        Assert.Equal(1, await array.ReadAsync(clone, 5 * Mebibyte));
        Assert.Equal(2, await array.ReadAsync(volume, 5 * Mebibyte));
        Assert.Equal(StorageElementType.Lun, clone.Type);
        Assert.Equal([snapshot.Uuid], clone.SourceUuids);
        Assert.True(clone.ThinProvisioned);
        Assert.False(await array.Plugin.IsSplittableAsync(array.Server, clone, Token));
        var error = await Assert.ThrowsAsync<NoSuchOperationException>(() => array.Plugin.SplitCloneAsync(array.Server, clone, Token));
        Assert.Equal("c", error.Element);
        Assert.Equal([clone], await array.Plugin.GetCurrentClonesAsync(array.Server, volume, Token));
        using (var file = LinuxFile.Open(await array.PathAsync(clone), write: false))
        {
            Assert.Equal(4096, LinuxFile.CountData(file));
        }

        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_copy_or_restore_that_can_not_fit_as_a_whole_is_refused_before_anything_is_copied()
    {
        using var mount = LoopMounts.NewMount(PoolKind.Ext4);
        using var array = await TestArray.At(mount.Folder).ValidatedAsync();
        var (data, log) = (await array.CreateAsync("data", 70 * Mebibyte), await array.CreateAsync("log", 70 * Mebibyte));
        await array.WriteAsync(data, 1, 70 * Mebibyte);
        await array.WriteAsync(log, 1, 70 * Mebibyte);
        await array.OfflineAsync(data);
        await array.OfflineAsync(log);
        var snapshot = await array.FinishedAsync(await array.MultiSnapAsync("both", data, log));
        var free = (await array.Plugin.GetInfoAsync(array.Server, Token)).FreeBytes!.Value;
        Assert.InRange(free, 0, 140 * Mebibyte);
        using (var rest = LinuxFile.Create(Path.Combine(mount.Folder, "rest")))
        {
            // Room for one of them.
            LinuxFile.Reserve(rest, 0, Math.Max(free - (100 * Mebibyte), 4096));
        }

        foreach (var change in new PlannedChange[]
        {
            new(GuideMethod.SnapRestore) { Elements = [snapshot] }, new(GuideMethod.CreateMultiSnap) { Elements = [data, log] },
        })
        {
            await array.FailsAsync<LimitExceededException>(array.Plugin.CheckChangeAsync(array.Server, change, Token), "OutOfSpace");
        }

        var steps = new List<string>();
        try
        {
            Steps.OnStepOfFlow = steps.Add;
            await array.FailsAsync<LimitExceededException>(array.RestoreAsync(snapshot, null), "OutOfSpace");
        }
        finally
        {
            Steps.OnStepOfFlow = null;
        }

        Assert.Equal(["members"], steps);
        await array.RestoreAsync(snapshot, log);
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_source_that_is_online_is_refused()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        await array.FailsAsync<StorageElementBusyException>(array.SnapAsync(volume, "s"), "StorageElementOnline");
        await array.FailsAsync<StorageElementBusyException>(array.CloneAsync(volume, "c"), "StorageElementOnline");
        await array.FailsAsync<StorageElementBusyException>(array.MultiSnapAsync("m", volume), "StorageElementOnline");
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task While_a_copy_runs_its_source_stands_still_its_name_is_taken_and_nobody_sees_it()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await OfflineWithDataAsync(array, 64);
        using var pause = new Pause("copied");
        var copy = await array.CloneAsync(volume, "c");
        Assert.Equal(0, copy.AsyncProgress);
        Assert.NotNull(copy.AsyncHandle);
        await pause.ReachedAsync();

        var progress = await array.Plugin.GetAsyncProgressAsync(array.Server, copy, Token);
        Assert.InRange(progress.AsyncProgress!.Value, 1, 99);
        Assert.Equal(copy with { AsyncProgress = progress.AsyncProgress }, progress);
        Assert.Equal([volume.Uuid], (await array.ListAsync()).Select(element => element.Uuid));
        await array.FailsAsync<StorageElementBusyException>(array.OnlineAsync(volume), "StorageElementInUse");
        await array.FailsAsync<StorageElementBusyException>(array.ResizeAsync(volume, Mebibyte), "StorageElementInUse");
        await array.FailsAsync<StorageElementBusyException>(array.RemoveAsync(volume), "StorageElementInUse");

        // So is the answer to -WhatIf.
        foreach (var change in new PlannedChange[] { new(GuideMethod.Online), new(GuideMethod.Resize) { SizeBytes = Mebibyte }, new(GuideMethod.Remove) })
        {
            await array.FailsAsync<StorageElementBusyException>(
                array.Plugin.CheckChangeAsync(array.Server, change with { Elements = [volume] }, Token), "StorageElementInUse");
        }

        await array.FailsAsync<AlreadyExistsException>(array.CreateAsync("c"), "StorageElementExists");
        await array.FailsAsync<NotFoundException>(array.RemoveAsync(copy), "StorageElementNotFound");
        pause.Dispose();

        var done = await array.FinishedAsync(copy);
        Assert.Equal(copy with { AsyncProgress = null, AsyncHandle = null }, done);
        Assert.Equal(done, await array.RecordAsync(done));
        await array.OnlineAsync(volume);
        Assert.Equal(Hash(await array.PathAsync(volume)), Hash(await array.PathAsync(done)));
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_copy_whose_process_was_killed_is_taken_over_from_where_it_stopped()
    {
        const int size = 512;
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await OfflineWithDataAsync(array, size);
        array.Plugin.Dispose();

        // Killed just after it had noted its position for the third time.
        var (ended, output) = await ChildProcess.RunAsync(new("copy", array.Folder, ["v", "c"], "noted", 3), Token);
        Assert.False(ended);
        var copy = ChildProcess.ReadCopy(output[0]);

        using var next = await array.Another().ValidatedAsync();
        var done = await next.FinishedAsync(copy);
        Assert.Equal("c", done.Name);
        await next.OnlineAsync(volume);
        Assert.Equal(Hash(await next.PathAsync(volume)), Hash(await next.PathAsync(done)));
        using (var file = LinuxFile.Open(await next.PathAsync(done), write: false))
        {
            Assert.Equal((long)size * Mebibyte, LinuxFile.CountData(file));
            Assert.Equal((size + 64L) * Mebibyte, RandomAccess.GetLength(file));
        }

        // What was noted was not copied again: all workers together copied the data once.
        var database = Path.Combine(array.Folder, "local.db");
        Assert.Equal(["1"], Sqlite.Column(database, "SELECT takeovers FROM jobs"));
        Assert.Equal([$"{(long)size * Mebibyte}"], Sqlite.Column(database, "SELECT copied FROM jobs"));
        await next.AssertWholeAsync();
    }

    [Fact]
    public async Task A_copy_goes_on_in_another_plug_in_when_the_first_is_closed()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await OfflineWithDataAsync(array, 64);
        StorageElement copy;
        using (var pause = new Pause("copied"))
        {
            copy = await array.CloneAsync(volume, "c");
            await pause.ReachedAsync();

            // Somebody who only looks does not disturb the one at work.
            using var looker = await array.Another().ValidatedAsync();
            Assert.NotNull((await looker.Plugin.GetAsyncProgressAsync(array.Server, copy, Token)).AsyncProgress);
            var closing = Task.Run(array.Plugin.Dispose, Token);
            pause.Dispose();
            await closing;
        }

        using var next = array.Another();
        await next.FinishedAsync(copy);
        Assert.Equal([$"{64L * Mebibyte}"], Sqlite.Column(Path.Combine(array.Folder, "local.db"), "SELECT copied FROM jobs"));
        await next.AssertWholeAsync();
    }

    [Fact]
    public async Task A_copy_that_is_stopped_leaves_nothing_and_says_so_to_those_who_ask()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await OfflineWithDataAsync(array, 64);
        StorageElement copy;
        using (var pause = new Pause("copied"))
        {
            copy = await array.CloneAsync(volume, "c");
            await pause.ReachedAsync();
            var cancel = array.Plugin.CancelAsync(array.Server, copy, Token);
            pause.Dispose();
            Assert.True(await cancel);
        }

        await array.AssertWholeAsync();
        await array.FailsAsync<InvalidRequestException>(array.Plugin.GetAsyncProgressAsync(array.Server, copy, Token), "OperationStopped");
        Assert.False(await array.Plugin.CancelAsync(array.Server, copy, Token));
        await array.OnlineAsync(volume);
        await array.CreateAsync("c");
    }

    [Fact]
    public async Task A_copy_that_runs_in_another_process_is_stopped_there()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await OfflineWithDataAsync(array, 1024);
        array.Plugin.Dispose();
        using var child = ChildProcess.Start(new("copy", array.Folder, ["v", "c"]));
        var copy = ChildProcess.ReadCopy((await child.StandardOutput.ReadLineAsync(Token))!);
        using var here = await array.Another().ValidatedAsync();
        Assert.True(await here.Plugin.CancelAsync(array.Server, copy, Token));
        await child.WaitForExitAsync(Token);
        await here.AssertWholeAsync();
        Assert.Single(await here.ListAsync());
    }

    [Fact]
    public async Task A_copy_that_finds_no_room_leaves_nothing_and_tells_why()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"small-{Guid.NewGuid():N}")).FullName;
        Assert.SkipUnless(Environment.UserName == "root", "Mounting a small file system for the test needs root.");
        LoopMounts.Run("mount", "-t", "tmpfs", "-o", "size=48m,mode=700", "tmpfs", folder);
        try
        {
            using var array = await TestArray.At(folder).ValidatedAsync();
            var volume = await OfflineWithDataAsync(array, 16);
            StorageElement copy;
            using (var pause = new Pause("copied"))
            {
                copy = await array.CloneAsync(volume, "c");
                await pause.ReachedAsync();
                Assert.Throws<IOException>(() => File.WriteAllBytes(Path.Combine(folder, "fill"), new byte[48 * Mebibyte]));
            }

            var error = await Assert.ThrowsAsync<LimitExceededException>(() => array.FinishedAsync(copy));
            Assert.Equal("OutOfSpace", error.ErrorId);
            await array.AssertWholeAsync();
            await array.OnlineAsync(volume);
        }
        finally
        {
            LoopMounts.Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    [Fact]
    public async Task A_copy_that_can_not_fit_is_refused_before_it_takes_any_room()
    {
        using var mount = LoopMounts.NewMount(PoolKind.Ext4, 100L << 20);
        using var array = await TestArray.At(mount.Folder).ValidatedAsync();
        var volume = await OfflineWithDataAsync(array, 60);
        var before = (await array.Plugin.GetInfoAsync(array.Server, Token)).FreeBytes;
        await array.FailsAsync<LimitExceededException>(array.CloneAsync(volume, "c"), "OutOfSpace");
        await array.FailsAsync<LimitExceededException>(array.SnapAsync(volume, "s"), "OutOfSpace");
        Assert.InRange((await array.Plugin.GetInfoAsync(array.Server, Token)).FreeBytes!.Value, before!.Value - Mebibyte, long.MaxValue);
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_copy_that_meets_a_bad_sector_ends_and_names_the_file()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await OfflineWithDataAsync(array, 16);
        try
        {
            Steps.OnStep = step => _ = step == "copied" ? throw new LinuxFileException("copy a file", Errno.Io) : 0;
            var copy = await array.CloneAsync(volume, "c");
            var error = await Assert.ThrowsAsync<DataCorruptException>(() => array.FinishedAsync(copy));
            Assert.Contains($"offline/{volume.Uuid}", error.Message, StringComparison.Ordinal);
            Assert.Contains("Input/output error", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Steps.OnStep = null;
        }

        await array.AssertWholeAsync();
        await array.OnlineAsync(volume);
    }

    [Fact]
    public async Task A_restore_that_fails_after_it_was_decided_is_completed_and_counts_as_done()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("db01");
        await array.WriteAsync(volume, 1);
        var snapshot = await array.SnapAnywhereAsync(volume, "s1");
        await array.WriteAsync(volume, 2);
        try
        {
            Steps.OnStepOfFlow = step => _ = step == "replaced" ? throw new IOException("Input/output error") : 0;
            await array.RestoreAsync(snapshot, volume);
        }
        finally
        {
            Steps.OnStepOfFlow = null;
        }

        Assert.Equal(1, await array.ReadAsync(volume));
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task Many_copies_at_once_all_end_and_leave_no_handle_open()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await OfflineWithDataAsync(array, 1);
        var copies = new List<StorageElement>();
        for (var i = 0; i < 50; i++)
        {
            copies.Add(await array.CloneAsync(volume, $"c{i}"));
        }

        foreach (var copy in copies)
        {
            await array.FinishedAsync(copy);
        }

        Assert.Equal(51, (await array.ListAsync()).Count);
        await array.AssertWholeAsync();
        array.Plugin.Dispose();
        var open = new DirectoryInfo($"/proc/{Environment.ProcessId}/fd").EnumerateFiles().Select(file => file.LinkTarget ?? "")
            .Where(path => path.StartsWith(array.Folder, StringComparison.Ordinal));
        Assert.Empty(open);
    }

    private static async Task<StorageElement> OfflineWithDataAsync(TestArray array, int mebibytes)
    {
        var volume = await array.CreateAsync("v", (mebibytes + 64L) * Mebibyte);
        var data = new byte[Mebibyte];
        await using (var file = new FileStream(await array.PathAsync(volume), FileMode.Open, FileAccess.Write))
        {
            // A hole in front, so that the data isn't where the position in bytes copied says.
            file.Position = 64 * Mebibyte;
            for (var i = 0; i < mebibytes; i++)
            {
                Random.Shared.NextBytes(data);
                file.Write(data);
            }
        }

        await array.OfflineAsync(volume);
        return await array.InfoAsync(volume);
    }

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }

    /// <summary>Holds workers at a step until disposed.</summary>
    private sealed class Pause : IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _go = new();

        public Pause(string step)
        {
            Steps.OnStep = at =>
            {
                if (at == step)
                {
                    _reached.TrySetResult();
                    _go.Wait();
                }
            };
        }

        public Task ReachedAsync() => _reached.Task.WaitAsync(Token);

        public void Dispose()
        {
            Steps.OnStep = null;
            _go.Set();
        }
    }
}
