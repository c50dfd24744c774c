using System.Threading.Channels;
using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Operations;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Operations;

/// <summary>Polling: when it queries, which failures it tolerates, and that it leaves nothing behind.</summary>
public sealed class OperationPollerTests : IDisposable
{
    private readonly SteppingClock _clock = new();
    private readonly TestBed _bed = new();
    private readonly Channel<Question> _questions = Channel.CreateUnbounded<Question>();
    private readonly OperationPoller _poller;
    private readonly OperationSubscription _subscription;

    public OperationPollerTests()
    {
        _poller = new(QueryAsync, _clock);
        _subscription = _bed.Engine.Operations.Subscribe();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_asks_soon_then_more_and_more_seldom_up_to_every_two_seconds()
    {
        var operation = Running("a");
        _poller.Subscribe(operation, _subscription);
        var pauses = new List<double>();
        for (var i = 0; i < 16; i++)
        {
            await UpdateAsync();
            pauses.Add(_clock.Next!.Value.TotalMilliseconds);
            _clock.Advance(_clock.Next!.Value);
            (await QuestionAsync()).Answer(new(operation));
        }

        Assert.Equal([20, 30, 45, 68], pauses.Take(4));
        Assert.Equal(pauses.Order(), pauses);
        Assert.Equal(2000, pauses[^1]);
    }

    [Fact]
    public async Task The_plug_in_may_say_when_to_ask_again()
    {
        _poller.Subscribe(Running("a"), _subscription);
        await UpdateAsync();
        _clock.Advance(_clock.Next!.Value);
        (await QuestionAsync()).Answer(new(Running("a")) { RequestedPause = TimeSpan.FromSeconds(30) });
        await UpdateAsync();

        Assert.Equal(TimeSpan.FromSeconds(30), _clock.Next);
    }

    [Fact]
    public async Task A_patient_watch_asks_less_often_and_an_impatient_one_is_not_kept_waiting()
    {
        var operation = Running("a");
        using var patient = _bed.Engine.Operations.Subscribe(TimeSpan.FromSeconds(10));
        _poller.Subscribe(operation, patient);
        await UpdateAsync(patient);
        _clock.Advance(_clock.Next!.Value);
        (await QuestionAsync()).Answer(new(operation));
        await UpdateAsync(patient);
        Assert.Equal(TimeSpan.FromSeconds(10), _clock.Next);

        _clock.Advance(_clock.Next!.Value);
        _poller.Subscribe(operation, _subscription);
        (await QuestionAsync()).Answer(new(operation));
        await UpdateAsync(patient);
        Assert.True(_clock.Next < TimeSpan.FromSeconds(1), $"{_clock.Next}");
    }

    [Fact]
    public async Task The_estimated_end_is_not_slept_through()
    {
        _poller.Subscribe(Running("a", percent: 0), _subscription);
        await UpdateAsync();
        _clock.Advance(TimeSpan.FromSeconds(98));
        (await QuestionAsync()).Answer(new(Running("a", percent: 98)) { });
        await UpdateAsync();
        _clock.Advance(_clock.Next!.Value);
        (await QuestionAsync()).Answer(new(Running("a", percent: 99)));
        var update = await UpdateAsync();

        Assert.InRange(update.Remaining!.Value, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1.5));
        Assert.True(_clock.Next <= update.Remaining, $"{_clock.Next}");
    }

