using System.Management.Automation;
using StorageConnect.Shell;
using Xunit;

namespace StorageConnect.Tests.Shell;

public sealed class ProgressLineTests : IDisposable
{
    private const string Erased = "\r\e[K";

    private readonly ManualClock _clock = new();
    private readonly StringWriter _terminal = new();
    private readonly ProgressLine _line;

    public ProgressLineTests() => _line = new ProgressLine(_terminal, () => 60, new Lock(), _clock);

    [Fact]
    public void A_burst_is_drawn_once_and_its_end_when_the_interval_is_over()
    {
        for (var percent = 0; percent <= 50; percent++)
        {
            Report(percent);
        }

        Assert.Contains("0% ", Drawn());

        _clock.Advance(TimeSpan.FromMilliseconds(200));

        Assert.Contains("50% ", Drawn());
    }

    [Fact]
    public void The_last_completion_erases_the_line_at_once()
    {
        Report(10);
        Drawn();
        Report(10, ProgressRecordType.Completed);

        Assert.Equal(Erased, Drawn());

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(Drawn());
    }

    [Fact]
    public void The_newest_activity_is_shown_and_then_the_one_around_it()
    {
        Report(10, activity: "Outer", id: 1);
        Report(10, activity: "Inner", id: 2);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("Inner", Drawn());

        Report(10, ProgressRecordType.Completed, "Inner", 2);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains("Outer", Drawn());
    }

    [Fact]
    public void Nothing_comes_back_once_the_pipeline_is_over()
    {
        Report(10);
        Report(20);
        Drawn();
        _line.Clear();
        Assert.Equal(Erased, Drawn());

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(Drawn());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(80)]
    [InlineData(500)]
    public void A_line_is_never_wider_than_the_terminal(int width)
    {
        var record = new ProgressRecord(1, new string('a', 200), "one\ntwo " + new string('s', 200)) { PercentComplete = 40, SecondsRemaining = 90 };

        var text = new System.Management.Automation.Internal.StringDecorated(ProgressText.Render(record, width)).ToString(OutputRendering.PlainText);

        Assert.InRange(text.Length, 1, width);
        Assert.DoesNotContain('\n', text);
    }

    public void Dispose() => _line.Dispose();

    private void Report(int percent, ProgressRecordType type = ProgressRecordType.Processing, string activity = "Copying", int id = 1) =>
        _line.Update(1, new ProgressRecord(id, activity, "busy") { PercentComplete = percent, RecordType = type });

    private string Drawn()
    {
        var text = _terminal.ToString();
        _terminal.GetStringBuilder().Clear();
        return text;
    }

    /// <summary>Time that passes when the test says so, and the one timer that a line has.</summary>
    private sealed class ManualClock : TimeProvider, ITimer
    {
        private TimeSpan _now;
        private TimeSpan? _due;
        private TimerCallback? _callback;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = callback;
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = _now + dueTime;
            return true;
        }

        public void Advance(TimeSpan time)
        {
            _now += time;
            if (_due <= _now)
            {
                _due = null;
                _callback!(null);
            }
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
