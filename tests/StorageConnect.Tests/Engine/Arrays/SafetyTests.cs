using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rules 14, 15, 18 and 20: what could cost data is refused by the array's present state, not by the caller's record.</summary>
public sealed class SafetyTests : ArrayTests
{
    [Breaks(15, By.Caller)]
    [Fact]
    public async Task Rule_15_a_presented_element_stays_though_the_record_says_it_is_not_presented()
    {
        Behind.Contents.Present(On.Other, ["hosts"]);
        var error = await Expect.FailureAsync<StorageElementBusyException>("StorageElementPresented", "other", () => Door.RemoveAsync(On.Other, Cancellation));
        Assert.Contains("hosts", error.Message, StringComparison.Ordinal);
        Assert.Equal(["getInfo"], Behind.CalledMethods);
    }

    [Breaks(15, By.Caller)]
    [Fact]
    public async Task Rule_15_an_element_with_dependants_is_the_arrays_to_refuse()
    {
        await Assert.ThrowsAsync<StorageElementBusyException>(() => Door.RemoveAsync(On.Lun, Cancellation));
        Assert.Contains(Behind.Contents.Elements, element => element.Uuid == On.Lun.Uuid);
    }

    [Fact]
    public async Task An_element_that_grows_while_the_array_decides_on_its_restore_is_not_cut_off()
    {
        Behind.Before("isRestorable", (_, _) =>
        {
            Behind.Contents.Resize(On.Lun, 4096);
            return Task.CompletedTask;
        });

        await Expect.FailureAsync<InvalidRequestException>("RestoreShrinks", "lun", () =>
            Door.SnapRestoreAsync(On.MultiSnapshot with { SourceSizes = [1024, 1024] }, On.Lun, allowShrink: false, Cancellation));

        Assert.DoesNotContain("snapRestore", Behind.CalledMethods);
    }

