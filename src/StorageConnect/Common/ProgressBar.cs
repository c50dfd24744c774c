using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>
/// The running work, and above it how many of a known number are done. Written five times a second at most; a skipped update is shown by
/// <see cref="Flush"/>, and a shown bar is always completed.
/// </summary>
internal sealed class ProgressBar(Cmdlet cmdlet)
{
    private const int BatchId = 0x05c;
    private const int WorkId = 0x05d;
    private ProgressRecord? _work;
    private long _shownAt;
    private bool _isShown;
    private bool _isBatchShown;

    /// <summary>The total number.</summary>
    public int Count { get; set; } = 1;

    /// <summary>The number done.</summary>
    public int Done { get; set; }

    /// <summary>When <see cref="Flush"/> has something to show; null when it hasn't.</summary>
    public TimeSpan? Pending => _work is null ? null : Wait;

    private TimeSpan Wait
    {
        get
        {
            var interval = TimeSpan.FromMilliseconds(Count > 1 ? 400 : 200);
            var elapsed = _shownAt == 0 ? interval : TimeProvider.System.GetElapsedTime(_shownAt);
            return elapsed < interval ? interval - elapsed : TimeSpan.Zero;
        }
    }

    /// <summary>Shows work, now or as soon as the interval is over.</summary>
    /// <param name="activity">The work and the element.</param>
    /// <param name="status">Its status for the user.</param>
    /// <param name="percent">0 to 100, or null: no bar.</param>
    /// <param name="remaining">The time left, or null when unknown.</param>
    public void Show(string activity, string status, int? percent, TimeSpan? remaining)
    {
        _work = new(WorkId, activity, status)
        {
            PercentComplete = percent ?? -1,
            SecondsRemaining = remaining is { } left ? (int)Math.Min(Math.Ceiling(left.TotalSeconds), int.MaxValue) : -1,
        };
        Flush();
    }

    /// <summary>Shows a skipped update, if the interval is over.</summary>
    public void Flush()
    {
        if (_work is not { } work || Wait > TimeSpan.Zero)
        {
            return;
        }

        if (Count > 1)
        {
            work.ParentActivityId = BatchId;
            cmdlet.WriteProgress(new(BatchId, "Waiting for the array", $"{Done} of {Count} done") { PercentComplete = Done * 100 / Count });
            _isBatchShown = true;
        }

        cmdlet.WriteProgress(work);
        (_work, _isShown, _shownAt) = (null, true, TimeProvider.System.GetTimestamp());
    }

    /// <summary>The shown work has ended.</summary>
    public void EndWork()
    {
        _work = null;
        if (_isShown)
        {
            Complete(WorkId);
            _isShown = false;
        }
    }

    /// <summary>All work has ended.</summary>
    public void End()
    {
        EndWork();
        if (_isBatchShown)
        {
            Complete(BatchId);
            _isBatchShown = false;
        }

        (Count, Done) = (1, 0);
    }

    private void Complete(int id) => cmdlet.WriteProgress(new(id, "Waiting for the array", "over") { RecordType = ProgressRecordType.Completed });
}
