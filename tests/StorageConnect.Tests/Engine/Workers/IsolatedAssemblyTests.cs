using StorageConnect.Conformance;
using StorageConnect.Engine;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>Assemblies in processes of their own: the same plug-in, and whatever it does, the session goes on.</summary>
public sealed class IsolatedAssemblyTests : IDisposable
{
    private readonly WorkerBed _bed = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _bed.Dispose();
        _folder.Dispose();
    }

    // The kind with the most abilities and with background work.
    [Fact]
    public async Task Local_keeps_every_clause_with_the_same_counts_as_in_this_process()
    {
        var within = await RunLocalAsync(PoolKind.Copy, isolated: false);
        var isolated = await RunLocalAsync(PoolKind.Copy, isolated: true);

        Assert.Empty(isolated.Where(result => result.Outcome == ConformanceOutcome.Failed).Select(result => $"{result.Clause}: {result.Seen}"));
        Assert.Equal(Outcomes(within), Outcomes(isolated));
    }

    [Theory]
    [InlineData("exit")]
    [InlineData("failfast")]
    [InlineData("overflow")]
    [InlineData("thread")]
    [InlineData("native")]
    [InlineData("hang")]
    public async Task Whatever_ends_its_process_is_an_error_of_that_call_and_the_next_one_works(string what)
    {
        var array = await OpenDangerousAsync(timeoutSeconds: what == "hang" ? 20 : 60);

        var error = await Assert.ThrowsAsync<PluginFaultException>(() => array.GetStatusAsync(Element(what), Cancellation));

        Assert.Equal(what == "hang" ? "WorkerTimedOut" : "WorkerEnded", error.ErrorId);
        Assert.Equal("ok", await array.GetStatusAsync(null, Cancellation));
    }

    [Fact]
    public async Task What_it_prints_never_gets_between_the_messages()
    {
        var array = await OpenDangerousAsync();

        Assert.Equal("ok", await array.GetStatusAsync(Element("print"), Cancellation));
        Assert.Single(_bed.WorkersOf("Dangerous"));
    }

    [Fact]
    public async Task It_has_the_same_folder_for_its_state_as_in_this_process()
    {
        var array = await OpenDangerousAsync();

        var folder = await array.GetStatusAsync(Element("state folder"), Cancellation);

        Assert.True(Path.IsPathRooted(folder));
        Assert.Equal("Dangerous.Plugin", Path.GetFileName(folder));
    }

    [Fact]
    public void It_is_registered_and_listed_without_a_process()
    {
        Install(timeoutSeconds: 5);

        var plugin = Assert.Single(_bed.Engine.Plugins.GetAll(), plugin => plugin.Name == "Dangerous");

        Assert.Equal((PluginKind.Assembly, true, PluginState.Ready), (plugin.Kind, plugin.Isolated, plugin.State));
        Assert.Empty(plugin.Workers);
    }

    [Fact]
    public async Task By_the_rule_for_all_one_that_did_not_ask_for_it_is_isolated_too()
    {
        new PluginBlueprint { Name = "Plain", ClassName = "Plain.Plugin", Base = typeof(DangerousPlugin), StorageServerExtraInfoHelp = null }
            .WriteTo(_folder["plain"]);
        Assert.False(Assert.Single(_bed.Engine.Plugins.Add(_folder["plain"])).Isolated);

        await File.WriteAllTextAsync(Path.Combine(_bed.NewFolder("config"), "isolate-plugins"), "", Cancellation);
        var array = await _bed.OpenAsync("Plain");

        await Assert.ThrowsAsync<PluginFaultException>(() => array.GetStatusAsync(Element("exit"), Cancellation));
        Assert.Equal("ok", await array.GetStatusAsync(null, Cancellation));
        Assert.Equal([false], _bed.Engine.Plugins.GetAll().Where(plugin => plugin.Name == "Local").Select(plugin => plugin.Isolated));
    }

    private static StorageElement Element(string name) => new() { Uuid = new('0', 32), Name = name };

    // The class itself can be looked at only in this process.
    private static List<string> Outcomes(IEnumerable<OscConformanceResult> results) =>
        [.. results.Where(result => result.Clause != "ADVICE-12").Select(result => $"{result.Clause} {result.Outcome} {result.Reason}")];

    private async Task<IReadOnlyList<OscConformanceResult>> RunLocalAsync(PoolKind kind, bool isolated)
    {
        // Without the module's own, whose name it has.
        string In(string name) => _folder[$"{kind}-{isolated}", name];
        var engine = new StorageEngine(new(In("config"), In("state"), In("plugins"), In("none")), new FakeHost());
        var plugin = Assert.Single(engine.Plugins.Add(Path.Combine(StagedModule.Folder, "plugins", "Local"), options: new(isolated)));
        Assert.Equal(isolated, plugin.Isolated);
        await engine.RegisterAsync(new() { Name = "lab", StorageType = StorageType.SAN, ExtraInfo = $"Pool={LoopMounts.NewFolder(kind)}" }, "Local",
            saveCredential: false, Cancellation);
        using var run = new ConformanceRun(engine, "lab", new() { Destructive = true, SizeBytes = 1 << 20 });
        var results = await run.RunAsync(Cancellation).ToListAsync(Cancellation);
        Assert.Empty(run.Remains);
        return results;
    }

    private async Task<StorageArray> OpenDangerousAsync(int timeoutSeconds = 60)
    {
        Install(timeoutSeconds);
        return await _bed.OpenAsync("Dangerous");
    }

    private void Install(int timeoutSeconds)
    {
        new PluginBlueprint
        {
            Name = "Dangerous",
            ClassName = "Dangerous.Plugin",
            Base = typeof(DangerousPlugin),
            StorageServerExtraInfoHelp = null,
        }.WriteTo(_folder["source"]);
        File.WriteAllText(_folder["source", "plugin.json"], $$"""{ "kind": "assembly", "isolated": true, "timeoutSeconds": {{timeoutSeconds}} }""");
        _bed.Engine.Plugins.Add(_folder["source"]);
    }
}
