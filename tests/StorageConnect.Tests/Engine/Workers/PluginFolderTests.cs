using System.Runtime.Versioning;
using StorageConnect.Engine;
using StorageConnect.Engine.Plugins;
using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>Folders of plug-ins that run in processes of their own: as they are registered, and as their processes find them.</summary>
public sealed class PluginFolderTests : IDisposable
{
    private static readonly string Naughty = Path.Combine(StagedModule.Root, "tests", "StorageConnect.Tests", "Engine", "Workers", "NaughtyPlugin.py");
    private readonly WorkerBed _bed = new();

    public static bool HasPython => PythonPluginTests.HasPython;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PluginCatalog Plugins => _bed.Engine.Plugins;

    public void Dispose() => _bed.Dispose();

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task One_whose_file_is_in_a_folder_below_works_as_any_other()
    {
        var plugin = Assert.Single(Plugins.Add(NewSource("dist/NaughtyPlugin.py")));

        var folder = Path.Combine(_bed["plugins"], "NaughtyPlugin.NaughtyPlugin-1.0.0-1");
        Assert.Equal((Path.Combine(folder, "dist", "NaughtyPlugin.py"), PluginState.Ready), (plugin.Path, plugin.State));
        Assert.Empty(Plugins.GetOthersInFolder(plugin));
        var array = await _bed.OpenAsync("Naughty");
        Assert.Equal(folder, await array.GetStatusAsync(new() { Uuid = new('0', 32), Name = "where" }, Cancellation));

        Plugins.Remove(plugin);
        Assert.False(Directory.Exists(folder));
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public void One_that_could_not_start_is_started_again_when_it_is_next_needed()
    {
        var source = NewSource("NaughtyPlugin.py");
        var obstacle = Path.Combine(_bed.NewFolder("array"), "obstacle");
        var file = Path.Combine(source, "NaughtyPlugin.py");
        File.WriteAllText(file, $"import os\nif os.path.exists('{obstacle}'):\n    raise MemoryError('no memory')\n{File.ReadAllText(file)}");
        Plugins.Add(source);

        File.WriteAllText(obstacle, "");
        Assert.Equal(PluginState.Failed, State(load: true));
        Assert.Equal(PluginState.Failed, State(load: false));
        File.Delete(obstacle);

        Assert.Equal(PluginState.Ready, State(load: true));
        Assert.Equal(PluginState.Ready, State(load: false));

        PluginState State(bool load) => Plugins.GetAll(load).Single(plugin => plugin.Name == "Naughty").State;
    }

    [Theory(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [InlineData(false, 0b111_000_000)]
    [InlineData(true, 0b111_101_101)]
    [SupportedOSPlatform("linux")]
    public void Programs_in_it_stay_programs(bool allUsers, int mode)
    {
        var source = NewSource("NaughtyPlugin.py");
        var tool = Path.Combine(source, "bin", "tool");
        Directory.CreateDirectory(Path.GetDirectoryName(tool)!);
        File.WriteAllText(tool, "#!/bin/sh\n");
        File.SetUnixFileMode(tool, (UnixFileMode)0b111_111_111);
        var plugins = new StorageEngine(
            new(_bed["config"], _bed["state"], _bed["plugins"], _bed["none"]) { SystemPlugins = _bed["opt"] }, _bed.Host).Plugins;

        var plugin = Assert.Single(plugins.Add(source, options: new(AllUsers: allUsers)));

        Assert.Equal((UnixFileMode)mode, File.GetUnixFileMode(Path.Combine(Path.GetDirectoryName(plugin.Path)!, "bin", "tool")));
    }

    [Fact]
    public void A_manifest_of_very_many_files_is_read_and_one_that_could_not_be_read_is_not_written()
    {
        var folder = _bed.NewFolder("many");
        static Dictionary<string, string> Files(int count) =>
            Enumerable.Range(0, count).ToDictionary(number => $"node_modules/a/package/{number:d30}.js", _ => new string('a', 64));
        var manifest = new PluginManifest { Kind = PluginKind.Program, Command = ["run"], Files = Files(20_000) };
        manifest.Write(folder);

        Assert.Equal(20_000, PluginManifest.Read(folder)!.Files.Count);
        Assert.Contains("200000 files", Assert.Throws<InvalidDataException>(() => (manifest with { Files = Files(200_000) }).Write(folder)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_limit_of_years_is_one_that_can_be_waited_for()
    {
        var limit = PluginLaunch.LimitsFor(new() { TimeoutSeconds = int.MaxValue }).CallTimeout;

        Assert.Equal(TimeSpan.FromDays(30), limit);
        Assert.False(Task.Delay(limit, Cancellation).IsCompleted);
    }

    private string NewSource(string file)
    {
        var source = _bed.NewFolder("naughty");
        var path = Path.Combine(source, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(Naughty, path, overwrite: true);
        File.WriteAllText(Path.Combine(source, "plugin.json"), $$"""{ "kind": "python", "command": ["{{file}}"] }""");
        return source;
    }
}
