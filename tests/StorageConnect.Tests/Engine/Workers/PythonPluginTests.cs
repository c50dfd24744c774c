using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>The guide's Python plug-ins, as they are written.</summary>
public sealed class PythonPluginTests : IDisposable
{
    private static readonly string Sample = Path.Combine(StagedModule.Root, "docs", "examples", "python", "FolderPlugin.py");
    private static readonly string Old = Path.Combine(StagedModule.Root, "tests", "StorageConnect.Tests", "Engine", "Workers", "OldFolderPlugin.py");
    private readonly WorkerBed _bed = new();

    public static bool HasLib2To3 => Directory.Exists("/usr/lib/python3") && Directory.EnumerateDirectories("/usr/lib", "python3.*")
        .Any(folder => Directory.Exists(Path.Combine(folder, "lib2to3")));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static bool HasPython => File.Exists("/usr/bin/python3");

    public void Dispose() => _bed.Dispose();

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task A_plug_in_written_by_the_guide_keeps_every_clause()
    {
        var plugin = Assert.Single(_bed.Engine.Plugins.Add(Sample));
        Assert.Equal(("Folder", "FolderPlugin.FolderPlugin", PluginKind.Python, PluginState.Ready),
            (plugin.Name, plugin.ClassName, plugin.Kind, plugin.State));
        await _bed.OpenAsync("Folder", draft => draft with { ExtraInfo = $"Folder={_bed.NewFolder("array")}" });

        var results = await _bed.RunKitAsync("lab");

        Assert.True(results.Count(result => result.Outcome == ConformanceOutcome.Passed) > 120);
    }

    [Fact(Skip = "this Python has no lib2to3", SkipUnless = nameof(HasLib2To3))]
    public async Task One_in_the_idiom_of_Python_2_keeps_every_clause_as_it_is()
    {
        var plugin = Assert.Single(_bed.Engine.Plugins.Add(Old));
        Assert.Equal(("Old folder", "1.2.9", PluginState.Ready), (plugin.Name, plugin.NegotiatedApiVersion, plugin.State));
        await _bed.OpenAsync("Old folder", draft => draft with { ExtraInfo = $"Folder={_bed.NewFolder("array")}" });

        var results = await _bed.RunKitAsync("lab");

        Assert.True(results.Count(result => result.Outcome == ConformanceOutcome.Passed) > 80);
    }

    [Fact(Skip = "this Python has no lib2to3", SkipUnless = nameof(HasLib2To3))]
    public async Task Its_divisions_are_those_of_Python_2_and_what_it_adds_to_a_record_comes_back_as_it_was()
    {
        _bed.Engine.Plugins.Add(Old);
        var array = await _bed.OpenAsync("Old folder", draft => draft with { ExtraInfo = $"Folder={_bed.NewFolder("array")}" });

        var element = await array.CreateAsync("e", 1000, null, true, null, Cancellation);

        Assert.Equal(1024, element.SizeBytes);
        // remove compares the tuple that create added to the record, which went through JSON text in between.
        await array.RemoveAsync(RecordJson.Read<StorageElement>(RecordJson.Write(element)), Cancellation);
    }
}
