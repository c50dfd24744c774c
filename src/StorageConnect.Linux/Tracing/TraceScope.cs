using System.Diagnostics;

namespace StorageConnect.Linux.Tracing;

/// <summary>
/// Listens to the trace lines of work that is begun inside it, on all threads that it continues on. Other work in the same process is ignored.
/// </summary>
public sealed class TraceScope : IDisposable
{
    private static readonly AsyncLocal<TraceScope?> Current = new();
    private readonly ActivityListener _listener;

    /// <summary>Begins to listen.</summary>
    /// <param name="write">Called for each line, on the thread that writes it.</param>
    public TraceScope(Action<TraceLine> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        _listener = Listen(() => Current.Value == this, write);
    }

    /// <summary>Listens to all lines of this process.</summary>
    /// <param name="write">Called for each line, on the thread that writes it.</param>
    /// <returns>Ends listening when disposed.</returns>
    public static IDisposable ListenToAll(Action<TraceLine> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        return Listen(static () => true, write);
    }

    /// <summary>Runs work inside the scope.</summary>
    public void Run(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var outer = Current.Value;
        Current.Value = this;
        try
        {
            work();
        }
        finally
        {
            Current.Value = outer;
        }
    }

    /// <summary>Ends listening.</summary>
    public void Dispose() => _listener.Dispose();

    private static ActivityListener Listen(Func<bool> isMine, Action<TraceLine> write)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == Tracer.SourceName,
            Sample = (ref _) => isMine() ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                if (isMine())
                {
                    write(TraceLine.Of(activity));
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
