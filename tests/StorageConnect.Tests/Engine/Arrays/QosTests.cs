using StorageConnect.Engine.Errors;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 12: what create, clone and cloneFromSnap make tells its quality of service.</summary>
public sealed class QosTests : ArrayTests
{
    public static TheoryData<string> Makers => ["create", "clone", "cloneFromSnap"];

    [Breaks(12, By.Plugin)]
    [Theory]
    [MemberData(nameof(Makers))]
    public async Task A_quality_that_is_not_told_is_a_fault_where_the_array_has_any(string method)
    {
        Behind.Lie<StorageElement>(method, made => made with { Qos = null });
        var error = await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => EveryMethod.CallAsync(method, Door, On, Cancellation));
        Assert.Equal(method, error.Method);
        Assert.Contains("'new' has no quality of service", error.Message, StringComparison.Ordinal);
    }

    [Breaks(12, By.Plugin)]
    [Theory]
    [InlineData(OscOperationKind.Create)]
    [InlineData(OscOperationKind.Clone)]
    public async Task What_was_made_in_the_background_tells_it_in_the_end(OscOperationKind kind)
    {
        Behind.Return("getAsyncProgress", On.Lun with { Qos = null });
        var begun = On.Lun with { Qos = null, AsyncProgress = 0, AsyncHandle = "0" };
        var error = await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => Door.GetAsyncProgressAsync(begun, kind, Cancellation));
        Assert.Equal("getAsyncProgress", error.Method);
        Assert.Contains("'lun' has no quality of service", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OscOperationKind.Resize)]
    [InlineData(OscOperationKind.Split)]
    [InlineData(OscOperationKind.Snapshot)]
    public async Task What_was_only_changed_in_the_background_need_not(OscOperationKind kind)
    {
        Behind.Return("getAsyncProgress", On.Lun with { Qos = null });
        Assert.Null((await Door.GetAsyncProgressAsync(On.Lun with { AsyncProgress = 0 }, kind, Cancellation)).Qos);
        Assert.DoesNotContain("getQoSList", Behind.CalledMethods);
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public async Task An_array_that_has_none_need_not_tell_it(string method)
    {
        Behind.Contents.Qualities = [];
        Behind.Lie<StorageElement>(method, made => made with { Qos = null });
        await EveryMethod.CallAsync(method, Door, On, Cancellation);
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public async Task An_array_that_can_not_tell_whether_it_has_any_is_believed(string method)
    {
        Behind.Throw("getQoSList", () => new NoSuchOperationException("It knows none."));
        Behind.Lie<StorageElement>(method, made => made with { Qos = null });
        await EveryMethod.CallAsync(method, Door, On, Cancellation);
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public async Task The_qualities_are_asked_for_only_when_none_is_told(string method)
    {
        await EveryMethod.CallAsync(method, Door, On, Cancellation);
        Assert.DoesNotContain("getQoSList", Behind.CalledMethods);
    }
}
