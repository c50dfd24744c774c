using StorageConnect.Engine.Errors;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 21: asynchronous calls.</summary>
public sealed class ProgressTests : ArrayTests
{
    private static readonly Dictionary<string, AbilityKey> SyncKeys = new()
    {
        ["createSnap"] = AbilityKey.SnapIsSync,
        ["createMultiSnap"] = AbilityKey.SnapIsSync,
        ["clone"] = AbilityKey.CloneIsSync,
        ["cloneFromSnap"] = AbilityKey.SnapCloneIsSync,
        ["resize"] = AbilityKey.ResizeIsSync,
        ["splitClone"] = AbilityKey.SplitCloneIsSync,
    };

    public static TheoryData<string> Methods => [.. SyncKeys.Keys];

    [Breaks(21, By.Plugin)]
    [Theory]
    [MemberData(nameof(Methods))]
    public async Task What_is_declared_synchronous_must_be_done_when_the_call_returns(string method)
    {
        Behind.Lie<StorageElement>(method, done => done with { AsyncProgress = 10 });
        var error = await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => EveryMethod.CallAsync(method, Door, On, Cancellation));
        Assert.Contains(SyncKeys[method].ToString(), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task The_final_record_is_that_of_a_synchronous_call(string method)
    {
        Can(now => new(now) { [SyncKeys[method]] = Ability.No });
        var begun = await (Task<StorageElement>)EveryMethod.CallAsync(method, Door, On, Cancellation);
        Assert.Equal(0, begun.AsyncProgress);
        var told = new List<int>();
        var done = await Door.CompleteAsync(begun, new Told(told), Cancellation);
        Assert.Equal([0, 50], told);
        Assert.Equal(Behind.Contents.Get(done) with { StorageServerUuid = Door.Uuid, StorageServerName = "lab" }, done);
        Assert.Null(done.AsyncProgress);
        Assert.Null(done.AsyncHandle);
    }

    [Fact]
    public async Task The_handle_goes_back_untouched()
    {
        Behind.Return<StorageElement>("getAsyncProgress", On.Lun);
        await Door.CompleteAsync(On.Lun with { AsyncProgress = -1, AsyncHandle = "job 7 \0 §" }, null, Cancellation);
        Assert.Equal("job 7 \0 §", Behind.OnlyCall("getAsyncProgress").Argument<StorageElement>(0).AsyncHandle);
    }

    [Fact]
    public async Task What_is_done_already_is_not_asked_for()
    {
        var done = await Door.CompleteAsync(On.Lun, null, Cancellation);
        Assert.Equal(On.Lun.Uuid, done.Uuid);
        Assert.Empty(Behind.Calls);
    }

    [Theory]
    [InlineData(-1, -1)]
    [InlineData(-7, -1)]
    [InlineData(0, 0)]
    [InlineData(100, 100)]
    [InlineData(250, 100)]
    public async Task Progress_is_minus_1_or_0_to_100(int answered, int told)
    {
        Behind.Contents.AsyncSteps = [answered];
        var seen = new List<int>();
        await Door.CompleteAsync(On.Lun with { AsyncProgress = answered, AsyncHandle = "0" }, new Told(seen), Cancellation);
        Assert.Equal([told], seen);
    }

    [Fact]
    public async Task Progress_that_runs_backwards_is_told_as_it_is()
    {
        Behind.Contents.AsyncSteps = [60, 40, -1];
        var seen = new List<int>();
        await Door.CompleteAsync(On.Lun with { AsyncProgress = 60, AsyncHandle = "0" }, new Told(seen), Cancellation);
        Assert.Equal([60, 40, -1], seen);
    }

    [Fact]
    public async Task A_create_may_go_on_too_and_has_no_key_for_it()
    {
        Behind.Lie<StorageElement>("create", done => done with { AsyncProgress = 0, AsyncHandle = "0" });
        var begun = await Door.CreateAsync("new", 1024, null, true, null, Cancellation);
        Assert.Null((await Door.CompleteAsync(begun, null, Cancellation)).AsyncProgress);
    }

    [Fact]
    public async Task An_operation_that_failed_in_the_background_throws()
    {
        Behind.Throw("getAsyncProgress", () => new LimitExceededException("No room.") { Element = "lun", Recommendation = "Make room." });
        var begun = On.Lun with { AsyncProgress = 0, AsyncHandle = "0" };
        await Expect.FailureAsync<LimitExceededException>("LimitExceeded", "lun", () => Door.CompleteAsync(begun, null, Cancellation));
    }

    public static TheoryData<string, Func<StorageElement, StorageElement>> NoFinalRecords => new()
    {
        { "without an identity for hosts", element => element with { Page83Id = "" } },
        { "without a size", element => element with { SizeBytes = 0 } },
        { "of another element", element => element with { Uuid = "other" } },
    };

    [Breaks(21, By.Plugin)]
    [Theory]
    [MemberData(nameof(NoFinalRecords), DisableDiscoveryEnumeration = true)]
    public async Task A_final_record_that_no_synchronous_call_could_have_returned_is_a_fault(string what, Func<StorageElement, StorageElement> change)
    {
        Behind.Return("getAsyncProgress", change(On.Lun));
        var begun = On.Lun with { AsyncProgress = 0, AsyncHandle = "0" };
        var error = await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => Door.CompleteAsync(begun, null, Cancellation));
        Assert.True(error.Method == "getAsyncProgress", what);
    }

    [Fact]
    public async Task Waiting_can_end_before_the_work_does()
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Behind.Return("getAsyncProgress", On.Lun with { AsyncProgress = -1, AsyncHandle = "0" });
        var told = new EndWhenTold(wait);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Door.CompleteAsync(On.Lun with { AsyncProgress = -1 }, told, wait.Token));
    }

    private sealed class Told(List<int> told) : IProgress<int>
    {
        public void Report(int value) => told.Add(value);
    }

    private sealed class EndWhenTold(CancellationTokenSource wait) : IProgress<int>
    {
        public void Report(int value) => wait.Cancel();
    }
}
