using StorageConnect.Conformance;
using StorageConnect.Engine.Plugins;
using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>The guide's Python plug-ins, as they are written.</summary>
public sealed class PythonPluginTests : IDisposable
{
    private static readonly string Sample = Path.Combine(StagedModule.Root, "docs", "examples", "python", "FolderPlugin.py");
    private readonly WorkerBed _bed = new();

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
}
