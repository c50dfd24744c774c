using System.Globalization;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>
/// A process that is killed, or a machine that loses power, while many changes share syncs and commits: afterwards each of them happened or it didn't,
/// and those that were acknowledged happened.
/// </summary>
public sealed class BulkCrashTests
{
    private const int Few = 5;
    private const int Many = 40;

    public static TheoryData<PoolKind, string> Changes
    {
        get
        {
            var all = new TheoryData<PoolKind, string>();
            foreach (var kind in (ReadOnlySpan<PoolKind>)[PoolKind.Xfs, PoolKind.Btrfs])
            {
                foreach (var operation in Operations)
                {
                    all.Add(kind, operation);
                }
            }

            return all;
        }
    }

    public static TheoryData<string> Operations { get; } = ["createAll", "removeAll", "removeSnapAll", "snapAll", "cloneAll"];

    public static TheoryData<PoolKind, string> Moments
    {
        get
        {
            var all = new TheoryData<PoolKind, string>();
            foreach (var kind in (ReadOnlySpan<PoolKind>)[PoolKind.Xfs, PoolKind.Btrfs, PoolKind.Ext4])
            {
                all.Add(kind, "createAll");
                all.Add(kind, "removeAll");
            }

            return all;
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Killed_at_any_step_a_group_leaves_whole_elements_and_each_acknowledged_one(PoolKind kind, string operation)
    {
        foreach (var (step, hits) in await StepsAsync(kind, operation))
        {
            using var array = await TestArray.NewAsync(kind);
            var names = await PrepareAsync(array, operation, Few);
            array.Plugin.Dispose();
            var (_, acknowledged) = await ChildProcess.RunAsync(new(operation, array.Folder, names, step, hits), Token);
            await AssertEachHappenedOrNotAsync(array.Folder, operation, names, acknowledged, $"{step} {hits}");
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task After_a_power_cut_at_any_step_a_group_leaves_whole_elements_and_each_acknowledged_one(string operation)
    {
        using var mount = LoopMounts.NewMount(PoolKind.Xfs);
        foreach (var (step, hits) in (await StepsAsync(PoolKind.Xfs, operation)).Append(("never", 1)))
        {
            var folder = Directory.CreateDirectory(Path.Combine(mount.Folder, $"{step}{hits}")).FullName;
            using var array = await TestArray.At(folder).ValidatedAsync();
            var names = await PrepareAsync(array, operation, Few);
            array.Plugin.Dispose();
            var (ended, acknowledged) = await ChildProcess.RunAsync(new(operation, folder, names, step, hits, mount.Folder), Token);
            if (ended)
            {
                LoopMounts.Run("xfs_io", "-x", "-c", "shutdown", mount.Folder);
            }

            mount.Unmount();
            mount.Mount();
            await AssertEachHappenedOrNotAsync(folder, operation, names, acknowledged, $"{step} {hits}");
        }
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task After_a_power_cut_at_any_moment_each_acknowledged_one_of_a_group_is_there(PoolKind kind, string operation)
    {
        // The disk's image lies on XFS, where a copy of it is instant and of one moment.
        using var shelf = LoopMounts.NewMount(PoolKind.Xfs, 3L << 30);
        foreach (var seed in Enumerable.Range(LongRun.FirstSeed, LongRun.Count(3)))
        {
            using var mount = LoopMounts.NewMount(kind, 400L << 20, shelf.Folder);
            var folder = Directory.CreateDirectory(Path.Combine(mount.Folder, "pool")).FullName;
            var array = await TestArray.At(folder).ValidatedAsync();
            var names = await PrepareAsync(array, operation, Many);
            array.Plugin.Dispose();
            LoopMounts.Run("sync", "-f", mount.Folder);
            var cuts = new List<(string Image, string[] Acknowledged)>();
            using (var child = ChildProcess.Start(new(operation, folder, names)))
            {
                var random = new Random(seed);
                var acknowledged = new List<string>();
                while (await child.StandardOutput.ReadLineAsync(Token) is { } line)
                {
                    acknowledged.Add(line);
                    if (random.Next(Many / 4) == 0)
                    {
                        cuts.Add((mount.Cut(acknowledged.Count.ToString(CultureInfo.InvariantCulture)), [.. acknowledged]));
                    }
                }

                await child.WaitForExitAsync(Token);
                Assert.True(child.ExitCode == 0, await child.StandardError.ReadToEndAsync(Token));
                Assert.Equal(Many, acknowledged.Count);
            }

            mount.Unmount();
            foreach (var (image, acknowledged) in cuts)
            {
                mount.MountCut(image);
                await AssertEachHappenedOrNotAsync(folder, operation, names, acknowledged, $"seed {seed}, cut after {acknowledged.Length}");
                mount.Unmount();
            }

            mount.Mount();
        }
    }

    [Theory]
    [InlineData(PoolKind.Xfs)]
    [InlineData(PoolKind.Btrfs)]
    [InlineData(PoolKind.Ext4)]
    public async Task A_full_file_system_is_emptied_by_removals_at_the_same_time(PoolKind kind)
    {
        using var mount = LoopMounts.NewMount(kind);
        using var array = await TestArray.At(mount.Folder).ValidatedAsync();
        var names = await PrepareAsync(array, "removeAll", Many);
        VolumeTests.Fill(Path.Combine(mount.Folder, "rest"));
        LoopMounts.Run("sync", "-f", mount.Folder);
        await Task.WhenAll((await array.ListAsync()).Select(array.RemoveAsync));
        Assert.Empty(await array.ListAsync());
        await array.AssertWholeAsync();
        Assert.Equal(Many, names.Length);
    }

    [Fact]
    public async Task Where_not_all_fit_each_is_made_or_refused_by_itself_and_nothing_is_left_over()
    {
        using var mount = LoopMounts.NewMount(PoolKind.Xfs);
        using var array = await TestArray.At(mount.Folder).ValidatedAsync();
        var size = (await array.Plugin.GetInfoAsync(array.Server, Token)).FreeBytes!.Value / 8;
        var changes = Enumerable.Range(0, 12).Select(i => array.CreateAsync($"v{i}", size, thin: false)).ToList();
        var made = new List<string>();
        foreach (var change in changes)
        {
            try
            {
                made.Add((await change).Name);
            }
            catch (LimitExceededException e)
            {
                Assert.Equal("OutOfSpace", e.ErrorId);
            }
        }

        Assert.InRange(made.Count, 1, 8);
        Assert.Equal(made.Order(StringComparer.Ordinal), (await array.ListAsync()).Select(element => element.Name).Order(StringComparer.Ordinal));
        await array.AssertWholeAsync();
    }

    /// <summary>Each kind of step, at its first time and in the middle of the group.</summary>
    private static async Task<List<(string Step, int Hits)>> StepsAsync(PoolKind kind, string operation)
    {
        using var array = await TestArray.NewAsync(kind);
        var names = await PrepareAsync(array, operation, Few);
        array.Plugin.Dispose();
        var steps = await ChildProcess.StepsAsync(new(operation, array.Folder, names), Token);
        Assert.Contains(("committed", 1), steps);
        return [.. steps.GroupBy(step => step.Step).SelectMany(hits => new[] { (hits.Key, 1), (hits.Key, (hits.Count() + 2) / 2) }).Distinct()];
    }

    private static async Task<string[]> PrepareAsync(TestArray array, string operation, int count)
    {
        var names = Enumerable.Range(0, count).Select(i => $"v{i}").ToArray();
        if (operation == "createAll")
        {
            return names;
        }

        foreach (var name in names)
        {
            var volume = await array.CreateAsync(name);
            await array.WriteAsync(volume, 1);
            if (operation == "removeSnapAll")
            {
                await array.SnapAnywhereAsync(volume, $"{name}-old");
            }
        }

        return names;
    }

    private static async Task AssertEachHappenedOrNotAsync(string folder, string operation, string[] names, string[] acknowledged, string when)
    {
        using var array = await TestArray.At(folder).ValidatedAsync();
        await array.AssertWholeAsync();
        var all = (await array.ListAsync()).Concat(await array.SnapsAsync()).ToDictionary(element => element.Name);
        var (ending, isRemoval) = operation switch
        {
            "createAll" => ("", false),
            "removeAll" => ("", true),
            "removeSnapAll" => ("-old", true),
            _ => ("-new", false),
        };
        foreach (var name in acknowledged)
        {
            Assert.True(all.ContainsKey(name + ending) != isRemoval, $"{when}: '{name}' was acknowledged.");
        }

        var expected = names.Select(name => name + ending).ToHashSet(StringComparer.Ordinal);
        var untouched = ending.Length == 0 ? [] : names;
        Assert.All(all.Keys, name => Assert.True(expected.Contains(name) || untouched.Contains(name), $"{when}: '{name}' came from nowhere."));
        Assert.All(untouched, name => Assert.Contains(name, all.Keys));
        foreach (var element in all.Values)
        {
            var path = element.Type == StorageElementType.Snapshot
                ? Path.Combine(folder, "snapshots", element.Uuid, element.SourceUuids[0])
                : await array.PathAsync(element);
            await using var file = File.OpenRead(path);
            Assert.Equal(operation == "createAll" ? 0 : 1, file.ReadByte());
        }
    }
}
