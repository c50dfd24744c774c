using StorageConnect.Engine;
using StorageConnect.Engine.Operations;
using StorageConnect.Tests.Engine.Arrays;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Operations;

/// <summary>Several processes, each with an engine of its own, and the same operation.</summary>
public sealed class SharedOperationTests : ArrayTests
{
    [Fact]
    public async Task Two_that_follow_the_same_operation_both_see_its_end()
    {
        var operation = await BeginAsync();
        var other = Bed.NewEngine();

        var ends = await Task.WhenAll(EndAsync(Bed.Engine, operation.Id), EndAsync(other, operation.Id));

        Assert.All(ends, end => Assert.Equal(OscOperationState.Completed, end.State));
        Assert.Equal(ends[0].Result, ends[1].Result);
    }

    [Fact]
    public async Task The_array_may_tell_the_end_once_only_and_who_comes_later_still_learns_it()
    {
        var operation = await BeginAsync();
        Behind.Contents.AsyncSteps = [0];
        var first = await Bed.Engine.Operations.QueryAsync(operation.Id, Cancellation);
        Behind.Throw("getAsyncProgress", () => new NotFoundException("I know of no such operation."));

        Assert.Equal(first.Operation, (await EndAsync(Bed.NewEngine(), operation.Id)));
    }

    [Fact]
    public async Task Who_follows_it_while_another_fetches_it_is_not_led_to_bring_it_back()
    {
        var operation = await BeginAsync();
        using var subscription = Bed.Engine.Operations.Subscribe();
        subscription.Add(operation.Id);
        var other = Bed.NewEngine();
        await EndAsync(other, operation.Id);
        other.Operations.MoveToHistory(operation.Id);

        OperationUpdate update;
        do
        {
            update = Assert.Single(await subscription.NextAsync(null, Cancellation));
        }
        while (!update.IsLast);

        Assert.Equal(OscOperationState.Completed, update.Operation!.State);
        Assert.Empty(Bed.NewEngine().Operations.GetAll());
    }

    [Fact]
    public async Task When_one_stops_it_the_other_knows_it_from_a_failure()
    {
        var operation = await BeginAsync();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Behind.Before("getAsyncProgress", async (_, cancellationToken) =>
        {
            await stopped.Task.WaitAsync(cancellationToken);
            throw new NotFoundException("I know of no such operation.");
        });
        var waiting = EndAsync(Bed.NewEngine(), operation.Id);

        await Bed.Engine.Operations.StopAsync(operation.Id, Cancellation);
        stopped.SetResult();

        Assert.Equal(OscOperationState.Stopped, (await waiting).State);
    }

    [Fact]
    public async Task The_next_process_asks_with_the_handle_the_last_answer_gave()
    {
        Behind.Contents.AsyncSteps = [0, 10, 20, 30];
        var operation = await BeginAsync();
        await Bed.Engine.Operations.QueryAsync(operation.Id, Cancellation);
        await Bed.Engine.Operations.QueryAsync(operation.Id, Cancellation);
        Behind.ForgetCalls();

        var update = await Bed.NewEngine().Operations.QueryAsync(operation.Id, Cancellation);

        Assert.Equal("2", Behind.OnlyCall("getAsyncProgress").Argument<StorageElement>(0).AsyncHandle);
        Assert.Equal(30, update.Operation!.PercentComplete);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_can_not_be_opened_here_says_nothing_about_its_operations(bool isUnreachable)
    {
        var operation = await BeginAsync();
        Behind.Throw("validate", () => isUnreachable ? new ArrayUnreachableException("No route.") : new AuthenticationFailedException("Wrong password."));

        var update = await Bed.NewEngine().Operations.QueryAsync(operation.Id, Cancellation);

        Assert.Equal(OscOperationState.Running, update.Operation!.State);
        Assert.NotNull(update.Problem);
        Behind.Behave("validate");
        Assert.Equal(OscOperationState.Completed, (await EndAsync(Bed.NewEngine(), operation.Id)).State);
    }

    [Fact]
    public async Task A_caller_that_is_gone_when_the_call_comes_back_has_lost_nothing()
    {
        Can(now => new(now) { CloneIsSync = Ability.No });
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Behind.Before("clone", (_, _) => wait.CancelAsync());

        await Bed.Engine.Operations.BeginAsync(Door, OscOperationKind.Clone, token => Door.CloneAsync(On.Lun, "c", null, token), keepAnyway: false, wait.Token);

        Assert.Equal("c", Assert.Single(Bed.NewEngine().Operations.GetAll()).Operation!.Target);
    }

    [Fact]
    public async Task Where_nothing_can_be_written_a_wait_goes_on_and_NoWait_begins_nothing()
    {
        Can(now => new(now) { CloneIsSync = Ability.No });
        File.WriteAllText(Bed.Paths.State, "a file where the folder should be");

        var operation = await BeginAsync();
        Assert.False(Bed.Engine.Operations.IsKept(operation.Id));
        Assert.Equal(OscOperationState.Completed, (await EndAsync(Bed.Engine, operation.Id)).State);

        Behind.ForgetCalls();
        await Expect.FailureAsync<AccessDeniedException>("OperationStoreNotAccessible", Path.Combine(Bed.Paths.State, "operations"),
            () => BeginAsync(keepAnyway: true));
        Assert.DoesNotContain("clone", Behind.CalledMethods);
    }

    private async Task<OscOperation> BeginAsync(bool keepAnyway = false)
    {
        Can(now => new(now) { CloneIsSync = Ability.No });
        return await Bed.Engine.Operations.BeginAsync(Door, OscOperationKind.Clone, token => Door.CloneAsync(On.Lun, null, null, token),
            keepAnyway, Cancellation);
    }

    private static async Task<OscOperation> EndAsync(StorageEngine engine, string id)
    {
        using var subscription = engine.Operations.Subscribe();
        subscription.Add(id);
        while (true)
        {
            if (Assert.Single(await subscription.NextAsync(null, Cancellation)) is { IsLast: true } last)
            {
                return last.Operation!;
            }
        }
    }
}
