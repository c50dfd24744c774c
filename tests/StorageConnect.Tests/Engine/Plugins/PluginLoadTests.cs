using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using StorageConnect.Engine.Plugins;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Plugins;

/// <summary>Loading: each plug-in on its own, and the failure of one is nobody else's.</summary>
public sealed class PluginLoadTests : PluginTests
{
    public static TheoryData<string, Type> Unfit => new()
    {
        { "FormatException: no configuration", typeof(ThrowingPlugin) },
        { "TypeInitializationException", typeof(UninitializedPlugin) },
        { "after it was constructed", typeof(EagerPlugin) },
        { "must be a concrete class derived from StorageArrayPlugin", typeof(Stranger) },
        { "overrides discover but not start and stop", typeof(DiscoverOnlyPlugin) },
        { "overrides start and stop but not discover", typeof(StartAndStopPlugin) },
    };

    [Breaks(3, By.Plugin)]
    [Theory]
    [MemberData(nameof(Unfit))]
    public void One_that_can_not_be_made_says_why(string why, Type type) =>
        AssertIs(PluginState.Failed, why, Judge(new() { Base = type, ClassName = "Odd.Plugin" }));

    [Fact]
    public void Rule_3_all_three_of_discover_start_and_stop_or_none_are_fine()
    {
        Assert.Equal(PluginState.Ready, Judge(new() { Base = typeof(RecordingIscsiPlugin), ClassName = "Odd.Plugin" }).State);
        Assert.True(Bed.Engine.Plugins.Find("Odd.Plugin") is { OverridesDiscovery: true, OverridesRefresh: true, OverridesUpdate: true });
        Assert.True(Bed.Engine.Plugins.Find(PluginBlueprint.DefaultClassName) is
        {
            OverridesDiscovery: false, OverridesRefresh: false,
            OverridesUpdate: false
        });
    }

    [Fact]
    public void Methods_that_have_only_the_name_of_an_optional_one_override_nothing()
    {
        Assert.Equal((PluginState.Ready, null), (Judge(new() { Base = typeof(NamesakePlugin), ClassName = "Odd.Plugin" }).State, In("Odd")[0].Problem));
        Assert.False(Bed.Engine.Plugins.Find("Odd.Plugin").OverridesDiscovery);
    }

    [Fact]
    public void A_constructor_that_never_returns_is_given_up()
    {
        Bed.Install(new() { Base = typeof(HangingPlugin) }, "Odd");
        var candidate = Assert.Single(PluginFinder.FindInFolder(Bed.FolderOf("Odd"), trusted: false));
        var loader = new PluginLoader(Bed.Host, TimeProvider.System, () => [], constructionLimit: TimeSpan.FromMilliseconds(1));
        var (plugin, problem) = loader.TryLoad(candidate);
        Assert.Null(plugin);
        Assert.Contains("did not return", problem, StringComparison.Ordinal);
        Assert.Equal((null, problem), loader.TryLoad(candidate));
    }

    [Fact]
    public void A_missing_dependency_is_named()
    {
        var plugin = InstallWithDependency("Odd", new(1, 0, 0, 0));
        File.Delete(plugin.Dependency);
        AssertIs(PluginState.Failed, "It needs 'Example.Driver,", Assert.Single(In("Odd")));
        AssertTheGoodOneIsReady();
    }

    [Fact]
    public void Two_versions_of_one_dependency_live_side_by_side()
    {
        InstallWithDependency("One", new(1, 0, 0, 0));
        InstallWithDependency("Two", new(2, 0, 0, 0));
        Assert.Equal(new Version(1, 0, 0, 0), DriverOf("Plugin.One"));
        Assert.Equal(new Version(2, 0, 0, 0), DriverOf("Plugin.Two"));

        Version? DriverOf(string name) => Bed.Engine.Plugins.Find(name).Instance.GetType().BaseType!.Assembly.GetName().Version;
    }

    [Fact]
    public void The_contract_is_the_engines_own_though_the_plug_in_ships_one()
    {
        var contract = typeof(StorageArrayPlugin).Assembly.Location;
        Directory.CreateDirectory(Bed.FolderOf("Odd"));
        File.Copy(contract, Path.Combine(Bed.FolderOf("Odd"), Path.GetFileName(contract)));
        Assert.Equal((PluginState.Ready, null), (Judge(new() { ClassName = "Odd.Plugin" }).State, In("Odd")[0].Problem));
        Assert.IsType<StorageArrayPlugin>(Bed.Engine.Plugins.Find("Odd.Plugin").Instance, exactMatch: false);
    }

    [Fact]
    public void A_native_library_or_anything_else_beside_a_plug_in_is_no_matter()
    {
        Directory.CreateDirectory(Bed.FolderOf("Odd"));
        File.WriteAllBytes(Path.Combine(Bed.FolderOf("Odd"), "native.dll"), [0x4d, 0x5a, 1, 2, 3]);
        File.WriteAllBytes(Path.Combine(Bed.FolderOf("Odd"), "empty.dll"), []);
        File.WriteAllText(Path.Combine(Bed.FolderOf("Odd"), "readme.txt"), "hello");
        Assert.Equal(PluginState.Ready, Judge(new()).State);
    }

    [Fact]
    public void A_folder_without_a_plug_in_says_so()
    {
        Directory.CreateDirectory(Bed.FolderOf("Odd"));
        AssertIs(PluginState.Refused, "holds no assembly with a class marked [StorageArrayPlugin]", Assert.Single(In("Odd")));
        AssertTheGoodOneIsReady();
    }

    [Fact]
    public void Several_plug_ins_in_one_assembly_are_several()
    {
        Bed.Install(new() { Name = "Odd" }, "Odd");
        new PluginBlueprint { Name = "Even", ClassName = "Even.Plugin" }.WriteTo(Bed.FolderOf("Odd"), "Even.dll");
        Assert.Equal(["Even", "Odd"], In("Odd").Select(plugin => plugin.Name).Order());
    }

    [Fact]
    public void Names_are_told_without_loading_anything()
    {
        Bed.Install(new() { Name = "Odd", Base = typeof(HangingPlugin) }, "Odd");
        Assert.Equal(["Odd", "Recording"], Bed.Engine.Plugins.GetDescriptors().Select(descriptor => descriptor.Name).Order());
    }

    [Fact]
    public void An_instance_is_made_once_and_has_its_services()
    {
        var one = Bed.Engine.Plugins.Find("Recording").Instance;
        Assert.Same(one, Bed.Engine.Plugins.Find("Recording").Instance);
        Assert.Same(Bed.Host, one.Services.Host);
    }

    /// <summary>A plug-in whose base class is in another assembly of its folder.</summary>
    private (string Plugin, string Dependency) InstallWithDependency(string folder, Version version)
    {
        var dependency = Path.Combine(Directory.CreateDirectory(Bed.FolderOf(folder)).FullName, "Example.Driver.dll");
        var assembly = new PersistedAssemblyBuilder(new AssemblyName("Example.Driver") { Version = version }, typeof(object).Assembly);
        assembly.DefineDynamicModule("Example.Driver").DefineType("Example.DriverPlugin", TypeAttributes.Public, typeof(RecordingPlugin)).CreateType();
        assembly.Save(dependency);
        var context = new AssemblyLoadContext(dependency, isCollectible: true);
        var driver = context.LoadFromAssemblyPath(dependency).GetType("Example.DriverPlugin", throwOnError: true)!;
        var plugin = Bed.Install(new() { Base = driver, Name = folder, ClassName = "Plugin." + folder }, folder);
        context.Unload();
        return (plugin, dependency);
    }
}
