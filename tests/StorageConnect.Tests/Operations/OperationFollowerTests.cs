using System.Threading.Channels;
using StorageConnect.Engine;
using StorageConnect.Engine.Operations;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Operations;

/// <summary>One follower for all operations: when it asks, what it bears with, and that it leaves nothing behind.</summary>
public sealed class OperationFollowerTests : IDisposable
{
    private readonly SteppingClock _clock = new();
    private readonly TestBed _bed = new();
    private readonly Channel<Question> _questions = Channel.CreateUnbounded<Question>();
    private readonly OperationFollower _follower;
    private readonly OperationWatch _watch;

    public OperationFollowerTests()
    {
        _follower = new(AskAsync, _clock);
        _watch = _bed.Engine.Operations.Watch();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_asks_soon_then_more_and_more_seldom_up_to_every_two_seconds()
    {
        var operation = Running("a");
        _follower.Follow(operation, _watch);
        var pauses = new List<double>();
        for (var i = 0; i < 16; i++)
        {
            await NewsAsync();
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
        _follower.Follow(Running("a"), _watch);
        await NewsAsync();
        _clock.Advance(_clock.Next!.Value);
        (await QuestionAsync()).Answer(new(Running("a")) { Pause = TimeSpan.FromSeconds(30) });
        await NewsAsync();

        Assert.Equal(TimeSpan.FromSeconds(30), _clock.Next);
    }

    [Fact]
    public async Task A_patient_watch_asks_less_often_and_an_impatient_one_is_not_kept_waiting()
    {
        var operation = Running("a");
        using var patient = _bed.Engine.Operations.Watch(TimeSpan.FromSeconds(10));
        _follower.Follow(operation, patient);
        await NewsAsync(patient);
        _clock.Advance(_clock.Next!.Value);
        (await QuestionAsync()).Answer(new(operation));
        await NewsAsync(patient);
        Assert.Equal(TimeSpan.FromSeconds(10), _clock.Next);

        _clock.Advance(_clock.Next!.Value);
        _follower.Follow(operation, _watch);
        (await QuestionAsync()).Answer(new(operation));
        await NewsAsync(patient);
        Assert.True(_clock.Next < TimeSpan.FromSeconds(1), $"{_clock.Next}");
    }

    [Fact]
    public async Task The_estimated_end_is_not_slept_through()
    {
        _follower.Follow(Running("a", percent: 0), _watch);
        await NewsAsync();
        _clock.Advance(TimeSpan.FromSeconds(98));
        (await QuestionAsync()).Answer(new(Running("a", percent: 98)) { });
        await NewsAsync();
        _clock.Advance(_clock.Next!.Value);
        (await QuestionAsync()).Answer(new(Running("a", percent: 99)));
        var news = await NewsAsync();

        Assert.InRange(news.Remaining!.Value, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1.5));
        Assert.True(_clock.Next <= news.Remaining, $"{_clock.Next}");
    }

    [Fact]
    public async Task Two_hundred_operations_share_one_timer_and_meet_the_array_four_at_a_time()
    {
        for (var i = 0; i < 200; i++)
        {
            _follower.Follow(Running($"o{i}"), _watch);
        }

        Assert.Equal(1, _clock.Timers);
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
            _follower.Follow(Running($"stuck{i}", server: "stuck"), _watch);
        }

        _follower.Follow(Running("a"), _watch);
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
        _follower.Follow(Running("a"), _watch);
        await NewsAsync();
        for (var i = 0; i < 2; i++)
        {
            _clock.Advance(_clock.Next!.Value);
            (await QuestionAsync()).Answer(new(Running("a")) { Problem = new ArrayUnreachableException("No answer."), IsTransient = true });
            var trouble = await NewsAsync();
            Assert.False(trouble.IsLast);
            Assert.IsType<ArrayUnreachableException>(trouble.Problem);
        }

        _clock.Advance(_clock.Next!.Value);
        var done = Running("a");
        (await QuestionAsync()).Answer(new(done.Complete(done.Record, DateTimeOffset.UnixEpoch)));

        var last = await NewsAsync();
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
        _follower.Follow(Running("a"), _watch);
        var news = await NewsAsync();
        var asked = 0;
        while (!news.IsLast)
        {
            _clock.Advance(_clock.Next!.Value);
            (await QuestionAsync()).Answer(new(Running("a")) { Problem = isFault ? new PluginFaultException("It threw.") : new ArrayUnreachableException("No answer."), IsTransient = true });
            news = await NewsAsync();
            asked++;
        }

        Assert.Equal(questions, asked);
        Assert.Equal(OscOperationState.Running, news.Operation!.State);
        Assert.NotNull(news.Problem);
        await EmptyAsync();
    }

    [Fact]
    public async Task When_nobody_waits_any_more_the_question_under_way_ends_and_nothing_is_left()
    {
        _follower.Follow(Running("a"), _watch);
        _clock.Advance(_clock.Next!.Value);
        var question = await QuestionAsync();

        _follower.Leave("a", _watch);

        Assert.True(question.IsAbandoned);
        Assert.Equal(0, _clock.Timers);
        await EmptyAsync();
    }

    [Fact]
    public async Task As_long_as_another_waits_the_operation_is_asked_after_and_both_get_the_same_news()
    {
        using var other = _bed.Engine.Operations.Watch();
        _follower.Follow(Running("a"), _watch);
        _follower.Follow(Running("a"), other);
        Assert.Equal(1, _follower.Count);
        _follower.Leave("a", _watch);
        _clock.Advance(_clock.Next!.Value);
        var done = Running("a");
        await other.NextAsync(null, Cancellation);

        (await QuestionAsync()).Answer(new(done.Complete(done.Record, DateTimeOffset.UnixEpoch)));

        Assert.Equal(OscOperationState.Completed, Assert.Single(await other.NextAsync(null, Cancellation)).Operation!.State);
        await EmptyAsync();
    }

    public void Dispose()
    {
        _watch.Dispose();
        _bed.Dispose();
    }

    private StoredOperation Running(string id, string server = "lab", int percent = -1) => new(
        new() { Id = id, StorageServerName = server, Target = id, StartedAt = _clock.GetUtcNow() },
        server,
        new() { Uuid = id, Name = id, AsyncProgress = percent, AsyncHandle = "h" });

    private async Task<OperationAnswer> AskAsync(StoredOperation operation, CancellationToken cancellationToken)
    {
        var question = new Question(operation, cancellationToken);
        await _questions.Writer.WriteAsync(question, CancellationToken.None);
        return await question.Task.WaitAsync(cancellationToken);
    }

    private async Task<Question> QuestionAsync() => await _questions.Reader.ReadAsync(Cancellation);

    private async Task<OperationNews> NewsAsync(OperationWatch? watch = null)
    {
        var news = Assert.Single(await (watch ?? _watch).NextAsync(null, Cancellation));

        // Waits for the follower's lock: only then the timer is set, too.
        Assert.InRange(_follower.Count, 0, 1);
        return news;
    }

    private async Task EmptyAsync()
    {
        while (_follower.IsBusy)
        {
            await Task.Yield();
            Cancellation.ThrowIfCancellationRequested();
        }

        Assert.Equal(0, _follower.Count);
        Assert.Equal(0, _clock.Timers);
    }

    private sealed class Question(StoredOperation operation, CancellationToken cancellationToken)
    {
        private readonly TaskCompletionSource<OperationAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public StoredOperation Operation => operation;

        public bool IsAbandoned => cancellationToken.IsCancellationRequested;

        public Task<OperationAnswer> Task => _answer.Task;

        public void Answer(OperationAnswer answer) => _answer.SetResult(answer);
    }
}
