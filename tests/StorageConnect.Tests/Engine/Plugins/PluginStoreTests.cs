using System.Runtime.Versioning;
using StorageConnect.Engine;
using StorageConnect.Engine.Plugins;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Plugins;

/// <summary>A user's own plug-ins: put where they are found, and taken out again.</summary>
public sealed class PluginStoreTests : PluginTests
{
    private readonly TemporaryFolder _elsewhere = new();

    private PluginCatalog Plugins => Bed.Engine.Plugins;

    [Fact]
    public void One_is_copied_with_all_that_is_beside_it_and_can_be_used_at_once()
    {
        Build(new() { Name = "Mine", ClassName = "My.Plugin" });
        Directory.CreateDirectory(_elsewhere["runtimes", "linux-x64"]);
        File.WriteAllText(_elsewhere["runtimes", "linux-x64", "driver.so"], "native");

        var plugin = Assert.Single(Plugins.Add(_elsewhere.Path));

        Assert.Equal((PluginState.Ready, "Mine"), (plugin.State, plugin.Name));
        Assert.Equal(Bed.FolderOf("My.Plugin-1.0.0-1"), Path.GetDirectoryName(plugin.Path));
        Assert.Equal("native", File.ReadAllText(Path.Combine(Bed.FolderOf("My.Plugin-1.0.0-1"), "runtimes", "linux-x64", "driver.so")));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Whatever_the_build_left_only_this_user_may_write_to_the_copy()
    {
        File.SetUnixFileMode(Build(new() { Name = "Mine", ClassName = "My.Plugin" }), (UnixFileMode)0x1FF);

        Assert.Equal(PluginState.Ready, Assert.Single(Plugins.Add(_elsewhere.Path)).State);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Whatever_this_users_mask_is_nobody_else_may_write_to_what_is_written_into_the_copy()
    {
        Build(new() { Name = "Mine", ClassName = "My.Plugin" });

        var plugin = Assert.Single(Plugins.Add(_elsewhere.Path, options: new(Isolated: true)));

        var files = Directory.GetFiles(Path.GetDirectoryName(plugin.Path)!);
        Assert.Contains(files, file => Path.GetFileName(file) == PluginManifest.FileName);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Where_the_copy_would_be_refused_registering_says_so_and_nothing_is_left()
    {
        Build(new() { Name = "Mine", ClassName = "My.Plugin" });
        using var open = new TemporaryFolder();
        File.SetUnixFileMode(open.Path, (UnixFileMode)0b111_111_111);
        var plugins = new StorageEngine(new(Bed.Paths.Config, Bed.Paths.State, open["plugins"], Bed.Paths.ModulePlugins), Bed.Host).Plugins;

        var error = Expect.Failure<InvalidStorageArrayException>("PluginUnusable", _elsewhere.Path, () => plugins.Add(_elsewhere.Path));

        Assert.Contains($"'{open.Path}' can be written by other users", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(open["plugins"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [SupportedOSPlatform("linux")]
    public void One_for_all_users_can_be_read_by_all_and_changed_by_its_owner_alone(bool isIsolated)
    {
        Build(new() { Name = "Mine", ClassName = "My.Plugin" });

        var plugin = Assert.Single(Plugins.Add(_elsewhere.Path, options: new(Isolated: isIsolated, AllUsers: true)));

        Assert.Equal((PluginState.Ready, PluginOrigin.System, isIsolated), (plugin.State, plugin.Origin, plugin.Isolated));
        Assert.Equal(Path.Combine(Bed.Paths.SystemPlugins, "My.Plugin-1.0.0-1"), Path.GetDirectoryName(plugin.Path));
        foreach (var path in Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Bed.Paths.SystemPlugins)!, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(Directory.Exists(path) ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100, new FileInfo(path).UnixFileMode);
        }

        Plugins.Remove(plugin);
        AssertOnlyTheGoodOneIsThere();
    }

    [Fact]
    public void The_same_one_for_this_user_and_for_all_stand_side_by_side()
    {
        Build(new() { Name = "Mine", ClassName = "My.Plugin" });
        Plugins.Add(_elsewhere.Path);

        Assert.Equal(PluginOrigin.System, Assert.Single(Plugins.Add(_elsewhere.Path, force: true, new(AllUsers: true))).Origin);

        Expect.Failure<AlreadyExistsException>("PluginExists", "Mine", () => Plugins.Add(_elsewhere.Path, force: true, new(AllUsers: true)));
    }

    [Fact]
    public void Its_assembly_names_it_as_well_as_its_folder()
    {
        var assembly = Build(new() { Name = "Mine", ClassName = "My.Plugin" });

        Assert.Equal("Mine", Assert.Single(Plugins.Add(assembly)).Name);
    }

    [Fact]
    public void Versions_stand_side_by_side_and_the_same_one_twice_is_an_error()
    {
        Build(new() { Name = "Mine", ClassName = "My.Plugin" });
        Plugins.Add(_elsewhere.Path);
        Expect.Failure<AlreadyExistsException>("PluginExists", "Mine", () => Plugins.Add(_elsewhere.Path));
        Build(new() { Name = "Mine", ClassName = "My.Plugin", Version = "1.0.0-2" });
        Plugins.Add(_elsewhere.Path);

        Assert.Equal(["1.0.0-1", "1.0.0-2"], Plugins.GetAll().Where(plugin => plugin.Name == "Mine").Select(plugin => plugin.Version));
    }

    [Fact]
    public void One_that_could_not_be_used_is_refused_and_nothing_is_copied()
    {
        Build(new() { Name = "Mine", ClassName = "My.Plugin", Vendor = "" });

        var error = Expect.Failure<InvalidStorageArrayException>("PluginUnusable", _elsewhere.Path, () => Plugins.Add(_elsewhere.Path));

        Assert.Contains("no vendor_name", error.Message, StringComparison.Ordinal);
        AssertOnlyTheGoodOneIsThere();
        Expect.Failure<NotFoundException>("PluginNotFound", "/no/such/folder", () => Plugins.Add("/no/such/folder"));
    }

    [Fact]
    public void Where_nothing_can_be_written_the_error_says_so_and_nothing_half_is_left()
    {
        Build(new() { Name = "Mine", ClassName = "My.Plugin" });
        File.WriteAllText(Bed.FolderOf("My.Plugin-1.0.0-1"), "a file in the place of the folder");

        var error = Expect.Failure<AccessDeniedException>("PluginFolderNotWritable", "Mine", () => Plugins.Add(_elsewhere.Path));

        Assert.Contains(_elsewhere.Path, error.Message, StringComparison.Ordinal);
        File.Delete(Bed.FolderOf("My.Plugin-1.0.0-1"));
        AssertOnlyTheGoodOneIsThere();
    }

    [Fact]
    public void One_is_taken_out_again_and_others_stay()
    {
        Build(new() { Name = "Mine", ClassName = "My.Plugin" });
        Plugins.Remove(Assert.Single(Plugins.Add(_elsewhere.Path)));

        AssertOnlyTheGoodOneIsThere();
    }

    [Fact]
    public void One_that_somebody_else_installed_is_not_taken_out()
    {
        var path = new PluginBlueprint { Name = "Theirs", ClassName = "Their.Plugin" }.WriteTo(Path.Combine(Bed.Paths.ModulePlugins, "Theirs"));
        var theirs = Assert.Single(Plugins.GetAll(), plugin => plugin.Name == "Theirs");

        Expect.Failure<AccessDeniedException>("PluginNotYours", "Theirs", () => Plugins.Remove(theirs));

        Assert.True(File.Exists(path));
    }

    public override void Dispose()
    {
        base.Dispose();
        _elsewhere.Dispose();
    }

    private string Build(PluginBlueprint plugin) => plugin.WriteTo(_elsewhere.Path);

    private void AssertOnlyTheGoodOneIsThere() => Assert.Equal([Bed.FolderOf("Recording")], Directory.GetFileSystemEntries(Bed.Paths.UserPlugins));
}
