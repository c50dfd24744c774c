using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>A plug-in in another language: the sample of the protocol's document.</summary>
public sealed class ProgramPluginTests : IDisposable
{
    private static readonly string Sample = Path.Combine(StagedModule.Root, "docs", "examples", "crate");
    private readonly WorkerBed _bed = new();

    public static bool HasNode => File.Exists("/usr/bin/node");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Fact(Skip = "nodejs is not installed", SkipUnless = nameof(HasNode))]
    public async Task A_program_in_JavaScript_keeps_every_clause()
    {
        var plugin = Assert.Single(_bed.Engine.Plugins.Add(Sample));
        Assert.Equal(("Crate", PluginKind.Program, true, PluginState.Ready), (plugin.Name, plugin.Kind, plugin.Isolated, plugin.State));
        await _bed.OpenAsync("Crate", draft => draft with { ExtraInfo = $"Folder={_bed.NewFolder("array")}" });

        var results = await _bed.RunKitAsync("lab");

        Assert.True(results.Count(result => result.Outcome == ConformanceOutcome.Passed) > 80);
    }

    [Fact(Skip = "nodejs is not installed", SkipUnless = nameof(HasNode))]
    public async Task Listing_and_registering_start_no_process_that_stays_and_the_first_call_starts_one()
    {
        _bed.Engine.Plugins.Add(Sample);
        Assert.Empty(_bed.WorkersOf("Crate"));

        var array = await _bed.OpenAsync("Crate", draft => draft with { ExtraInfo = $"Folder={_bed.NewFolder("array")}" });

        Assert.Equal("ok", await array.GetStatusAsync(null, Cancellation));
        Assert.False(Assert.Single(_bed.WorkersOf("Crate")).IsBusy);
    }

    [Fact(Skip = "nodejs is not installed", SkipUnless = nameof(HasNode))]
    public async Task Thousands_of_elements_come_in_parts_and_a_caller_may_stop_in_between()
    {
        _bed.Engine.Plugins.Add(Sample);
        var folder = _bed.NewFolder("array");
        await File.WriteAllTextAsync(Path.Combine(folder, "crate.json"), RecordJson.Write(new
        {
            groups = Array.Empty<AccessGroup>(),
            elements = Enumerable.Range(0, 5000).Select(i => new StorageElement { Uuid = $"{i:x32}", Name = $"e{i}", Page83Id = $"36{i:x31}", SizeBytes = 1 }),
        }), Cancellation);
        var array = await _bed.OpenAsync("Crate", draft => draft with { ExtraInfo = $"Folder={folder}" });

        Assert.Equal(5000, await array.ListAsync(new(), Cancellation).CountAsync(Cancellation));
        Assert.Equal("e0", (await array.ListAsync(new(), Cancellation).FirstAsync(Cancellation)).Name);
        Assert.Equal(5000, await array.ListAsync(new(), Cancellation).CountAsync(Cancellation));
        Assert.Single(_bed.WorkersOf("Crate"));
    }
}
