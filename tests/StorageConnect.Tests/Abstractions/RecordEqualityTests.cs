using Xunit;

namespace StorageConnect.Tests.Abstractions;

/// <summary>Records compare by value, lists included.</summary>
public sealed class RecordEqualityTests
{
    private static StorageElement Element => new()
    {
        Uuid = "u",
        Name = "n",
        AccessGroupNames = ["a", "b"],
        DevicePaths = ["/dev/mapper/x"],
        SourceUuids = ["s"],
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private static StorageServer Server => new()
    {
        Name = "n",
        AccessContexts = [new() { Host = "a" }],
        AccessGroups = [new() { Name = "g", Entries = ["e"] }],
        IscsiTargets = [new() { TargetName = "t" }],
        VolumeGroups = ["v"],
        NetDevices = ["eth0"],
    };

    [Fact]
    public void Two_made_alike_are_equal()
    {
        Assert.Equal(Element, Element);
        Assert.Equal(Element.GetHashCode(), Element.GetHashCode());
        Assert.Equal(Server, Server);
        Assert.Equal(Server.GetHashCode(), Server.GetHashCode());
    }

    [Fact]
    public void An_item_more_or_another_order_makes_a_difference()
    {
        Assert.NotEqual(Element, Element with { AccessGroupNames = ["b", "a"] });
        Assert.NotEqual(Element, Element with { DevicePaths = [] });
        Assert.NotEqual(Server, Server with { AccessGroups = [new() { Name = "g", Entries = ["other"] }] });
    }

    [Fact]
    public void Types_asked_for_by_default_are_LUNs_and_clones() =>
        Assert.Equal(new StorageElementFilter(), new StorageElementFilter { Types = [StorageElementType.Lun, StorageElementType.SnapClone] });
}
