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

    public static TheoryData<Func<StorageConnectException>> ErrorsAboutTheServer => new()
    {
        () => new ArrayUnreachableException("No route."),
        () => new AuthenticationFailedException("The token is not valid any more."),
        () => new InvalidStorageArrayException("It answered 500.") { Retryable = true },
        () => new AccessDeniedException("It answered 403."),
        () => new StorageElementBusyException("Later.") { Retryable = true },
    };

    [Theory]
    [MemberData(nameof(ErrorsAboutTheServer), DisableDiscoveryEnumeration = true)]
    public async Task An_error_about_the_server_ends_no_operation_in_an_open_session_either(Func<StorageConnectException> error)
    {
        var operation = await BeginAsync();
        Behind.Throw("getAsyncProgress", error);

        var update = await Bed.Engine.Operations.QueryAsync(operation.Id, Cancellation);

        Assert.Equal(OscOperationState.Running, update.Operation!.State);
        Assert.Equal(error().Message, update.Problem!.Message);
        Behind.Behave("getAsyncProgress");
        Assert.Equal(OscOperationState.Completed, (await EndAsync(Bed.NewEngine(), operation.Id)).State);
    }

    [Fact]
    public async Task A_wait_outlasts_an_answer_that_says_that_the_array_is_not_ready()
    {
        var operation = await BeginAsync();
        var isFirst = true;
        Behind.Before("getAsyncProgress", (_, _) =>
        {
            var wasFirst = isFirst;
            isFirst = false;
            return wasFirst ? throw new InvalidStorageArrayException("It answered 500.") { Retryable = true } : Task.CompletedTask;
        });

        Assert.Equal(OscOperationState.Completed, (await EndAsync(Bed.Engine, operation.Id)).State);
    }

    public static TheoryData<Func<StorageConnectException>> UnclearErrors => new()
    {
        () => new NotFoundException("There is no pool.") { ErrorId = "PoolNotFound" },
        () => new InvalidStorageArrayException("It went wrong.") { ErrorId = "PoolNotFound" }, // what plug-ins of the guide have for every other failure
    };

    [Theory]
    [MemberData(nameof(UnclearErrors), DisableDiscoveryEnumeration = true)]
    public async Task An_operation_that_the_array_does_not_know_has_ended_only_where_the_server_is_still_the_one_it_was(Func<StorageConnectException> error)
    {
        var operation = await BeginAsync();
        Behind.Throw("getAsyncProgress", error);
        Behind.Throw("validate", () => new NotFoundException("There is no pool.") { ErrorId = "PoolNotFound" });

        var update = await Bed.Engine.Operations.QueryAsync(operation.Id, Cancellation);

        Assert.Equal(OscOperationState.Running, update.Operation!.State);
        Assert.Equal("PoolNotFound", update.Problem!.ErrorId);
        Behind.Behave("validate");
        update = await Bed.Engine.Operations.QueryAsync(operation.Id, Cancellation);
        Assert.Equal(OscOperationState.Failed, update.Operation!.State);
    }

    [Fact]
    public async Task A_stop_that_never_reached_the_array_hides_no_error_of_its_own()
    {
        var operation = await BeginAsync();
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Behind.Before("validate", async (_, token) =>
        {
            await wait.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Bed.NewEngine().Operations.StopAsync(operation.Id, wait.Token));
        Assert.DoesNotContain("cancel", Behind.CalledMethods);
        Behind.Behave("validate");
        Behind.Throw("getAsyncProgress", () => new LimitExceededException("No room.") { ErrorId = "OutOfSpace" });

        var end = await EndAsync(Bed.NewEngine(), operation.Id);

        Assert.Equal((OscOperationState.Failed, "OutOfSpace"), (end.State, end.Error!.ErrorId));
    }

    [Fact]
    public async Task Where_a_stop_found_nothing_to_stop_and_the_array_does_not_answer_that_is_what_it_tells()
    {
        var operation = await BeginAsync();
        Behind.Return("cancel", false);
        Behind.Throw("getAsyncProgress", () => new ArrayUnreachableException("No route."));

        await Assert.ThrowsAsync<ArrayUnreachableException>(() => Bed.Engine.Operations.StopAsync(operation.Id, Cancellation));

        Behind.Behave("getAsyncProgress");
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
