using System.Diagnostics;
using System.Globalization;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Local;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>
/// Two processes' mixed work on one pool, killed at any moment. Short here; the long runs by hand set STORAGECONNECT_LONG_RUNS to how many there are to be.
/// </summary>
[Collection(nameof(CephCluster))]
public sealed class CephKillTests(CephCluster cluster)
{
    private const int Changes = 40;
    private const int ShortRuns = 1;
    private const double LongestStep = 600; // ms, about what a change takes
    private static readonly TimeSpan ToolTimeout = TimeSpan.FromMinutes(3);
    private static readonly string[] Prefixes = ["a", "b"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_any_moment_what_was_acknowledged_is_there_and_nothing_is_half_made()
    {
        CephArray.RequireTgt();
        await using var daemon = await TgtDaemon.StartAsync();
        for (var seed = 0; seed < HarshGroundTests.LongRuns(ShortRuns); seed++)
        {
            await using var array = await CephArray.NewIscsiAsync(cluster, daemon: daemon);
            var random = new Random(seed);
            var last = random.Next(1, Changes / 3);
            var children = Prefixes.Select(prefix => new Child(array, seed, prefix, Changes)).ToList();
            await Task.WhenAny(children.Select(child => child.WaitForAsync(last)));
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * LongestStep), Token);
            children.ForEach(child => child.Kill());
            foreach (var child in children)
            {
                await child.EndAsync();
            }

            await using var after = await array.AnotherAsync();
            foreach (var child in children)
            {
                var states = CephHistory.States(seed, child.Prefix, Changes);
                var actual = await CephHistory.StateOfAsync(after, child.Prefix);
                var expected = states.Skip(child.Acknowledged).Take(2).Select(state => string.Join('\n', state));
                Assert.True(states.Skip(child.Acknowledged).Take(2).Any(state => state.SequenceEqual(actual)),
                    FormattableString.Invariant($"seed {seed}, {child.Prefix} killed after {child.Acknowledged}:\n")
                    + $"{string.Join('\n', actual)}\nexpected\n{string.Join("\nor\n", expected)}");
            }

            await after.AssertWholeAsync();
            TestContext.Current.TestOutputHelper?.WriteLine(
                FormattableString.Invariant($"seed {seed}: {string.Join(", ", children.Select(child => $"{child.Prefix} after {child.Acknowledged}"))}"));
            after.Daemon!.GetTargets().ToList().ForEach(target => daemon.Adm("--mode", "target", "--op", "delete", "--force", "--tid",
                target.Number.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>One of the two processes.</summary>
    private sealed class Child
    {
        private readonly Process _process;
        private readonly Task _reading;
        private readonly Task<string> _error;
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _awaited = int.MaxValue;
        private bool _isKilled;

        public Child(CephArray array, int seed, string prefix, int changes)
        {
            Prefix = prefix;
            _process = ChildProcess.Start(array.Child(
                "history", [seed.ToString(CultureInfo.InvariantCulture), prefix, changes.ToString(CultureInfo.InvariantCulture)]));
            _error = _process.StandardError.ReadToEndAsync(CancellationToken.None);
            _reading = ReadAsync();
        }

        public string Prefix { get; }

        /// <summary>How many changes it said to be done.</summary>
        public int Acknowledged { get; private set; }

        public Task<Task> WaitForAsync(int changes)
        {
            _awaited = changes;
            return Task.WhenAny(_reached.Task, _reading);
        }

        public void Kill()
        {
            _isKilled = !_process.HasExited;
            _process.Kill();
        }

        /// <summary>Waits for its end, and for that of the programs it had started.</summary>
        public async Task EndAsync()
        {
            await _reading;
            await _process.WaitForExitAsync(Token);
            Assert.True(_isKilled || _process.ExitCode == 0, await _error);
            var backoff = new Backoff(ToolTimeout);
            while (StartedTools.AnyRuns(_process.Id))
            {
                Assert.True(await backoff.WaitAsync(Token), "A program of a killed process does not end.");
            }

            _process.Dispose();
        }

        private async Task ReadAsync()
        {
            while (await _process.StandardOutput.ReadLineAsync(Token) is { } line)
            {
                Acknowledged = int.Parse(line, CultureInfo.InvariantCulture) + 1;
                if (Acknowledged >= _awaited)
                {
                    _reached.TrySetResult();
                }
            }
        }
    }
}
