using StorageConnect.Conformance;
using StorageConnect.Engine;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>The Local array keeps every clause that its abilities reach, in each kind of pool.</summary>
public sealed class LocalConformanceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<PoolKind> Kinds => TestArray.AllKinds;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Local_keeps_every_clause_that_its_abilities_reach(PoolKind kind)
    {
        var pool = LoopMounts.NewFolder(kind);
        var engine = new StorageEngine(new(_folder["config"], _folder["state"], _folder["plugins"], Path.Combine(StagedModule.Folder, "plugins")),
            new FakeHost());
        await engine.RegisterAsync(new() { Name = "lab", StorageType = StorageType.SAN, ExtraInfo = $"Pool={pool}" }, "Local",
            saveCredential: false, Cancellation);
        using var run = new ConformanceRun(engine, "lab", new() { Destructive = true, SizeBytes = 1 << 20 });

        var results = await run.RunAsync(Cancellation).ToListAsync(Cancellation);

        Assert.Equal(run.Count, results.Count);
        Assert.Empty(results.Where(result => result.Outcome == ConformanceOutcome.Failed)
            .Select(result => $"{result.Clause}: expected {result.Expected}, seen {result.Seen}"));
        Assert.Empty(run.Remains);
        Assert.Empty(run.Leftovers);
        // A clause of what is shared is skipped where nothing is: no other may be.
        string[] reached = ["Names", "Creating", "Groups", "Presentation", "State", "Concurrency", "Removal", "StaleRecords", "Cache",
            "Restore", "MultiSnapshots"];
        var skipped = results.Where(result => result.Outcome == ConformanceOutcome.Skipped && reached.Contains(result.Chapter)).Select(result => result.Clause);
        Assert.Equal(["CREATE-18", "GROUP-22", "GROUP-36", "PRESENT-13", "PRESENT-14", "PRESENT-15"], skipped);
    }
}
