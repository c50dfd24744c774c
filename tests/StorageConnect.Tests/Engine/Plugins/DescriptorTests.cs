using StorageConnect.Engine.Plugins;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Plugins;

/// <summary>Rules 1 and 2: what a plug-in declares of itself is whole and true, before any of its code runs.</summary>
public sealed class DescriptorTests : PluginTests
{
    private static Capabilities With(AbilityKey key, Ability value) => new(MemoryArray.Everything) { [key] = value };

    public static TheoryData<string, PluginBlueprint> Wrong => new()
    {
        { "no plugin_name", new() { Name = "" } },
        { "no plugin_name", new() { Name = " " } },
        { "no vendor_name", new() { Vendor = "" } },
        { "no plugin_desc", new() { Description = "" } },
        { "Major.Minor.Patch-Release", new() { Version = "1.0.0" } },
        { "Major.Minor.Patch-Release", new() { Version = "1.0-1" } },
        { "Major.Minor.Patch-Release", new() { Version = "1.0.0-beta" } },
        { "Major.Minor.Patch-Release", new() { Version = "" } },
        { "is not its assembly's informational version '1.0.1-1'", new() { Version = "1.0.0-1", AssemblyVersion = "1.0.1-1" } },
        { "storage_types", new() { StorageTypes = [] } },
        { "storage_types", new() { StorageTypes = [StorageType.SAN, (StorageType)7] } },
        { "required_api_vers 'latest'", new() { RequiredApiVersion = "latest" } },
        { "required_api_vers '1.2'", new() { RequiredApiVersion = "1.2" } },
        { "required_api_vers '1.2.-7'", new() { RequiredApiVersion = "1.2.-7" } },
        { "extended_api_version ''", new() { ExtendedApiVersion = "" } },
        { "required_api_vers 1.2.10 is above its extended_api_version 1.2.9", new() { RequiredApiVersion = "1.2.10", ExtendedApiVersion = "1.2.9" } },
        { "speaks API 1.2.11 to 1.3.0, this engine 1.2.7 to 1.2.10", new() { RequiredApiVersion = "1.2.11", ExtendedApiVersion = "1.3.0" } },
        { "speaks API 1.0.0 to 1.2.6, this engine 1.2.7 to 1.2.10", new() { RequiredApiVersion = "1.0.0", ExtendedApiVersion = "1.2.6" } },
        { "Yes for Snapshot", new() { Ability = With(AbilityKey.Snapshot, Ability.Yes) } },
        { "Online for AccessControl", new() { Ability = With(AbilityKey.AccessControl, Ability.Online) } },
        { "Offline for CustomSnapName", new() { Ability = With(AbilityKey.CustomSnapName, Ability.Offline) } },
        { "42 for Resize", new() { Ability = With(AbilityKey.Resize, (Ability)42) } },
        { "-2 for max_access_entries", new() { Ability = new(MemoryArray.Everything) { MaxAccessEntries = -2 } } },
    };

    [Breaks(1, By.Plugin)]
    [Breaks(2, By.Plugin)]
    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task A_wrong_one_is_refused_with_the_reason_and_none_of_its_code_runs(string why, PluginBlueprint plugin)
    {
        // Its constructor would be found out.
        plugin = plugin with { Base = typeof(ThrowingPlugin), ClassName = "Odd.Plugin" };
        var judged = Judge(plugin);
        AssertIs(PluginState.Refused, why, judged);
        Assert.Null(judged.NegotiatedApiVersion);
        var error = await Assert.ThrowsAsync<InvalidStorageArrayException>(() => Bed.Engine.RegisterAsync(Bed.Draft(), "Odd.Plugin", false, Cancellation));
        Assert.Equal("PluginUnusable", error.ErrorId);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Recommendation);
    }

    [Fact]
    public void A_good_one_is_told_in_full()
    {
        var plugin = Judge(new()
        {
            Name = "Odd",
            Vendor = "V",
            Version = "10.20.30-40",
            Description = "D",
            StorageTypes = [StorageType.iSCSI],
            RequiredApiVersion = "1.2.8",
            ExtendedApiVersion = "1.2.9",
            StorageServerExtraInfoHelp = null,
            Ability = With(AbilityKey.Clone, Ability.Offline),
        });
        Assert.Equal(PluginState.Ready, plugin.State);
        Assert.Equal(("Odd", "V", "10.20.30-40", "D"), (plugin.Name, plugin.Vendor, plugin.Version, plugin.Description));
        Assert.Equal([StorageType.iSCSI], plugin.StorageTypes);
        Assert.Equal(("1.2.8", "1.2.9", "1.2.9"), (plugin.RequiredApiVersion, plugin.ExtendedApiVersion, plugin.NegotiatedApiVersion));
        Assert.Null(plugin.StorageServerExtraInfoHelp);
        Assert.Equal(With(AbilityKey.Clone, Ability.Offline), plugin.Ability);
    }

    [Fact]
    public void Build_metadata_is_no_part_of_the_version() => Assert.Equal(PluginState.Ready, Judge(new() { AssemblyVersion = "1.0.0-1+0123abc" }).State);

    [Theory]
    [InlineData("1.2.7", "1.2.7", "1.2.7")]
    [InlineData("1.2.7", "1.2.10", "1.2.10")]
    [InlineData("1.2.7", "9.0.0", "1.2.10")]
    [InlineData("0.0.0", "1.2.9", "1.2.9")]
    [InlineData("1.2.9", "1.2.10", "1.2.10")]
    public void Rule_2_the_highest_revision_in_both_ranges_is_used(string required, string extended, string negotiated) =>
        Assert.Equal(negotiated, Judge(new() { RequiredApiVersion = required, ExtendedApiVersion = extended }).NegotiatedApiVersion);

    [Fact]
    public void Rule_2_without_an_extended_version_the_required_one_is_all_it_speaks() =>
        Assert.Equal(("1.2.8", "1.2.8"), (Judge(new() { RequiredApiVersion = "1.2.8", ExtendedApiVersion = null }).ExtendedApiVersion,
            In("Odd")[0].NegotiatedApiVersion));

    [Fact]
    public void Revisions_compare_as_numbers() =>
        Assert.True(new ApiVersion(1, 2, 9) < ApiVersion.Highest && new ApiVersion(1, 2, 10) > new ApiVersion(1, 2, 9));
}