    [Fact]
    public async Task Two_hundred_operations_meet_the_array_four_at_a_time()
    {
        for (var i = 0; i < 200; i++)
        {
            _poller.Subscribe(Running($"o{i}"), _subscription);
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        var underWay = new Queue<Question>();
        for (var i = 0; i < 4; i++)
        {
            underWay.Enqueue(await QuestionAsync());
        }

        for (var i = 4; i < 200; i++)
        {
            Assert.False(_questions.Reader.TryRead(out _));
            var question = underWay.Dequeue();
            question.Answer(new(question.Operation.Complete(question.Operation.Record, DateTimeOffset.UnixEpoch)));
            underWay.Enqueue(await QuestionAsync());
        }

        foreach (var question in underWay)
        {
            question.Answer(new(question.Operation.Complete(question.Operation.Record, DateTimeOffset.UnixEpoch)));
        }

        await EmptyAsync();
    }

    [Fact]
    public async Task An_array_that_hangs_does_not_keep_the_others_waiting()
    {
        for (var i = 0; i < 8; i++)
        {
            _poller.Subscribe(Running($"stuck{i}", server: "stuck"), _subscription);
        }

        _poller.Subscribe(Running("a"), _subscription);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var asked = new List<Question>();
        for (var i = 0; i < 5; i++)
        {
            asked.Add(await QuestionAsync());
        }

        Assert.Single(asked, question => question.Operation.Id == "a");
    }

    [Fact]
    public async Task What_may_pass_is_borne_with_and_the_trouble_is_told()
    {
        _poller.Subscribe(Running("a"), _subscription);
        await UpdateAsync();
        for (var i = 0; i < 2; i++)
        {
            _clock.Advance(_clock.Next!.Value);
            (await QuestionAsync()).Answer(new(Running("a")) { Problem = new ArrayUnreachableException("No answer."), IsTransient = true });
            var trouble = await UpdateAsync();
            Assert.False(trouble.IsLast);
            Assert.IsType<ArrayUnreachableException>(trouble.Problem);
        }

        _clock.Advance(_clock.Next!.Value);
        var done = Running("a");
        (await QuestionAsync()).Answer(new(done.Complete(done.Record, DateTimeOffset.UnixEpoch)));

        var last = await UpdateAsync();
        Assert.True(last.IsLast);
        Assert.Null(last.Problem);
        Assert.Equal(OscOperationState.Completed, last.Operation!.State);
        await EmptyAsync();
    }

    [Theory]
    [InlineData(true, 5)]
    [InlineData(false, 60)]
    public async Task In_the_end_it_gives_up_and_the_operation_is_not_said_to_have_ended(bool isFault, int questions)
    {
        _poller.Subscribe(Running("a"), _subscription);
        var update = await UpdateAsync();
        var asked = 0;
        while (!update.IsLast)
        {
            _clock.Advance(_clock.Next!.Value);
            (await QuestionAsync()).Answer(new(
                Running("a"))
            { Problem = isFault ? new PluginFaultException("It threw.") : new ArrayUnreachableException("No answer."), IsTransient = true });
            update = await UpdateAsync();
            asked++;
        }

        Assert.Equal(questions, asked);
        Assert.Equal(OscOperationState.Running, update.Operation!.State);
        Assert.NotNull(update.Problem);
        await EmptyAsync();
    }

    [Fact]
    public async Task Polls_are_details_of_the_trace_and_failed_ones_are_for_administrators()
    {
        var lines = new List<TraceLine>();
        using var scope = new TraceScope(lines.Add);
        scope.Run(() => _poller.Subscribe(Running("a"), _subscription));
        await UpdateAsync();
        _clock.Advance(_clock.Next!.Value);
        (await QuestionAsync()).Answer(new(Running("a", percent: 40)));
        await UpdateAsync();
        _clock.Advance(_clock.Next!.Value);
        (await QuestionAsync()).Answer(new(Running("a")) { Problem = new ArrayUnreachableException("No answer."), IsTransient = true });
        await UpdateAsync();

        Assert.Equal(
            [
                new(true, "lab: Create 'a' at 40 %, poll in 30 ms", null),
                new(false, "lab: Create 'a', retry in 200 ms: No answer.", null),
            ],
            lines);
    }

    [Fact]
    public async Task When_nobody_waits_any_more_the_question_under_way_ends_and_nothing_is_left()
    {
        _poller.Subscribe(Running("a"), _subscription);
        _clock.Advance(_clock.Next!.Value);
        var question = await QuestionAsync();

        _poller.Unsubscribe("a", _subscription);

        Assert.True(question.IsAbandoned);
        Assert.Equal(0, _clock.Timers);
        await EmptyAsync();
    }

    [Fact]
    public async Task As_long_as_another_waits_the_operation_is_asked_after_and_both_get_the_same_updates()
    {
        using var other = _bed.Engine.Operations.Subscribe();
        _poller.Subscribe(Running("a"), _subscription);
        _poller.Subscribe(Running("a"), other);
        Assert.Equal(1, _poller.Count);
        _poller.Unsubscribe("a", _subscription);
        _clock.Advance(_clock.Next!.Value);
        var done = Running("a");
        await other.NextAsync(null, Cancellation);

        (await QuestionAsync()).Answer(new(done.Complete(done.Record, DateTimeOffset.UnixEpoch)));

        Assert.Equal(OscOperationState.Completed, Assert.Single(await other.NextAsync(null, Cancellation)).Operation!.State);
        await EmptyAsync();
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _bed.Dispose();
    }

    private StoredOperation Running(string id, string server = "lab", int percent = -1) => new(
        new() { Id = id, StorageServerName = server, Target = id, StartedAt = _clock.GetUtcNow() },
        server,
        new() { Uuid = id, Name = id, AsyncProgress = percent, AsyncHandle = "h" });

    private async Task<ProgressResult> QueryAsync(StoredOperation operation, CancellationToken cancellationToken)
    {
        var question = new Question(operation, cancellationToken);
        await _questions.Writer.WriteAsync(question, CancellationToken.None);
        return await question.Task.WaitAsync(cancellationToken);
    }

    private async Task<Question> QuestionAsync() => await _questions.Reader.ReadAsync(Cancellation);

    private async Task<OperationUpdate> UpdateAsync(OperationSubscription? subscription = null)
    {
        var update = Assert.Single(await (subscription ?? _subscription).NextAsync(null, Cancellation));

        // Waits for the poller's lock: only then the timer is set, too.
        Assert.InRange(_poller.Count, 0, 1);
        return update;
    }

    private async Task EmptyAsync()
    {
        while (_poller.IsBusy)
        {
            await Task.Yield();
            Cancellation.ThrowIfCancellationRequested();
        }

        Assert.Equal(0, _poller.Count);
        Assert.Equal(0, _clock.Timers);
    }

    private sealed class Question(StoredOperation operation, CancellationToken cancellationToken)
    {
        private readonly TaskCompletionSource<ProgressResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public StoredOperation Operation => operation;

        public bool IsAbandoned => cancellationToken.IsCancellationRequested;

        public Task<ProgressResult> Task => _answer.Task;

        public void Answer(ProgressResult answer) => _answer.SetResult(answer);
    }
}
