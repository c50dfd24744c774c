using StorageConnect.Engine.Errors;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 5: null is no answer, nor is a record or list with a null where something must be.</summary>
[Breaks(5, By.Plugin)]
public sealed class EmptyAnswerTests : ArrayTests
{
    public static TheoryData<string> ElementMethods =>
        ["getInfo of an element", "create", "startPresent", "stopPresent", "resize", "clone", "splitClone", "cloneFromSnap", "createSnap",
            "createMultiSnap", "getAsyncProgress"];

    public static TheoryData<string> GroupListMethods => ["getAccessGroups", "createAccessGroups", "removeAccessGroups", "renameAccessGroup"];

    [Theory]
    [MemberData(nameof(ElementMethods))]
    public async Task No_element(string method)
    {
        Behind.Return<StorageElement>(EveryMethod.GuideName(method), null);
        await IsAtFaultAsync(method);
    }

    [Theory]
    [MemberData(nameof(ElementMethods))]
    public async Task An_element_without_a_name(string method)
    {
        Behind.Lie<StorageElement>(EveryMethod.GuideName(method), element => element with { Name = null! });
        await IsAtFaultAsync(method);
    }

    [Theory]
    [MemberData(nameof(ElementMethods))]
    public async Task An_element_without_lists(string method)
    {
        Behind.Lie<StorageElement>(EveryMethod.GuideName(method), element => element with { AccessGroupNames = null!, SourceUuids = null! });
        await IsAtFaultAsync(method);
    }

    [Theory]
    [MemberData(nameof(GroupListMethods))]
    public async Task No_list_of_groups(string method)
    {
        Behind.Return<IReadOnlyList<AccessGroup>>(method, null);
        await IsAtFaultAsync(method);
    }

    [Theory]
    [MemberData(nameof(GroupListMethods))]
    public async Task A_list_with_no_group_in_it(string method)
    {
        Behind.Return<IReadOnlyList<AccessGroup>>(method, [null!]);
        await IsAtFaultAsync(method);
    }

    [Theory]
    [MemberData(nameof(GroupListMethods))]
    public async Task A_group_without_a_name(string method)
    {
        Behind.Return<IReadOnlyList<AccessGroup>>(method, [new() { Name = null! }]);
        await IsAtFaultAsync(method);
    }

    [Theory]
    [InlineData("addToAccessGroup")]
    [InlineData("removeFromAccessGroup")]
    public async Task A_group_without_entries(string method)
    {
        Behind.Lie<AccessGroup>(method, group => group with { Entries = null! });
        await IsAtFaultAsync(method);
        Behind.Return<AccessGroup>(method, null);
        await IsAtFaultAsync(method);
    }

    [Theory]
    [InlineData("getCurrentClones")]
    [InlineData("getCurrentSnaps")]
    public async Task A_list_with_no_element_in_it(string method)
    {
        Behind.Return<IReadOnlyList<StorageElement>>(method, [On.Lun, null!]);
        await IsAtFaultAsync(method);
        Behind.Return<IReadOnlyList<StorageElement>>(method, null);
        await IsAtFaultAsync(method);
    }

    [Fact]
    public async Task A_stream_with_no_element_in_it()
    {
        Behind.Return<IEnumerable<StorageElement>>("list", [On.Lun, null!]);
        await IsAtFaultAsync("list");
        Behind.Return<IEnumerable<StorageElement>>("list", [On.Lun with { Page83Id = null! }]);
        await IsAtFaultAsync("list");
    }

    [Fact]
    public async Task No_server_or_one_without_volume_groups()
    {
        Behind.Return<StorageServer>("getInfo", null);
        await IsAtFaultAsync("getInfo");
        Behind.Return<StorageServer>("getInfo", new() { VolumeGroups = null! });
        await IsAtFaultAsync("getInfo");
    }

    [Fact]
    public async Task No_text_no_name_no_ability_no_quality()
    {
        Behind.Return<string>("getStatus", null);
        await IsAtFaultAsync("getStatus");
        Behind.Return<IReadOnlyList<string>>("getStorageNames", [null!]);
        await IsAtFaultAsync("getStorageNames");
        Behind.Return<Capabilities>("getCapabilities", null);
        await IsAtFaultAsync("getCapabilities");
        Behind.Return<IReadOnlyList<QosValue>>("getQoSList", [null!]);
        await IsAtFaultAsync("getQoSList");
        Behind.Return<IReadOnlyList<QosValue>>("getQoSList", [new() { Value = null! }]);
        await IsAtFaultAsync("getQoSList");
    }

    private async Task IsAtFaultAsync(string method)
    {
        var error = await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => EveryMethod.CallAsync(method, Door, On, Cancellation));
        Assert.Equal(EveryMethod.GuideName(method), error.Method);
    }
}
