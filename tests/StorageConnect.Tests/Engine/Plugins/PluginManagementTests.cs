using System.Diagnostics;
using StorageConnect.Engine.Plugins;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Plugins;

/// <summary>Listing, registering and unregistering plug-ins goes by their files: none of their code runs.</summary>
public sealed class PluginManagementTests : PluginTests
{
    private readonly TemporaryFolder _elsewhere = new();

    private PluginCatalog Plugins => Bed.Engine.Plugins;

    [Fact]
    public void Listing_registering_and_unregistering_construct_nothing()
    {
        var before = CountingPlugin.Constructed;
        new PluginBlueprint { Base = typeof(CountingPlugin), Name = "Counting", ClassName = "Counting.Plugin" }.WriteTo(_elsewhere.Path);

        var added = Assert.Single(Plugins.Add(_elsewhere.Path));
        var listed = Assert.Single(Plugins.GetAll(), plugin => plugin.Name == "Counting");
        Plugins.Remove(listed);

        Assert.Equal(PluginState.Ready, added.State);
        Assert.Equal(before, CountingPlugin.Constructed);
        Assert.DoesNotContain(Plugins.GetAll(), plugin => plugin.Name == "Counting");
    }

    [Fact]
    public void What_failed_in_this_process_is_told_by_the_list_afterwards()
    {
        Bed.Install(new() { Base = typeof(ThrowingPlugin), Name = "Odd", ClassName = "Odd.Plugin" }, "Odd");
        Assert.Equal(PluginState.Ready, Assert.Single(Plugins.GetAll(), plugin => plugin.Name == "Odd").State);

        Assert.Throws<InvalidStorageArrayException>(() => Plugins.Find("Odd"));

        Assert.Equal(PluginState.Failed, Assert.Single(Plugins.GetAll(), plugin => plugin.Name == "Odd").State);
    }

    [Fact]
    public void A_new_build_of_the_same_version_at_the_same_path_is_used_at_once()
    {
        Bed.Install(new() { Base = typeof(CountingPlugin), Name = "Odd", ClassName = "Odd.Plugin" }, "Odd");
        var old = Plugins.Find("Odd").Instance;

        Bed.Install(new() { Base = typeof(NamesakePlugin), Name = "Odd", ClassName = "Odd.Plugin" }, "Odd");
        var current = Plugins.Find("Odd").Instance;

        Assert.Equal((typeof(CountingPlugin), typeof(NamesakePlugin)), (old.GetType().BaseType, current.GetType().BaseType));
        Assert.Same(current, Plugins.Find("Odd").Instance);
    }

    [Fact]
    public void Of_an_assembly_only_what_it_needs_is_copied()
    {
        var assembly = new PluginBlueprint { Name = "Mine", ClassName = "My.Plugin" }.WriteTo(_elsewhere.Path);
        File.WriteAllText(_elsewhere["letter.txt"], "private");
        Directory.CreateDirectory(_elsewhere["data"]);
        File.WriteAllText(_elsewhere["data", "big.bin"], "private");

        Plugins.Add(assembly);

        Assert.Equal([Path.GetFileName(assembly)], CopiedFiles("My.Plugin-1.0.0-1"));
    }

    [Fact]
    public void Of_an_assembly_with_a_deps_file_what_that_names_is_copied()
    {
        var assembly = new PluginBlueprint { Name = "Mine", ClassName = "My.Plugin" }.WriteTo(_elsewhere.Path);
        foreach (var file in new[] { "Driver.dll", "Stray.dll", "de/Driver.resources.dll", "runtimes/linux-x64/native/driver.so" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_elsewhere[file])!);
            File.WriteAllText(_elsewhere[file], "content");
        }

