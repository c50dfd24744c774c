using StorageConnect.Conformance;
using StorageConnect.Engine;
using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cinder;

/// <summary>
/// The plug-in keeps every clause on each kind of back-end, against a real service. All clauses are run by hand, with STORAGECONNECT_LONG_RUNS=1; here it
/// is those chapters in which the back-ends differ most.
/// </summary>
[Collection(nameof(CinderCloud))]
public sealed class CinderConformanceTests(CinderCloud cloud) : IDisposable
{
    private static readonly string[] Chapters = ["DESCRIPTOR-*", "CAPABILITY-*", "PRESENT-1"];
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task No_clause_fails_where_identities_stay_with_volumes() => RunAsync("stable", "Identity=provider_id", 200);

    [Fact]
    public Task No_clause_fails_where_identities_move() => RunAsync("tgt", "Identity=none", 200);

    [Fact]
    public Task No_clause_fails_where_nothing_is_exported() => RunAsync("fake", "Identity=none", 150);

    private async Task RunAsync(string backend, string identity, int leastPassed)
    {
        await cloud.StartAsync();
        var engine = new StorageEngine(new(_folder["config"], _folder["state"], _folder["plugins"], Path.Combine(StagedModule.Folder, "plugins")),
            new FakeHost());
        await engine.RegisterAsync(cloud.Draft(CinderCloud.NewProject(), identity), "Cinder", saveCredential: false, Token);
        var clauses = LongRun.Clauses(Chapters);
        using var run = new ConformanceRun(
            engine,
            "cloud",
            new()
            {
                Destructive = true,
                SizeBytes = CinderProject.GiB,
                VolumeGroup = backend,
                ClauseTimeLimit = TimeSpan.FromMinutes(10),
                Include = clauses,
            });

        var results = await run.RunAsync(Token).ToListAsync(Token);

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', results.OrderByDescending(result => result.Duration)
            .Select(result => $"{result.Outcome} {result.Clause} {result.Duration.TotalSeconds:0.0} {result.Reason}{result.Seen}")));
        Assert.Equal(run.Count, results.Count);
        Assert.Empty(results.Where(result => result.Outcome == ConformanceOutcome.Failed)
            .Select(result => $"{result.Clause}: expected {result.Expected}, seen {result.Seen}"));
        Assert.Empty(run.Remains);
        Assert.InRange(results.Count(result => result.Outcome == ConformanceOutcome.Passed), clauses.Length == 0 ? leastPassed : 1, results.Count);
    }
}
