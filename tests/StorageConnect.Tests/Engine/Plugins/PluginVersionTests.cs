using StorageConnect.Engine.Plugins;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Plugins;

/// <summary>Rule 2: a server is bound to a plug-in class and a compatible version range.</summary>
public sealed class PluginVersionTests : PluginTests
{
    private string ServingVersion => Bed.Engine.Plugins.FindFor("lab", PluginBlueprint.DefaultClassName, "1.0.0-1").Descriptor.Version;

    [Fact]
    public void Of_several_compatible_ones_the_newest_serves_by_number_and_not_by_text()
    {
        Bed.Install(new() { Version = "1.9.0-1" }, "Nine");
        Bed.Install(new() { Version = "1.10.0-1" }, "Ten");
        Assert.Equal("1.10.0-1", ServingVersion);
    }

    [Breaks(2, By.Plugin)]
    [Fact]
    public void Another_major_version_serves_new_servers_and_no_old_ones()
    {
        Bed.Install(new() { Version = "2.0.0-1" }, "Two");
        Assert.Equal("1.0.0-1", ServingVersion);
        Assert.Equal("2.0.0-1", Bed.Engine.Plugins.Find("Recording").Descriptor.Version);
    }

    [Fact]
    public void A_newest_one_that_can_not_be_used_leaves_the_work_to_the_next()
    {
        Bed.Install(new() { Version = "1.3.0-1", Base = typeof(ThrowingPlugin) }, "Three");
        Bed.Install(new() { Version = "1.2.0-1", AssemblyVersion = "9.9.9-9" }, "Two");
        Assert.Equal("1.0.0-1", ServingVersion);
        Assert.Equal("1.0.0-1", Bed.Engine.Plugins.Find("Recording").Descriptor.Version);
    }

    [Fact]
    public async Task A_server_survives_an_upgrade_side_by_side_and_tells_the_version_that_serves_it()
    {
        await Bed.OpenAsync();
        Bed.Install(new() { Version = "1.1.0-1" }, "New");
        var server = await Bed.NewEngine().RefreshAsync("lab", Cancellation);
        Assert.Equal("1.1.0-1", server.PluginVersion);
    }

    [Fact]
    public async Task A_server_survives_an_upgrade_in_place()
    {
        await Bed.OpenAsync();
        Directory.Delete(Bed.FolderOf("Recording"), recursive: true);
        Bed.Install(new() { Version = "1.1.0-1" }, "Recording");
        Assert.Equal("1.1.0-1", (await Bed.NewEngine().RefreshAsync("lab", Cancellation)).PluginVersion);
    }

    [Breaks(2, By.Plugin)]
    [Fact]
    public async Task Without_a_compatible_version_the_error_names_what_is_needed_and_what_is_there()
    {
        await Bed.OpenAsync();
        Directory.Delete(Bed.FolderOf("Recording"), recursive: true);
        Bed.Install(new() { Version = "2.0.0-1" }, "Two");
        var error = await Expect.FailureAsync<NotFoundException>("PluginNotFound", "lab",
            () => Bed.NewEngine().GetArray("lab").GetStatusAsync(null, Cancellation));
        Assert.Contains("1.x.x", error.Message, StringComparison.Ordinal);
        Assert.Contains("2.0.0-1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_version_the_error_says_that_none_is_there()
    {
        await Bed.OpenAsync();
        Directory.Delete(Bed.FolderOf("Recording"), recursive: true);
        var error = await Expect.FailureAsync<NotFoundException>("PluginNotFound", "lab",
            () => Bed.NewEngine().GetArray("lab").GetStatusAsync(null, Cancellation));
        Assert.Contains("none is installed", error.Message, StringComparison.Ordinal);
        Assert.Single(Bed.NewEngine().GetServers());
    }

    [Theory]
    [InlineData("1.0.1-1", true)]
    [InlineData("0.0.0-0", true)]
    [InlineData("1.0.1", false)]
    [InlineData("1.0.1-1 ", false)]
    [InlineData("1.0.1-1\n", false)]
    [InlineData("1.0.1-99999999999", false)]
    [InlineData("a.0.1-1", false)]
    [InlineData("١.0.1-1", false)]
    [InlineData(null, false)]
    public void A_version_has_the_guides_form(string? text, bool valid) => Assert.Equal(valid, PluginVersion.TryParse(text) is not null);
}
