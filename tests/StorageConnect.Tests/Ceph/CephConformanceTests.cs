using StorageConnect.Conformance;
using StorageConnect.Engine;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>
/// The plug-in keeps every clause that its abilities reach, on a real cluster. All clauses are run by hand, with STORAGECONNECT_LONG_RUNS=1; in each check
/// it is some of those that other tests here say least about, because each step is a program of Ceph's.
/// </summary>
[Collection(nameof(SecondCephCluster))]
public sealed class CephConformanceTests(CephCluster cluster) : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SAN_keeps_every_clause_that_its_abilities_reach()
    {
        var pool = await cluster.NewPoolAsync();
        await RunAsync(CephArray.ServerFor(cluster, pool), ["DESCRIPTOR-*", "CAPABILITY-*", "MULTISNAP-5", "MULTISNAP-6", "MULTISNAP-8", "UNSUPPORTED-*"]);
    }

    [Fact]
    public async Task ISCSI_keeps_every_clause_that_its_abilities_reach()
    {
        var pool = await cluster.NewPoolAsync();
        CephArray.RequireTgt();
        await using var daemon = await TgtDaemon.StartAsync();
        await RunAsync(
            CephArray.ServerFor(cluster, pool, daemon, new AccessContext { Host = "127.0.0.1" }),
            ["PRESENT-3", "PRESENT-4", "PRESENT-5", "PRESENT-8", "STATE-2", "STATE-5", "STATE-9"]);
    }

    /// <param name="server">The server.</param>
    /// <param name="include">The clauses where STORAGECONNECT_LONG_RUNS doesn't ask for all: those in which the two types differ most.</param>
    private async Task RunAsync(StorageServer server, string[] include)
    {
        var engine = new StorageEngine(new(_folder["config"], _folder["state"], _folder["plugins"], Path.Combine(StagedModule.Folder, "plugins")),
            new FakeHost());
        await engine.RegisterAsync(
            new()
            {
                Name = "lab",
                StorageType = server.StorageType,
                StorageName = server.StorageName,
                ExtraInfo = server.ExtraInfo,
                AccessContexts = server.AccessContexts,
            },
            "Ceph",
            saveCredential: false,
            Cancellation);
        var clauses = LongRun.Clauses(include);
        using var run = new ConformanceRun(
            engine,
            "lab",
            new() { Destructive = true, SizeBytes = 1 << 20, ClauseTimeLimit = Deadline, Include = clauses });
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        if (clauses == include)
        {
            deadline.CancelAfter(3 * Deadline);
        }

        var results = new List<OscConformanceResult>();
        await foreach (var result in run.RunAsync(deadline.Token))
        {
            results.Add(result);
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{result.Clause,-14} {result.Outcome,-8} {result.Duration.TotalSeconds,6:f1} s  {result.Reason}{result.Seen}");
        }

        Assert.Equal(run.Count, results.Count);
        Assert.Empty(results.Where(result => result.Outcome == ConformanceOutcome.Failed)
            .Select(result => $"{result.Clause}: expected {result.Expected}, seen {result.Seen}"));
        Assert.Empty(run.Remains);
        Assert.Empty(run.Leftovers);
    }
}
