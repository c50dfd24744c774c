using StorageConnect.Engine;
using StorageConnect.Engine.Settings;
using Xunit;

namespace StorageConnect.Tests.Engine.Servers;

/// <summary>Where the engine keeps things.</summary>
public sealed class EnginePathsTests
{
    [Fact]
    public void The_modules_plug_ins_are_in_the_module() =>
        Assert.Equal("/opt/module/plugins", EnginePaths.FromEnvironment("/opt/module").ModulePlugins);

    [Fact]
    public void Everything_is_under_a_folder_of_the_projects_name()
    {
        var paths = EnginePaths.FromEnvironment("/opt/module");
        Assert.EndsWith("/storage-connect", paths.Config, StringComparison.Ordinal);
        Assert.EndsWith("/storage-connect", paths.State, StringComparison.Ordinal);
        Assert.EndsWith("/storage-connect/plugins", paths.UserPlugins, StringComparison.Ordinal);
        Assert.All([paths.Config, paths.State, paths.UserPlugins], path => Assert.True(Path.IsPathRooted(path)));
    }

    [Fact]
    public void Where_nobody_can_look_for_the_file_that_isolates_plug_ins_they_are_isolated()
    {
        using var folder = new Recording.TemporaryFolder();
        File.CreateSymbolicLink(folder["circle"], folder["circle"]);
        Assert.True(new EnginePaths(folder["circle", "c"], folder["s"], folder["p"], folder["m"]).IsolatesPlugins);
    }

    [Fact]
    public void Settings_into_which_nobody_can_look_are_no_empty_list_of_servers()
    {
        using var folder = new Recording.TemporaryFolder();
        File.CreateSymbolicLink(folder["circle"], folder["circle"]);
        var engine = new StorageEngine(new(folder["circle", "c"], folder["s"], folder["p"], folder["m"]), new Recording.FakeHost());

        Recording.Expect.Failure<AccessDeniedException>("ServerListNotReadable", folder["circle", "c", "servers.json"], () => engine.GetServers());
    }

    [Fact]
    public void An_engine_touches_nothing_until_it_is_asked()
    {
        using var folder = new Recording.TemporaryFolder();
        _ = new StorageEngine(new(folder["c"], folder["s"], folder["p"], folder["m"]), new Recording.FakeHost());
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
