using System.Diagnostics;
using System.Globalization;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>Power cuts and kills at any moment of random work; a <see cref="LongRun"/> has so many of them on each file system.</summary>
public sealed class HarshGroundTests
{
    private const int Changes = 60;

    public static TheoryData<PoolKind> Kinds { get; } = [PoolKind.Xfs, PoolKind.Btrfs, PoolKind.Ext4];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task After_a_power_cut_at_any_moment_what_was_acknowledged_is_there_and_nothing_is_left_over(PoolKind kind)
    {
        // The disk's image lies on XFS, where a copy of it is instant and of one moment.
        using var shelf = LoopMounts.NewMount(PoolKind.Xfs, 3L << 30);
        const int cutsPerHistory = 10;
        var cuts = LongRun.Count(cutsPerHistory);
        for (var seed = LongRun.FirstSeed; cuts > 0; seed++)
        {
            var states = History.States(seed, kind, Changes);
            using var mount = LoopMounts.NewMount(kind, 400L << 20, shelf.Folder);
            var folder = Directory.CreateDirectory(Path.Combine(mount.Folder, "pool")).FullName;
            (await TestArray.At(folder).ValidatedAsync()).Plugin.Dispose();
            LoopMounts.Run("sync", "-f", mount.Folder);
            var kept = new List<(string Image, int Acknowledged)>();
            using (var child = ChildProcess.Start(new("history", folder, [$"{seed}", $"{kind}", $"{Changes}"])))
            {
                var random = new Random(seed);
                var acknowledged = 0;
                var next = random.Next(1, 2 * Changes / cutsPerHistory);
                while (await child.StandardOutput.ReadLineAsync(Token) is { } line)
                {
                    acknowledged = int.Parse(line, CultureInfo.InvariantCulture) + 1;
                    if (acknowledged >= next)
                    {
                        // In the middle of the change that follows, or of the one after it.
                        await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 15), Token);
                        kept.Add((mount.Cut($"{acknowledged}"), acknowledged));
                        next = acknowledged + random.Next(1, 2 * Changes / cutsPerHistory);
                    }
                }

                await child.WaitForExitAsync(Token);
                Assert.True(child.ExitCode == 0, await child.StandardError.ReadToEndAsync(Token));
            }

            mount.Unmount();
            foreach (var (image, acknowledged) in kept)
            {
                mount.MountCut(image);
                await AssertIsOneOfAsync(folder, states, acknowledged, $"seed {seed}, {kind}, cut after {acknowledged}");
                mount.Unmount();
                cuts--;
            }

            mount.Mount();
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Killed_at_any_moment_what_was_acknowledged_is_there_and_nothing_is_left_over(PoolKind kind)
    {
        using var mount = LoopMounts.NewMount(kind);
        foreach (var seed in Enumerable.Range(LongRun.FirstSeed, LongRun.Count(5)))
        {
            var folder = Directory.CreateDirectory(Path.Combine(mount.Folder, $"pool{seed}")).FullName;
            (await TestArray.At(folder).ValidatedAsync()).Plugin.Dispose();
            var acknowledged = 0;
            using (var child = ChildProcess.Start(new("history", folder, [$"{seed}", $"{kind}", $"{Changes}"])))
            {
                var random = new Random(seed);
                var last = random.Next(1, Changes);
                while (acknowledged < last && await child.StandardOutput.ReadLineAsync(Token) is { } line)
                {
                    acknowledged = int.Parse(line, CultureInfo.InvariantCulture) + 1;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 10), Token);
                child.Kill();
                while (await child.StandardOutput.ReadLineAsync(Token) is { } line)
                {
                    acknowledged = int.Parse(line, CultureInfo.InvariantCulture) + 1;
                }

                await child.WaitForExitAsync(Token);
            }

            await AssertIsOneOfAsync(folder, History.States(seed, kind, Changes), acknowledged, $"seed {seed}, {kind}, killed after {acknowledged}");
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// The pool is what it was after the last change acknowledged, or after one that followed: those may have been durable, too, before anybody knew.
    /// </summary>
    private static async Task AssertIsOneOfAsync(string folder, IReadOnlyList<IReadOnlyList<string>> states, int acknowledged, string what)
    {
        using var array = await TestArray.At(folder).ValidatedAsync();
        await WaitForCopiesAsync(folder);
        var actual = await History.StateOfAsync(array);
        var possible = states.Skip(acknowledged).ToList();
        Assert.True(possible.Any(state => state.SequenceEqual(actual)),
            $"{what}: {string.Join("; ", actual)}, expected {string.Join("; ", states[acknowledged])}");
        try
        {
            await array.AssertWholeAsync();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what}: {e.Message}", e);
        }
    }

    private static async Task WaitForCopiesAsync(string folder)
    {
        var begin = Stopwatch.GetTimestamp();
        while (Sqlite.Column(Path.Combine(folder, "local.db"), "SELECT uuid FROM jobs WHERE state < 2").Count > 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMinutes(1), "a copy does not end");
            await Task.Delay(10, Token);
        }
    }
}