    [Fact]
    public async Task A_snapshot_of_unknown_size_is_restored_only_with_a_word()
    {
        var snapshot = On.Snapshot with { SizeBytes = 0 };
        await Expect.FailureAsync<InvalidRequestException>("RestoreSizesUnknown", "snapshot",
            () => Door.SnapRestoreAsync(snapshot, On.Lun, allowShrink: false, Cancellation));
        Assert.DoesNotContain("snapRestore", Behind.CalledMethods);

        await Door.SnapRestoreAsync(snapshot, On.Lun, allowShrink: true, Cancellation);
        await Door.SnapRestoreAsync(snapshot with { SourceSizes = [1024] }, On.Lun, allowShrink: false, Cancellation);

        Assert.Equal(2, Behind.CalledMethods.Count(method => method == "snapRestore"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_member_that_is_gone_hides_none_that_would_become_smaller(bool areSizesKnown)
    {
        Behind.Contents.Resize(On.Other, 4096);
        var snapshot = On.MultiSnapshot with
        {
            SourceUuids = [new('0', 32), On.Other.Uuid],
            SizeBytes = 2048,
            SourceSizes = areSizesKnown ? [1024, 1024] : [],
        };

        await Expect.FailureAsync<InvalidRequestException>("RestoreShrinks", "other",
            () => Door.SnapRestoreAsync(snapshot, null, allowShrink: false, Cancellation));

        Assert.DoesNotContain("snapRestore", Behind.CalledMethods);
    }

    [Fact]
    public async Task A_member_whose_pool_is_not_there_is_not_gone()
    {
        Behind.Throw("list", () => new NotFoundException("There is no pool.") { ErrorId = "PoolNotFound" });

        await Assert.ThrowsAsync<NotFoundException>(() => Door.SnapRestoreAsync(On.MultiSnapshot, null, allowShrink: false, Cancellation));

        Assert.DoesNotContain("snapRestore", Behind.CalledMethods);
    }

    [Fact]
    public async Task Rule_15_nothing_is_withdrawn_or_set_offline_on_the_way()
    {
        await Door.RemoveAsync(On.Clone, Cancellation);
        Assert.Equal(["getInfo", "remove"], Behind.CalledMethods);
    }

    [Breaks(14, By.Caller)]
    [Fact]
    public async Task Rule_14_a_shrink_needs_a_word_and_counts_from_the_present_size()
    {
        var stale = On.Lun with { SizeBytes = 1 };
        await Expect.FailureAsync<InvalidRequestException>("ShrinkNeedsForce", "lun", () => Door.ResizeAsync(stale, 512, allowShrink: false, Cancellation));
        Assert.DoesNotContain("resize", Behind.CalledMethods);
        Assert.Equal(512, (await Door.ResizeAsync(stale, 512, allowShrink: true, Cancellation)).SizeBytes);
    }

    [Fact]
    public async Task Rule_14_a_growth_needs_no_word_though_the_record_is_larger() =>
        Assert.Equal(2048, (await Door.ResizeAsync(On.Lun with { SizeBytes = 1L << 40 }, 2048, allowShrink: false, Cancellation)).SizeBytes);

    [Breaks(18, By.Caller)]
    [Fact]
    public async Task Rule_18_one_member_of_several_is_restored_only_when_the_array_says_it_is_safe()
    {
        Behind.Return("isRestorable", false);
        await Expect.FailureAsync<SnapRestoreNotSafeException>("SnapRestoreNotSafe", "lun",
            () => Door.SnapRestoreAsync(On.MultiSnapshot, On.Lun, Cancellation));
        // What else it asks is who stands in the way.
        Assert.DoesNotContain("snapRestore", Behind.CalledMethods);
        Behind.Behave("isRestorable");
        await Door.SnapRestoreAsync(On.MultiSnapshot, On.Lun, Cancellation);
        Assert.Equal([On.MultiSnapshot, On.Lun], Behind.OnlyCall("snapRestore").Arguments);
    }

    [Breaks(18, By.Caller)]
    [Fact]
    public async Task Rule_18_a_snapshot_of_unknown_sources_is_asked_about()
    {
        Behind.Return("isRestorable", false);
        await Expect.FailureAsync<SnapRestoreNotSafeException>("SnapRestoreNotSafe", "lun", () =>
            Door.SnapRestoreAsync(On.Snapshot with { SourceUuids = [] }, On.Lun, Cancellation));
        Assert.DoesNotContain("snapRestore", Behind.CalledMethods);
    }

    [Breaks(18, By.Caller)]
    [Fact]
    public async Task Rule_18_an_element_that_is_no_member_is_not_restored()
    {
        await Expect.FailureAsync<SnapRestoreNotSafeException>("SnapRestoreNotSafe", "other", () => Door.SnapRestoreAsync(On.Snapshot, On.Other, Cancellation));
        Assert.DoesNotContain("snapRestore", Behind.CalledMethods);
    }

    [Fact]
    public async Task Rule_18_without_an_element_the_whole_snapshot_is_meant()
    {
        await Door.SnapRestoreAsync(On.MultiSnapshot, null, Cancellation);
        Assert.Equal([On.MultiSnapshot, null], Behind.OnlyCall("snapRestore").Arguments);
    }

    [Breaks(20, By.Caller)]
    [Theory]
    [InlineData("snapRemove")]
    [InlineData("setQoS")]
    public async Task Rule_20_busy_is_busy(string method)
    {
        Behind.Throw(method, () => new StorageElementBusyException("In use.") { Element = "it", Recommendation = "Wait." });
        var error = await Expect.FailureAsync<StorageElementBusyException>("StorageElementBusy", "it",
            () => EveryMethod.CallAsync(method, Door, On, Cancellation));
        Assert.Equal(method, error.Method);
    }

    [Fact]
    public async Task Rule_13_online_and_offline_touch_nothing_else()
    {
        await Door.OfflineAsync(On.Lun, Cancellation);
        await Door.OnlineAsync(On.Lun, Cancellation);
        Assert.Equal(["offline", "online"], Behind.CalledMethods);
    }
}
