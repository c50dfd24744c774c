using StorageConnect.Conformance;
using StorageConnect.Engine;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>The plug-in keeps every clause that its abilities reach, on a real cluster.</summary>
[Collection(nameof(CephCluster))]
public sealed class CephConformanceTests(CephCluster cluster) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SAN_keeps_every_clause_that_its_abilities_reach()
    {
        var pool = await cluster.NewPoolAsync();
        await RunAsync(CephArray.ServerFor(cluster, pool), groups: false);
    }

    [Fact]
    public async Task ISCSI_keeps_every_clause_that_its_abilities_reach()
    {
        var pool = await cluster.NewPoolAsync();
        CephArray.RequireTgt();
        await using var daemon = await TgtDaemon.StartAsync();
        await RunAsync(CephArray.ServerFor(cluster, pool, daemon, new AccessContext { Host = "127.0.0.1" }), groups: true);
    }

    private async Task RunAsync(StorageServer server, bool groups)
    {
        var engine = new StorageEngine(new(_folder["config"], _folder["state"], _folder["plugins"], Path.Combine(StagedModule.Folder, "plugins")),
            new FakeHost());
        await engine.RegisterAsync(
            new() { Name = "lab", StorageType = server.StorageType, StorageName = server.StorageName, ExtraInfo = server.ExtraInfo, AccessContexts = server.AccessContexts },
            "Ceph",
            saveCredential: false,
            Cancellation);
        using var run = new ConformanceRun(engine, "lab", new() { Destructive = true, SizeBytes = 1 << 20 });

        var results = await run.RunAsync(Cancellation).ToListAsync(Cancellation);

        Assert.Equal(run.Count, results.Count);
        TestContext.Current.TestOutputHelper!.WriteLine(
            string.Join('\n', results.GroupBy(result => result.Outcome).Select(group => $"{group.Key}: {group.Count()}"))
            + "\n" + string.Join('\n', results.Where(result => result.Outcome == ConformanceOutcome.Skipped).Select(result => $"{result.Clause}: {result.Seen}")));
        Assert.Empty(results.Where(result => result.Outcome == ConformanceOutcome.Failed)
            .Select(result => $"{result.Clause}: expected {result.Expected}, seen {result.Seen}"));
        Assert.Empty(run.Remains);
        Assert.Empty(run.Leftovers);
        string[] reached = groups
            ? ["Names", "Creating", "Groups", "Presentation", "State", "Concurrency", "Removal", "StaleRecords", "Cache"]
            : ["Names", "Creating", "State", "Removal", "Cache"];
        Assert.True(
            results.Count(result => result.Outcome == ConformanceOutcome.Passed && reached.Contains(result.Chapter)) > 10 * reached.Length / 5,
            "Too few clauses were reached.");
    }
}
