using StorageConnect.Engine.Arrays;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 4: no method but validate ever sees a server that was not validated.</summary>
public sealed class ValidateFirstTests : IDisposable
{
    private readonly TestBed _bed = new();
    private readonly Furniture _on;

    public ValidateFirstTests() => _on = new(_bed.Array.Contents);

    public static TheoryData<string> Methods => EveryMethod.Names;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    private async Task<StorageArray> RegisteredAsync()
    {
        await _bed.Engine.RegisterAsync(_bed.Draft(), "Recording", saveCredential: false, Cancellation);
        _bed.Array.ForgetCalls();
        return _bed.Engine.GetArray("lab");
    }

    [Breaks(4, By.Caller)]
    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Whatever_is_called_first_validate_comes_before_it(string method)
    {
        await EveryMethod.CallAsync(method, await RegisteredAsync(), _on, Cancellation);
        Assert.Equal("validate", _bed.Array.CalledMethods[0]);
        Assert.Single(_bed.Array.Calls, call => call.Method == "validate");
        Assert.All(_bed.Array.Calls, call => Assert.Equal(_bed.Array.Calls[0].Server with { AccessGroups = [] }, call.Server with { AccessGroups = [] }));
    }

    [Breaks(4, By.Caller)]
    [Theory]
    [MemberData(nameof(Methods))]
    public async Task While_validate_fails_nothing_else_is_called(string method)
    {
        var door = await RegisteredAsync();
        _bed.Array.Throw("validate", () => new InvalidStorageArrayException("The licence expired.") { Element = "lab", Recommendation = "Renew it." });
        await Expect.FailureAsync<InvalidStorageArrayException>("InvalidStorageArray", "lab", () => EveryMethod.CallAsync(method, door, _on, Cancellation));
        Assert.Equal(["validate"], _bed.Array.CalledMethods);
    }

    [Fact]
    public async Task A_validate_that_failed_is_tried_again_at_the_next_call()
    {
        var door = await RegisteredAsync();
        _bed.Array.Throw("validate", () => new ArrayUnreachableException("No answer."));
        await Assert.ThrowsAsync<ArrayUnreachableException>(() => door.GetStatusAsync(null, Cancellation));
        _bed.Array.Behave("validate");
        await door.GetStatusAsync(null, Cancellation);
        await door.GetStatusAsync(null, Cancellation);
        Assert.Equal(["validate", "validate", "getStatus", "getStatus"], _bed.Array.CalledMethods);
    }

    [Fact]
    public async Task Many_calls_at_once_wait_for_one_validate()
    {
        var door = await RegisteredAsync();
        var go = new TaskCompletionSource();
        var isCalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bed.Array.Before("validate", (_, _) =>
        {
            isCalled.TrySetResult();
            return go.Task;
        });
        var calls = Enumerable.Range(0, 20).Select(_ => door.GetStatusAsync(null, Cancellation)).ToList();
        await isCalled.Task.WaitAsync(Cancellation);
        Assert.Equal(["validate"], _bed.Array.CalledMethods);
        go.SetResult();
        await Task.WhenAll(calls);
        Assert.Single(_bed.Array.Calls, call => call.Method == "validate");
    }

    [Fact]
    public async Task A_caller_who_waits_for_the_validate_of_another_can_leave()
    {
        var door = await RegisteredAsync();
        _bed.Array.Hang("validate");
        using var first = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var second = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (one, two) = (door.GetStatusAsync(null, first.Token), door.GetStatusAsync(null, second.Token));
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        Assert.False(one.IsCompleted);
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
    }

    [Fact]
    public async Task A_server_that_the_user_changed_is_validated_anew()
    {
        await (await RegisteredAsync()).GetStatusAsync(null, Cancellation);
        await _bed.Engine.ChangeAsync("lab", server => server with { AdminHost = "10.0.0.1" }, null, Cancellation);
        _bed.Array.ForgetCalls();
        await _bed.Engine.GetArray("lab").GetStatusAsync(null, Cancellation);
        Assert.Equal(["validate", "getStatus"], _bed.Array.CalledMethods);
        Assert.All(_bed.Array.Calls, call => Assert.Equal("10.0.0.1", call.Server.AdminHost));
    }

    [Fact]
    public async Task A_change_in_another_process_is_validated_here_too()
    {
        await (await RegisteredAsync()).GetStatusAsync(null, Cancellation);
        await _bed.NewEngine().ChangeAsync("lab", server => server with { AdminHost = "10.0.0.1" }, null, Cancellation);
        _bed.Array.ForgetCalls();
        await _bed.Engine.GetArray("lab").GetStatusAsync(null, Cancellation);
        Assert.Equal(["validate", "getStatus"], _bed.Array.CalledMethods);
    }

    [Fact]
    public async Task What_the_array_told_of_itself_is_no_change_by_the_user()
    {
        await (await RegisteredAsync()).GetStatusAsync(null, Cancellation);
        _bed.Array.Contents.Status = "Degraded";
        Assert.Equal("Degraded", (await _bed.Engine.RefreshAsync("lab", Cancellation)).Status);
        _bed.Array.ForgetCalls();
        await _bed.Engine.GetArray("lab").GetStatusAsync(null, Cancellation);
        Assert.Equal(["getStatus"], _bed.Array.CalledMethods);
    }

    [Fact]
    public async Task Asked_to_validate_it_validates_each_time()
    {
        var door = await RegisteredAsync();
        await door.ValidateAsync(Cancellation);
        await door.ValidateAsync(Cancellation);
        Assert.Equal(["validate", "validate"], _bed.Array.CalledMethods);
    }
}
