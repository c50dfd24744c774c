using StorageConnect.Engine.Errors;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 5: a method signals failure by exception only, and any but the contract's own is a fault of the plug-in.</summary>
[Breaks(5, By.Plugin)]
public sealed class PluginFaultTests : ArrayTests
{
    public static TheoryData<string> Methods => EveryMethod.Names;

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task A_foreign_exception_names_plug_in_version_and_method(string method)
    {
        var thrown = new InvalidOperationException("boom");
        var called = method == "updateSERecords" ? "getInfo" : EveryMethod.GuideName(method);
        Behind.Throw(called, () => thrown);
        var error = await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => EveryMethod.CallAsync(method, Door, On, Cancellation));
        Assert.Equal($"The plug-in 'Recording' 1.0.0-1 broke the contract in {called}: threw InvalidOperationException: boom.", error.Message);
        Assert.Equal(called, error.Method);
        Assert.Same(thrown, error.InnerException);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task An_exception_of_the_contract_comes_through_with_the_method(string method)
    {
        var called = method == "updateSERecords" ? "getInfo" : EveryMethod.GuideName(method);
        var thrown = new StorageElementBusyException("It is busy.") { ErrorId = "VolumeLocked", Element = "lun", Recommendation = "Wait." };
        Behind.Throw(called, () => thrown);
        var error = await Expect.FailureAsync<StorageElementBusyException>("VolumeLocked", "lun", () => EveryMethod.CallAsync(method, Door, On, Cancellation));
        Assert.Same(thrown, error);
        Assert.Equal(called, error.Method);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task A_cancellation_that_nobody_asked_for_is_a_fault(string method)
    {
        Behind.Throw(method == "updateSERecords" ? "getInfo" : EveryMethod.GuideName(method), () => new TaskCanceledException("A timeout of its own."));
        await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => EveryMethod.CallAsync(method, Door, On, Cancellation));
    }

    [Fact]
    public async Task An_exception_later_is_a_fault_like_one_at_once()
    {
        Behind.Before("create", async (_, _) =>
        {
            await Task.Yield();
            throw new FormatException("later");
        });
        var error = await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording",
            () => EveryMethod.CallAsync("create", Door, On, Cancellation));
        Assert.IsType<FormatException>(error.InnerException);
    }

    [Fact]
    public async Task A_method_that_returns_no_task_is_at_fault()
    {
        Behind.ReturnNoTask<StorageElement>("create");
        Behind.ReturnNoTask<Done>("online");
        await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => EveryMethod.CallAsync("create", Door, On, Cancellation));
        await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => EveryMethod.CallAsync("online", Door, On, Cancellation));
    }

    [Fact]
    public async Task A_list_that_breaks_off_gives_what_came_before_and_then_the_fault()
    {
        Behind.Return<IEnumerable<StorageElement>>("list", Broken());
        var seen = new List<StorageElement>();
        await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", async () =>
        {
            await foreach (var element in Door.ListAsync(new(), Cancellation))
            {
                seen.Add(element);
            }
        });
        Assert.Equal("lun", Assert.Single(seen).Name);

        IEnumerable<StorageElement> Broken()
        {
            yield return On.Lun;
            throw new FormatException("half a list");
        }
    }

    [Fact]
    public async Task After_a_fault_the_array_is_served_as_before()
    {
        Behind.Throw("getStatus", () => new InvalidOperationException());
        await Assert.ThrowsAsync<PluginFaultException>(() => Door.GetStatusAsync(null, Cancellation));
        Behind.Behave("getStatus");
        Assert.Equal("Good", await Door.GetStatusAsync(null, Cancellation));
        Assert.DoesNotContain("validate", Behind.CalledMethods);
    }
}
