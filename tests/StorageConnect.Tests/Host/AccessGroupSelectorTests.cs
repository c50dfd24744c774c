using StorageConnect.Host.Attaching;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>Which groups let this host see an element.</summary>
public sealed class AccessGroupSelectorTests
{
    private const string Iqn = "iqn.2026-01.lab.init:a";
    private static readonly StorageServer Server = new() { Name = "lab" };

    [Fact]
    public void A_group_without_entries_admits_nobody_where_the_array_has_access_control()
    {
        var selector = Selector(hasAccessControl: true, new() { Name = "foreign" }, new() { Name = "this-host", Entries = [Iqn] });
        var element = new StorageElement { Name = "db01", AccessGroupNames = ["foreign"] };

        Assert.False(selector.IsPresented(element));
        Assert.Equal(["this-host"], selector.SelectForPresent(element, Server, []));
    }

    [Fact]
    public void A_group_without_entries_admits_everybody_on_a_passive_array()
    {
        var selector = Selector(hasAccessControl: false, new() { Name = "everyone" }, new() { Name = "this-host", Entries = [Iqn] });
        var element = new StorageElement { Name = "db01", AccessGroupNames = ["everyone"] };

        Assert.True(selector.IsPresented(element));
        Assert.Empty(selector.SelectForPresent(element, Server, []));
    }

    private static AccessGroupSelector Selector(bool hasAccessControl, params AccessGroup[] groups) => new(new() { Iqn = Iqn }, groups, hasAccessControl);
}