        File.WriteAllText(Path.ChangeExtension(assembly, ".deps.json"), """
            { "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0" }, "targets": { ".NETCoreApp,Version=v10.0": {
                "Driver/1.0.0": {
                    "runtime": { "lib/net10.0/Driver.dll": {} },
                    "resources": { "lib/net10.0/de/Driver.resources.dll": { "locale": "de" } },
                    "runtimeTargets": { "runtimes/linux-x64/native/driver.so": { "rid": "linux-x64", "assetType": "native" } } },
                "Absent/1.0.0": { "runtime": { "lib/net10.0/Absent.dll": {}, "../../outside.dll": {} } } } } }
            """);

        Plugins.Add(assembly);

        string[] wanted = [Path.GetFileName(assembly), Path.GetFileName(Path.ChangeExtension(assembly, ".deps.json")), "Driver.dll",
            "de/Driver.resources.dll", "runtimes/linux-x64/native/driver.so"];
        Assert.Equal(wanted.Order(StringComparer.Ordinal), CopiedFiles("My.Plugin-1.0.0-1"));
    }

    [Fact]
    public void A_damaged_deps_file_is_named()
    {
        var assembly = new PluginBlueprint { Name = "Mine", ClassName = "My.Plugin" }.WriteTo(_elsewhere.Path);
        File.WriteAllText(Path.ChangeExtension(assembly, ".deps.json"), "{");

        var error = Expect.Failure<InvalidStorageArrayException>("PluginUnusable", assembly, () => Plugins.Add(assembly));

        Assert.Contains(".deps.json' is damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_above_the_plugins_folder_is_refused_and_its_assembly_is_not()
    {
        using var bed = new TestBed(new());
        var folder = Path.GetDirectoryName(bed.Paths.UserPlugins)!;
        var assembly = new PluginBlueprint { Name = "Mine", ClassName = "My.Plugin" }.WriteTo(folder, "Mine.dll");

        Expect.Failure<InvalidRequestException>("PluginFolderUnfit", folder, () => bed.Engine.Plugins.Add(folder));

        Assert.Equal("Mine", Assert.Single(bed.Engine.Plugins.Add(assembly)).Name);
        Assert.Empty(Directory.EnumerateDirectories(bed.Paths.UserPlugins, ".*"));
    }

    [Fact]
    public void A_link_to_a_folder_is_not_followed()
    {
        new PluginBlueprint { Name = "Mine", ClassName = "My.Plugin" }.WriteTo(_elsewhere.Path);
        Directory.CreateSymbolicLink(_elsewhere["loop"], _elsewhere.Path);

        Expect.Failure<InvalidRequestException>("PluginFolderUnfit", _elsewhere.Path, () => Plugins.Add(_elsewhere.Path));
    }

    [Fact]
    public void The_name_of_another_plugin_is_taken_over_by_force_alone()
    {
        new PluginBlueprint { Name = "recording", ClassName = "Strange.Plugin" }.WriteTo(_elsewhere.Path);

        Expect.Failure<AlreadyExistsException>("PluginNameTaken", "recording", () => Plugins.Add(_elsewhere.Path));
        Expect.Failure<AlreadyExistsException>("PluginNameTaken", "recording", () => Plugins.CheckAdd(_elsewhere.Path));
        Plugins.Add(_elsewhere.Path, force: true);

        Expect.Failure<InvalidRequestException>("PluginNameAmbiguous", "Recording", () => Plugins.Find("Recording"));
        Assert.Equal("Strange.Plugin", Plugins.Find("Strange.Plugin").Descriptor.ClassName);
        Assert.Equal(PluginBlueprint.DefaultClassName, Plugins.Find(PluginBlueprint.DefaultClassName).Descriptor.ClassName);
    }

    [Fact]
    public void The_modules_own_plugin_keeps_its_name_and_its_class()
    {
        new PluginBlueprint { Name = "Native", ClassName = "Native.Plugin" }.WriteTo(Path.Combine(Bed.Paths.ModulePlugins, "Native"));
        new PluginBlueprint { Name = "Native", ClassName = "Strange.Plugin", Version = "9.0.0-1" }.WriteTo(_elsewhere["name"]);
        new PluginBlueprint { Name = "Other", ClassName = "Native.Plugin", Version = "9.0.0-1" }.WriteTo(_elsewhere["class"]);

        Expect.Failure<AlreadyExistsException>("PluginNameTaken", "Native", () => Plugins.Add(_elsewhere["name"]));
        Expect.Failure<AlreadyExistsException>("PluginNameTaken", "Other", () => Plugins.Add(_elsewhere["class"]));
        Plugins.Add(_elsewhere["name"], force: true);

        Assert.Equal("Native.Plugin", Plugins.Find("Native").Descriptor.ClassName);
        Assert.Equal(
            [("Native.Plugin", PluginOrigin.Module), ("Strange.Plugin", PluginOrigin.User)],
            Plugins.GetAll().Where(plugin => plugin.Name == "Native").Select(plugin => (plugin.ClassName, plugin.Origin)));
    }

    [Fact]
    public void Plugins_of_one_folder_are_known_to_go_together()
    {
        Bed.Install(new() { Name = "Odd", ClassName = "Odd.Plugin" }, "Odd");
        new PluginBlueprint { Name = "Even", ClassName = "Even.Plugin" }.WriteTo(Bed.FolderOf("Odd"), "Even.dll");
        var odd = Assert.Single(Plugins.GetAll(), plugin => plugin.Name == "Odd");

        Assert.Equal(["Even"], Plugins.GetOthersInFolder(odd).Select(plugin => plugin.Name));
    }

    [Fact]
    public void A_file_that_is_no_assembly_is_called_what_it_is()
    {
        var assembly = new PluginBlueprint { Name = "Mine", ClassName = "My.Plugin" }.WriteTo(_elsewhere.Path);
        var whole = File.ReadAllBytes(assembly);
        (string Name, byte[] Content, string Word)[] files =
        [
            ("empty.dll", [], "is empty"),
            ("cut.dll", whole[..^600], "is damaged: its end is missing"),
            ("short.dll", whole[..100], "is damaged"),
            ("text.dll", "hello"u8.ToArray(), "is not a .NET assembly"),
            ("elf.dll", [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1], "is a native library"),
            ("library.dll", File.ReadAllBytes(typeof(CsCheck.Check).Assembly.Location), "holds no class marked [StorageArrayPlugin]"),
        ];
        foreach (var (name, content, word) in files)
        {
            File.WriteAllBytes(_elsewhere[name], content);

            var error = Expect.Failure<InvalidStorageArrayException>("PluginUnusable", _elsewhere[name], () => Plugins.Add(_elsewhere[name]));

            Assert.Contains(word, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_named_pipe_is_not_waited_for()
    {
        using var mkfifo = Process.Start("mkfifo", [_elsewhere["pipe.dll"]]);
        await mkfifo.WaitForExitAsync(Cancellation);

        var error = Expect.Failure<InvalidStorageArrayException>("PluginUnusable", _elsewhere["pipe.dll"], () => Plugins.Add(_elsewhere["pipe.dll"]));
        Assert.Contains("is a named pipe", error.Message, StringComparison.Ordinal);
        Assert.Contains("is a named pipe", Assert.Single(PluginFinder.FindInFolder(_elsewhere.Path, trusted: true)).Problem, StringComparison.Ordinal);

        new PluginBlueprint { Name = "Mine", ClassName = "My.Plugin" }.WriteTo(_elsewhere.Path);
        Expect.Failure<InvalidRequestException>("PluginFolderUnfit", _elsewhere.Path, () => Plugins.Add(_elsewhere.Path));
    }

    public override void Dispose()
    {
        base.Dispose();
        _elsewhere.Dispose();
    }

    private IEnumerable<string> CopiedFiles(string folder) =>
        Directory.EnumerateFiles(Bed.FolderOf(folder), "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Bed.FolderOf(folder),
            path)).Order(StringComparer.Ordinal);
}

/// <summary>Counts how often it is constructed.</summary>
public class CountingPlugin : RecordingPlugin
{
    private static int _constructed;

    public CountingPlugin() => Interlocked.Increment(ref _constructed);

    public static int Constructed => _constructed;
}
