using System.Management.Automation;

namespace StorageConnect.Shell;

/// <summary>
/// Draws the newest activity on the terminal's last line: at most five times a second, and always the last state that
/// was reported, however long the next one takes. Its owner serializes all calls through the gate that is passed in.
/// </summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly List<(long Source, ProgressRecord Record)> _activities = [];
    private readonly TextWriter _terminal;
    private readonly Func<int> _width;
    private readonly Lock _gate;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private long? _lastDrawn;
    private bool _isShown;
    private bool _isScheduled;

    public ProgressLine(TextWriter terminal, Func<int> width, Lock gate, TimeProvider clock)
    {
        (_terminal, _width, _gate, _clock) = (terminal, width, gate, clock);
        _timer = clock.CreateTimer(_ => DrawScheduled(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes note of a record and draws it, now or as soon as the interval is over.</summary>
    public void Update(long source, ProgressRecord record)
    {
        var index = _activities.FindIndex(known => known.Source == source && known.Record.ActivityId == record.ActivityId);
        if (record.RecordType == ProgressRecordType.Completed)
        {
            if (index >= 0)
            {
                _activities.RemoveAt(index);
            }

            if (_activities.Count == 0)
            {
                Hide();
                return;
            }
        }
        else if (index < 0)
        {
            _activities.Add((source, record));
        }
        else
        {
            _activities[index] = (source, record);
        }

        DrawWhenDue();
    }

    /// <summary>Makes room for other output; the next record brings the line back.</summary>
    public void Hide()
    {
        if (_isShown)
        {
            _terminal.Write("\r\e[K");
            _isShown = false;
        }
    }

    /// <summary>Forgets everything: the pipeline that reported it is over.</summary>
    public void Clear()
    {
        _activities.Clear();
        Hide();
    }

    public void Dispose() => _timer.Dispose();

    private void DrawWhenDue()
    {
        var wait = _lastDrawn is { } last ? Interval - _clock.GetElapsedTime(last) : TimeSpan.Zero;
        if (wait <= TimeSpan.Zero)
        {
            Draw();
        }
        else if (!_isScheduled)
        {
            _isScheduled = true;
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void DrawScheduled()
    {
        lock (_gate)
        {
            _isScheduled = false;
            Draw();
        }
    }

    private void Draw()
    {
        if (_activities.Count > 0)
        {
            _terminal.Write($"\r{ProgressText.Render(_activities[^1].Record, _width() - 1)}\e[K");
            _isShown = true;
            _lastDrawn = _clock.GetTimestamp();
        }
    }
}
