using StorageConnect.Engine.Errors;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rules 11, 13, 14, 16, 19 and 23: answers that the guide doesn't allow.</summary>
public sealed class ResultRuleTests : ArrayTests
{
    public static TheoryData<string> Makers => ["create", "clone", "cloneFromSnap", "splitClone"];

    public static TheoryData<string> SnapshotMakers => ["createSnap", "createMultiSnap"];

    [Breaks(5, By.Plugin)]
    [Theory]
    [InlineData("getInfo of an element")]
    [InlineData("startPresent")]
    [InlineData("stopPresent")]
    [InlineData("resize")]
    [InlineData("splitClone")]
    public async Task Rule_5_an_answer_is_about_the_element_that_was_asked_for(string method)
    {
        Behind.Lie<StorageElement>(EveryMethod.GuideName(method), answer => answer with { Uuid = On.Other.Uuid, Name = "other" });
        await IsAtFaultAsync(method, "it answers for 'other', while");
    }

    [Breaks(5, By.Plugin)]
    [Fact]
    public async Task Rule_5_what_is_removed_is_never_another_element()
    {
        Behind.Return("getInfo", On.Other);
        await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => Door.RemoveAsync(On.Clone, Cancellation));
        Assert.DoesNotContain("remove", Behind.CalledMethods);
    }

    [Breaks(5, By.Plugin)]
    [Fact]
    public async Task Rule_5_the_snapshots_of_an_element_are_its_own()
    {
        Behind.Return<IReadOnlyList<StorageElement>>("getCurrentSnaps", [On.Snapshot, On.MultiSnapshot]);

        var error = await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => Door.GetCurrentSnapsAsync(On.Other, Cancellation));

        Assert.Contains("'snapshot' is none of the element", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await Door.GetCurrentSnapsAsync(On.Lun, Cancellation)).Count);
        Assert.Equal(2, (await Door.GetCurrentSnapsAsync(null, Cancellation)).Count);
    }

    [Fact]
    public async Task Rule_5_a_snapshot_of_unknown_sources_may_be_an_element_s()
    {
        Behind.Return<IReadOnlyList<StorageElement>>("getCurrentSnaps", [On.Snapshot with { SourceUuids = [] }]);
        Assert.Single(await Door.GetCurrentSnapsAsync(On.Other, Cancellation));
    }

    [Breaks(5, By.Plugin)]
    [Theory]
    [InlineData("getCurrentSnaps")]
    [InlineData("getCurrentClones")]
    public async Task Rule_5_a_list_of_snapshots_holds_no_clones_and_one_of_clones_no_snapshots(string method)
    {
        Behind.Return<IReadOnlyList<StorageElement>>(method, [On.Clone, On.Snapshot]);
        await IsAtFaultAsync(method, method == "getCurrentSnaps" ? "not a snapshot" : "not a clone");
    }

    [Breaks(12, By.Plugin)]
    [Theory]
    [InlineData("clone")]
    [InlineData("cloneFromSnap")]
    [InlineData("createSnap")]
    [InlineData("createMultiSnap")]
    public async Task Rule_12_what_is_made_of_an_element_is_not_that_element(string method)
    {
        Behind.Lie<StorageElement>(method, made => made with { Uuid = On.Lun.Uuid });
        await IsAtFaultAsync(method, "has the uuid of");
    }

    [Breaks(12, By.Plugin)]
    [Theory]
    [InlineData("clone")]
    [InlineData("cloneFromSnap")]
    public async Task Rule_12_a_clone_is_for_hosts_not_its_source(string method)
    {
        Behind.Lie<StorageElement>(method, made => made with { Page83Id = On.Lun.Page83Id });
        await IsAtFaultAsync(method, "has the page83_id of 'lun'");
    }

    [Breaks(11, By.Plugin)]
    [Theory]
    [MemberData(nameof(Makers))]
    public async Task Rule_11_what_is_made_is_no_snapshot(string method)
    {
        Behind.Lie<StorageElement>(method, made => made with { Type = StorageElementType.Snapshot });
        await IsAtFaultAsync(method, "is a snapshot");
    }

    [Breaks(11, By.Plugin)]
    [Theory]
    [MemberData(nameof(Makers))]
    public async Task Rule_11_what_is_made_has_an_identity_for_hosts(string method)
    {
        Behind.Lie<StorageElement>(method, made => made with { Page83Id = "" });
        await IsAtFaultAsync(method, "page83_id");
        Behind.Behave(method);
    }

    [Breaks(11, By.Plugin)]
    [Theory]
    [MemberData(nameof(Makers))]
    public async Task Rule_11_what_is_made_has_a_uuid(string method)
    {
        Behind.Lie<StorageElement>(method, made => made with { Uuid = "" });
        await IsAtFaultAsync(method, "uuid");
    }

    [Breaks(11, By.Plugin)]
    [Fact]
    public async Task Rule_11_list_returns_no_snapshot()
    {
        Behind.Return<IEnumerable<StorageElement>>("list", [On.Snapshot with { Page83Id = "36" }]);
        await IsAtFaultAsync("list", "snapshot");
    }

    [Breaks(11, By.Plugin)]
    [Fact]
    public async Task Rule_11_list_returns_no_element_without_an_identity_for_hosts()
    {
        Behind.Return<IEnumerable<StorageElement>>("list", [On.Lun with { Page83Id = "" }]);
        await IsAtFaultAsync("list", "page83_id");
    }

    [Breaks(11, By.Caller)]
    [Fact]
    public async Task Rule_11_a_caller_can_not_list_snapshots()
    {
        await Expect.FailureAsync<InvalidRequestException>("TypeInvalid", "Snapshot", async () =>
            await Door.ListAsync(new() { Types = [StorageElementType.Snapshot] }, Cancellation).ToListAsync(Cancellation));
        Assert.Empty(Behind.Calls);
    }

    [Breaks(13, By.Plugin)]
    [Fact]
    public async Task Rule_13_an_answer_names_the_groups_presented_to()
    {
        Behind.Lie<StorageElement>("startPresent", presented => presented with { AccessGroupNames = [] });
        await IsAtFaultAsync("startPresent", "not yet presented");
    }

    [Breaks(13, By.Plugin)]
    [Fact]
    public async Task Rule_13_an_answer_no_longer_names_the_groups_withdrawn_from()
    {
        Behind.Lie<StorageElement>("stopPresent", withdrawn => withdrawn with { AccessGroupNames = ["hosts"] });
        await IsAtFaultAsync("stopPresent", "still presented");
    }

    [Fact]
    public async Task Rule_13_all_groups_come_back_and_only_the_named_ones_are_passed()
    {
        await Door.CreateAccessGroupsAsync([new() { Name = "other" }], Cancellation);
        await Door.StartPresentAsync(On.Lun, ["hosts"], Cancellation);
        Assert.Equal(["hosts", "other"], (await Door.StartPresentAsync(On.Lun, ["other"], Cancellation)).AccessGroupNames);
        Assert.Equal(["other"], (await Door.StopPresentAsync(On.Lun, ["hosts"], Cancellation)).AccessGroupNames);
        Assert.Equal(["hosts"], Behind.OnlyCall("stopPresent").Argument<IReadOnlyList<string>>(1));
    }

    [Breaks(14, By.Plugin)]
    [Fact]
    public async Task Rule_14_resize_tells_a_size()
    {
        Behind.Lie<StorageElement>("resize", resized => resized with { SizeBytes = 0 });
        await IsAtFaultAsync("resize", "size");
    }

    [Fact]
    public async Task Rule_14_the_actual_size_comes_back_though_it_is_not_the_one_asked_for()
    {
        Behind.Instead<StorageElement>("resize", (_, _, _) => Task.FromResult(Behind.Contents.Resize(On.Lun, 4096)));
        Assert.Equal(4096, (await Door.ResizeAsync(On.Lun, 4000, allowShrink: false, Cancellation)).SizeBytes);
    }

    [Breaks(16, By.Plugin)]
    [Theory]
    [InlineData("getCloneLimits")]
    [InlineData("getSnapLimits")]
    public async Task Rule_16_a_limit_is_a_number_or_minus_1(string method)
    {
        Behind.Return(method, -2L);
        await IsAtFaultAsync(method, "-2");
        Behind.Return(method, -1L);
        Assert.Equal(-1, await (Task<long>)EveryMethod.CallAsync(method, Door, On, Cancellation));
    }

    [Breaks(19, By.Plugin)]
    [Theory]
    [MemberData(nameof(SnapshotMakers))]
    public async Task Rule_19_a_snapshot_is_a_snapshot(string method)
    {
        Behind.Lie<StorageElement>(method, made => made with { Type = StorageElementType.Lun });
        await IsAtFaultAsync(method, "not a snapshot");
    }

    [Breaks(19, By.Plugin)]
    [Theory]
    [MemberData(nameof(SnapshotMakers))]
    public async Task Rule_19_a_snapshot_names_all_its_sources(string method)
    {
        Behind.Lie<StorageElement>(method, made => made with { SourceUuids = [On.Other.Uuid] });
        await IsAtFaultAsync(method, "'lun' as a source");
    }

    [Fact]
    public async Task Rule_19_members_go_in_one_call_or_not_at_all()
    {
        await Door.CreateMultiSnapAsync([On.Lun, On.Other], null, Cancellation);
        Assert.Equal([On.Lun, On.Other], Behind.OnlyCall("createMultiSnap").Argument<IReadOnlyList<StorageElement>>(0));
        Behind.Throw("createMultiSnap", () => new NoSuchOperationException("One at a time.") { Element = "lun", Recommendation = "Snapshot each." });
        await Expect.FailureAsync<NoSuchOperationException>("NoSuchOperation", "lun", () => Door.CreateMultiSnapAsync([On.Lun, On.Other], null, Cancellation));
        Assert.DoesNotContain("createSnap", Behind.CalledMethods);
    }

    private async Task IsAtFaultAsync(string method, string why)
    {
        var error = await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => EveryMethod.CallAsync(method, Door, On, Cancellation));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal(EveryMethod.GuideName(method), error.Method);
    }
}
