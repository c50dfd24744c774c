using System.Globalization;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>
/// Two processes' mixed work on one pool, killed at any moment, again and again. Short here; the long runs by hand set STORAGECONNECT_LONG_RUNS to how
/// many kills there are to be, and STORAGECONNECT_FIRST_SEED to the first history where it isn't to be 0.
/// </summary>
[Collection(nameof(CephCluster))]
public sealed class CephKillTests(CephCluster cluster)
{
    private const int ShortRun = 2; // kills
    private const int KillsPerHistory = 25;
    private const int MostChanges = 3;
    private const int Endless = 1_000_000; // changes
    private static readonly TimeSpan ToolTimeout = TimeSpan.FromMinutes(3);
    private static readonly string[] Prefixes = ["a", "b"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_any_moment_what_was_acknowledged_is_there_and_nothing_is_half_made()
    {
        CephArray.RequireTgt();
        await using var daemon = await TgtDaemon.StartAsync();
        var kills = LongRun.Count(ShortRun);
        for (var seed = LongRun.FirstSeed; kills > 0; seed++, kills -= KillsPerHistory)
        {
            await using var array = await CephArray.NewIscsiAsync(cluster, daemon: daemon);
            await RunHistoryAsync(array, seed, Math.Min(kills, KillsPerHistory));
            daemon.GetTargets().ToList().ForEach(target => daemon.Adm("--mode", "target", "--op", "delete", "--force", "--tid",
                target.Number.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Kills two processes, and lets two others go on where they were, as often as there are to be kills.</summary>
    private static async Task RunHistoryAsync(CephArray array, int seed, int kills)
    {
        var random = new Random(seed);
        var changeTime = new ChangeTime();
        var done = Prefixes.ToDictionary(prefix => prefix, _ => 0, StringComparer.Ordinal);
        for (var kill = 0; kill < kills; kill++)
        {
            var last = random.Next(MostChanges);
            var children = Prefixes.Select(prefix => Start(array, seed, prefix, done[prefix], changeTime)).ToList();
            await Task.WhenAny(children.Select(child => child.WaitForAsync(last)));
            await Task.Delay(random.NextDouble() * changeTime.Usual, Token);
            children.ForEach(child => child.Kill());
            foreach (var child in children)
            {
                await WaitForEndAsync(child);
            }

            await array.WaitAsync();
            var all = await CephHistory.StateOfAsync(array);
            foreach (var child in children)
            {
                var states = CephHistory.States(seed, child.Prefix, child.Acknowledged + 1)[^2..];
                var actual = all.Where(line => line.StartsWith(child.Prefix, StringComparison.Ordinal)).ToList();
                var found = states.FindIndex(state => state.SequenceEqual(actual));
                Assert.True(found >= 0,
                    FormattableString.Invariant($"seed {seed}, kill {kill}, {child.Prefix} killed after {child.Acknowledged}:\n")
                    + $"{string.Join('\n', actual)}\nexpected\n{string.Join("\nor\n", states.Select(state => string.Join('\n', state)))}");
                done[child.Prefix] = child.Acknowledged + found;
            }

            await array.AssertWholeAsync();
            TestContext.Current.TestOutputHelper?.WriteLine(
                FormattableString.Invariant($"{DateTime.Now:T} seed {seed}, kill {kill}: ")
                + string.Join(", ", done.Select(one => $"{one.Key} after {one.Value}")));
        }
    }

    private static HistoryProcess Start(CephArray array, int seed, string prefix, int begin, ChangeTime changeTime)
    {
        string[] numbers = [.. new[] { seed, Endless, begin }.Select(number => number.ToString(CultureInfo.InvariantCulture))];
        return new(array.Child("history", [numbers[0], prefix, .. numbers[1..]]), prefix, begin, changeTime.Add);
    }

    /// <summary>Waits for its end, and for that of the programs it had started.</summary>
    private static async Task WaitForEndAsync(HistoryProcess child)
    {
        // Where the machine is so busy that the cluster doesn't answer in time, that error ends it as a kill does.
        var id = await child.EndAsync(error => error.Contains(nameof(ArrayUnreachableException), StringComparison.Ordinal));
        var backoff = new Backoff(ToolTimeout);
        while (StartedTools.AnyRuns(id))
        {
            Assert.True(await backoff.WaitAsync(Token), "A program of a killed process does not end.");
        }
    }

    /// <summary>How long a change takes here and now: kills hit each of its steps, however busy the machine is.</summary>
    private sealed class ChangeTime
    {
        private const double Weight = 0.1;
        private readonly Lock _lock = new();
        private TimeSpan _usual = TimeSpan.FromMilliseconds(600);

        public TimeSpan Usual
        {
            get
            {
                lock (_lock)
                {
                    return _usual;
                }
            }
        }

        public void Add(TimeSpan change)
        {
            lock (_lock)
            {
                _usual += (change - _usual) * Weight;
            }
        }
    }
}
