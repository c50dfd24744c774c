using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>A process that is killed, or a machine that loses power, between any two steps of any change: afterwards it happened or it didn't.</summary>
public sealed class CrashTests
{
    public static TheoryData<PoolKind, string> Changes
    {
        get
        {
            var all = new TheoryData<PoolKind, string>();
            foreach (var kind in (ReadOnlySpan<PoolKind>)[PoolKind.Copy, PoolKind.Xfs, PoolKind.Btrfs])
            {
                // A pool that shares no blocks does only this in a way of its own.
                all.Add(kind, "restore");
                if (kind != PoolKind.Copy)
                {
                    foreach (var operation in Operations.Where(operation => operation != "restore"))
                    {
                        all.Add(kind, operation);
                    }
                }
            }

            return all;
        }
    }

    public static TheoryData<string> Operations { get; } = ["create", "remove", "grow", "shrink", "offline", "online", "restore", "removeSnap", "snap",
        "clone", "multiSnap"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Killed_at_any_step_a_change_has_happened_or_not(PoolKind kind, string operation)
    {
        foreach (var (step, hits) in await StepsAsync(kind, operation))
        {
            using var array = await TestArray.NewAsync(kind);
            var names = await PrepareAsync(array, operation);
            var before = await StateAsync(array);
            array.Plugin.Dispose();
            var (ended, _) = await ChildProcess.RunAsync(new(operation, array.Folder, names, step, hits), Token);
            Assert.False(ended);
            using var after = await array.Another().ValidatedAsync();
            await after.AssertWholeAsync();
            await AssertEitherAsync(after, before, operation, step == "committed");
        }
    }

    [Theory]
    [InlineData("restore", "restoring")]
    [InlineData("shrink", "committed")]
    public async Task What_a_killed_process_left_half_done_is_not_settled_under_a_process_that_uses_the_volume_since(string operation, string step)
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var names = await PrepareAsync(array, operation);
        array.Plugin.Dispose();
        var (ended, _) = await ChildProcess.RunAsync(new(operation, array.Folder, names, step), Token);
        Assert.False(ended);
        var path = Assert.Single(Directory.EnumerateFiles(Path.Combine(array.Folder, "volumes")));
        var length = new FileInfo(path).Length;
        await using (var user = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            using var next = await array.Another().ValidatedAsync();
            var volume = Assert.Single(await next.ListAsync());
            await array.FailsAsync<StorageElementBusyException>(next.ResizeAsync(volume, 4 << 20), "StorageElementInUse");
            user.WriteByte(9);
            user.Flush(flushToDisk: true);
            await using var same = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Assert.Equal((9, length), (same.ReadByte(), same.Length));
        }

        using var after = await array.Another().ValidatedAsync();
        await after.AssertWholeAsync();
        Assert.Equal(4 << 20, (await after.ResizeAsync(Assert.Single(await after.ListAsync()), 4 << 20)).SizeBytes);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task After_a_power_cut_at_any_step_what_was_acknowledged_is_there_and_nothing_is_half_there(string operation)
    {
        using var mount = LoopMounts.NewMount(PoolKind.Xfs);

        // The last one: acknowledged, and the power goes right after it.
        foreach (var (step, hits) in (await StepsAsync(PoolKind.Xfs, operation)).Append(("never", 1)))
        {
            var folder = Directory.CreateDirectory(Path.Combine(mount.Folder, $"{step}{hits}")).FullName;
            using var array = await TestArray.At(folder).ValidatedAsync();
            var names = await PrepareAsync(array, operation);
            var before = await StateAsync(array);
            array.Plugin.Dispose();
            var (ended, _) = await ChildProcess.RunAsync(new(operation, folder, names, step, hits, mount.Folder), Token);
            Assert.Equal(step == "never", ended);
            if (ended)
            {
                LoopMounts.Run("xfs_io", "-x", "-c", "shutdown", mount.Folder);
            }

            mount.Unmount();
            mount.Mount();
            using var after = await array.Another().ValidatedAsync();
            await after.AssertWholeAsync();
            await AssertEitherAsync(after, before, operation, ended || step == "committed");
        }
    }

    /// <summary>Every step of a change, found by letting it happen once.</summary>
    private static async Task<List<(string Step, int Hits)>> StepsAsync(PoolKind kind, string operation)
    {
        using var array = await TestArray.NewAsync(kind);
        var names = await PrepareAsync(array, operation);
        array.Plugin.Dispose();
        var steps = await ChildProcess.StepsAsync(new(operation, array.Folder, names), Token);
        Assert.Contains(("committed", 1), steps);
        return steps;
    }

    private static async Task<string[]> PrepareAsync(TestArray array, string operation)
    {
        var volume = await array.CreateAsync("v", 1 << 20);
        await array.WriteAsync(volume, 1);
        switch (operation)
        {
            case "create":
                return ["new"];
            case "snap" or "clone":
                return ["v", "new"];
            case "multiSnap":
                await array.CreateAsync("w");
                return ["v", "w", "new"];
            case "restore" or "removeSnap":
                await array.SnapAnywhereAsync(volume, "s");
                await array.WriteAsync(volume, 2);
                await array.ResizeAsync(volume, operation == "restore" ? 2 << 20 : 1 << 20);
                return ["s"];
            case "online":
                await array.OfflineAsync(volume);
                return ["v"];
            default:
                return ["v"];
        }
    }

    /// <summary>What the pool shows: each element with its size, state and first byte.</summary>
    private static async Task<List<string>> StateAsync(TestArray array)
    {
        var state = new List<string>();
        foreach (var element in (await array.ListAsync()).Concat(await array.SnapsAsync()))
        {
            var path = element.Type == StorageElementType.Snapshot
                ? Path.Combine(array.Folder, "snapshots", element.Uuid, element.SourceUuids[0])
                : Path.Combine(array.Folder, element.State == StorageElementState.Online ? "volumes" : "offline", element.Uuid);
            await using var file = File.OpenRead(path);
            state.Add($"{element.Name} {element.Type} {element.SizeBytes} {element.State} {file.ReadByte()}");
        }

        return [.. state.Order(StringComparer.Ordinal)];
    }

    private static async Task AssertEitherAsync(TestArray array, List<string> before, string operation, bool happened)
    {
        var after = await StateAsync(array);
        var expected = operation switch
        {
            "create" => before.Append("new Lun 1048576 Online 0"),
            "clone" => before.Append("new SnapClone 1048576 Online 1"),
            "snap" => before.Append("new Snapshot 1048576 Offline 1"),
            "multiSnap" => before.Append("new Snapshot 2097152 Offline 1"),
            "remove" => [],
            "removeSnap" => before.Where(line => !line.StartsWith("s ", StringComparison.Ordinal)),
            "grow" => ["v Lun 3145728 Online 1"],
            "shrink" => ["v Lun 8192 Online 1"],
            "offline" => ["v Lun 1048576 Offline 1"],
            "online" => ["v Lun 1048576 Online 1"],
            _ => before.Where(line => line[0] == 's').Append("v Lun 1048576 Online 1"),
        };
        var done = expected.Order(StringComparer.Ordinal).ToList();

        // "committed" is reached by the commit of an intent, too, which promises nothing yet.
        if (happened && !(operation is "grow" or "shrink" or "restore" && after.SequenceEqual(before)))
        {
            Assert.Equal(done, after);
        }
        else if (!after.SequenceEqual(done))
        {
            Assert.Equal(before, after);
        }
    }
}
