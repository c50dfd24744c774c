using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>A caller can always leave.</summary>
public sealed class CancellationTests : ArrayTests
{
    public static TheoryData<string> Methods => EveryMethod.Names;

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task A_call_that_hangs_ends_with_its_callers_wait(string method)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var begun = new TaskCompletionSource();
        Behind.Before(method == "updateSERecords" ? "getInfo" : EveryMethod.GuideName(method), (_, token) =>
        {
            begun.SetResult();
            return Task.Delay(Timeout.Infinite, token);
        });
        var call = EveryMethod.CallAsync(method, Door, On, wait.Token);
        await begun.Task;
        await wait.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Who_has_left_already_has_nothing_called(string method)
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EveryMethod.CallAsync(method, Door, On, new(canceled: true)));
        Assert.Empty(Behind.Calls);
    }

    [Fact]
    public async Task A_plug_in_that_heeds_nobody_is_left_behind()
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Behind.HangForGood("create");
        var call = Door.CreateAsync("new", 1024, null, true, null, wait.Token);
        await wait.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task A_plug_in_may_finish_what_can_not_be_left_half_done()
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var finish = new TaskCompletionSource();
        Behind.Before("create", (_, _) => finish.Task);
        var call = Door.CreateAsync("new", 1024, null, true, null, wait.Token);
        await wait.CancelAsync();
        finish.SetResult();
        Assert.Equal("new", (await call).Name);
    }

    [Fact]
    public async Task A_list_ends_in_the_middle()
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Door.ListAsync(new(), wait.Token))
            {
                await wait.CancelAsync();
            }
        });
    }
}
