using StorageConnect.Conformance;
using StorageConnect.Engine;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Local.Export;

/// <summary>As an iSCSI target, too, the Local array keeps the guide's contract.</summary>
public sealed class ContractTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PoolKind.Copy)]
    [InlineData(PoolKind.Xfs)]
    public async Task Every_clause_holds_over_iSCSI(PoolKind kind)
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var engine = new StorageEngine(new(_folder["config"], _folder["state"], _folder["plugins"], Path.Combine(StagedModule.Folder, "plugins")),
            new FakeHost());
        var draft = IscsiArray.ServerFor(LoopMounts.NewFolder(kind), daemon,
            [new() { Host = "127.0.0.1", Port = daemon.Port }]) with
        { Name = "lab", PluginName = "" };
        await engine.RegisterAsync(draft, "Local", saveCredential: false, Cancellation);
        using var run = new ConformanceRun(engine, "lab", new() { Destructive = true, SizeBytes = 1 << 20 });

        var results = await run.RunAsync(Cancellation).ToListAsync(Cancellation);

        Assert.Empty(results.Where(result => result.Outcome == ConformanceOutcome.Failed)
            .Select(result => $"{result.Clause}: expected {result.Expected}, seen {result.Seen}"));
        Assert.Contains(results, result => result.Outcome == ConformanceOutcome.Passed && result.Chapter == "Presentation");
        Assert.Empty(run.Remains);
        Assert.Empty(run.Leftovers);
        Assert.Empty(daemon.GetTargets());
    }
}
