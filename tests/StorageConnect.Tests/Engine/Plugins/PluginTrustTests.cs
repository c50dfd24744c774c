using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Plugins;

/// <summary>Outside the module only what nobody else can have written is loaded.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class PluginTrustTests : PluginTests
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_111_111;
    private const uint SomebodyElse = 54321;
    private readonly string _folder;
    private readonly string _file;

    public PluginTrustTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Owners and modes are checked on Linux.");
        _file = Bed.Install(new() { Name = "Odd" }, "Odd");
        _folder = Bed.FolderOf("Odd");
    }

    private OscPlugin Judged => Assert.Single(In("Odd"));

    private static void Chown(string path, uint owner, bool linkItself = false)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can give files away.");
        Assert.Equal(0, linkItself ? ChangeLinkOwner(path, owner, owner) : ChangeOwner(path, owner, owner));
    }

    [Fact]
    public void One_that_only_its_user_can_write_is_ready() => Assert.Equal((PluginState.Ready, null), (Judged.State, Judged.Problem));

    [Theory]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_file_that_others_can_write_is_refused_and_named(UnixFileMode mode)
    {
        File.SetUnixFileMode(_file, File.GetUnixFileMode(_file) | mode);
        AssertIs(PluginState.Refused, $"'{_file}' can be written by other users", Judged);
        AssertTheGoodOneIsReady();
    }

    [Fact]
    public void Any_file_deep_in_the_folder_counts()
    {
        var native = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "runtimes", "linux")).FullName, "lib.so");
        File.WriteAllBytes(native, []);
        File.SetUnixFileMode(native, Everybody);
        AssertIs(PluginState.Refused, $"'{native}' can be written", Judged);
    }

    [Fact]
    public void A_folder_that_others_can_write_is_refused()
    {
        File.SetUnixFileMode(_folder, Everybody);
        AssertIs(PluginState.Refused, $"'{_folder}' can be written", Judged);
    }

    [Fact]
    public void A_folder_with_the_sticky_bit_that_others_can_add_to_is_refused()
    {
        File.SetUnixFileMode(_folder, Everybody | UnixFileMode.StickyBit);
        AssertIs(PluginState.Refused, $"'{_folder}' can be written", Judged);
    }

    [Fact]
    public void A_parent_that_others_can_write_is_refused()
    {
        File.SetUnixFileMode(Bed.Paths.UserPlugins, Everybody);
        AssertIs(PluginState.Refused, $"'{Bed.Paths.UserPlugins}' can be written", Judged);
    }

    [Fact]
    public void A_parent_with_the_sticky_bit_is_fine_because_others_can_not_replace_what_is_ours()
    {
        File.SetUnixFileMode(Bed.Paths.UserPlugins, Everybody | UnixFileMode.StickyBit);
        Assert.Equal(PluginState.Ready, Judged.State);
    }

    [Fact]
    public void A_file_of_another_user_is_refused()
    {
        Chown(_file, SomebodyElse);
        AssertIs(PluginState.Refused, $"'{_file}' belongs to another user (uid {SomebodyElse})", Judged);
        AssertTheGoodOneIsReady();
    }

    [Fact]
    public void A_folder_or_parent_of_another_user_is_refused()
    {
        Chown(_folder, SomebodyElse);
        AssertIs(PluginState.Refused, $"'{_folder}' belongs to another user", Judged);
        Chown(_folder, 0);
        Chown(Bed.Paths.UserPlugins, SomebodyElse);
        AssertIs(PluginState.Refused, $"'{Bed.Paths.UserPlugins}' belongs to another user", Judged);
    }

    [Fact]
    public void The_modules_own_are_as_trustworthy_as_the_module()
    {
        var module = Path.Combine(Bed.Paths.ModulePlugins, "Own");
        var file = new PluginBlueprint { Name = "Own" }.WriteTo(module);
        File.SetUnixFileMode(file, Everybody);
        Assert.Equal(PluginState.Ready, Assert.Single(Bed.Engine.Plugins.GetAll(load: true), plugin => plugin.Name == "Own").State);
    }

    [Fact]
    public void A_link_to_a_safe_place_is_fine()
    {
        Link(Elsewhere());
        Assert.Equal((PluginState.Ready, null), (Judged.State, Judged.Problem));
    }

    [Fact]
    public void A_link_to_a_folder_that_others_can_write_is_refused()
    {
        var place = Elsewhere();
        File.SetUnixFileMode(place, Everybody);
        Link(place);
        AssertIs(PluginState.Refused, $"'{place}' can be written", Judged);
    }

    [Fact]
    public void A_link_to_a_folder_in_a_folder_that_others_can_write_is_refused()
    {
        var place = Elsewhere();
        File.SetUnixFileMode(Path.GetDirectoryName(place)!, Everybody);
        Link(place);
        AssertIs(PluginState.Refused, $"'{Path.GetDirectoryName(place)}' can be written", Judged);
    }

    [Fact]
    public void A_link_by_way_of_a_link_that_others_can_replace_is_refused()
    {
        var place = Elsewhere();
        var open = Directory.CreateDirectory(Path.Combine(Bed.Paths.Config, "open")).FullName;
        var hop = Path.Combine(open, "hop");
        File.CreateSymbolicLink(hop, place);
        File.SetUnixFileMode(open, Everybody);
        Link(hop);
        AssertIs(PluginState.Refused, $"'{open}' can be written", Judged);
    }

    [Fact]
    public void A_link_of_another_user_in_a_sticky_folder_is_refused()
    {
        var place = Elsewhere();
        var hop = Path.Combine(Directory.CreateDirectory(Path.Combine(Bed.Paths.Config, "tmp")).FullName, "hop");
        File.CreateSymbolicLink(hop, place);
        File.SetUnixFileMode(Path.GetDirectoryName(hop)!, Everybody | UnixFileMode.StickyBit);
        Chown(hop, SomebodyElse, linkItself: true);
        Link(hop);
        AssertIs(PluginState.Refused, $"'{hop}' belongs to another user", Judged);
    }

    [Fact]
    public void A_file_that_is_a_link_into_a_folder_that_others_can_write_is_refused()
    {
        var place = Elsewhere();
        var library = Path.Combine(place, "library.dll");
        File.WriteAllBytes(library, []);
        File.SetUnixFileMode(place, Everybody);
        File.CreateSymbolicLink(Path.Combine(_folder, "library.dll"), library);
        AssertIs(PluginState.Refused, $"'{place}' can be written", Judged);
    }

    [Fact]
    public void What_is_in_a_folder_behind_a_link_counts_too()
    {
        var place = Elsewhere();
        var library = Path.Combine(place, "library.dll");
        File.WriteAllBytes(library, []);
        File.SetUnixFileMode(library, Everybody);
        File.CreateSymbolicLink(Path.Combine(_folder, "runtimes"), place);
        AssertIs(PluginState.Refused, "library.dll' can be written", Judged);
    }

    [Fact]
    public void A_link_to_nowhere_or_to_itself_is_refused()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "gone.dll"), "/nowhere/at/all.dll");
        Assert.Equal(PluginState.Refused, Judged.State);
        File.Delete(Path.Combine(_folder, "gone.dll"));
        File.CreateSymbolicLink(Path.Combine(_folder, "loop.dll"), "loop.dll");
        Assert.Equal(PluginState.Refused, Judged.State);
        AssertTheGoodOneIsReady();
    }

    /// <summary>A safe folder with a plug-in, outside the plug-in folders.</summary>
    private string Elsewhere()
    {
        var place = Path.Combine(Bed.Paths.Config, "elsewhere", "plugin");
        new PluginBlueprint { Name = "Odd" }.WriteTo(place);
        return place;
    }

    /// <summary>Puts a link in the place of the plug-in's folder.</summary>
    private void Link(string target)
    {
        Directory.Delete(_folder, recursive: true);
        Directory.CreateSymbolicLink(_folder, target);
    }

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeLinkOwner(string path, uint owner, uint group);
}
