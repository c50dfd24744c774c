using System.Diagnostics.Tracing;
using StorageConnect.Linux.Tracing;

namespace StorageConnect.Engine.Tracing;

/// <summary>The trace as events, for dotnet-trace and event listeners. Listens to the trace only while the events have a listener.</summary>
[EventSource(Name = Tracer.SourceName)]
internal sealed class TraceEventSource : EventSource
{
    private static readonly Lock Sync = new();
    private static readonly TraceEventSource Instance = new();
    private IDisposable? _listening;

    private TraceEventSource()
    {
    }

    /// <summary>Makes the event source known to the runtime.</summary>
    public static void Register() => _ = Instance;

    /// <summary>What an administrator follows.</summary>
    /// <param name="text">What happened.</param>
    /// <param name="milliseconds">How long it took; -1 for a line about one moment.</param>
    [Event(1, Level = EventLevel.Informational)]
    public void Line(string text, double milliseconds) => WriteEvent(1, text, milliseconds);

    /// <summary>Details.</summary>
    /// <param name="text">What happened.</param>
    /// <param name="milliseconds">How long it took; -1 for a line about one moment.</param>
    [Event(2, Level = EventLevel.Verbose)]
    public void Detail(string text, double milliseconds) => WriteEvent(2, text, milliseconds);

    /// <inheritdoc/>
    protected override void OnEventCommand(EventCommandEventArgs command)
    {
        if (command.Command is not (EventCommand.Enable or EventCommand.Disable))
        {
            return;
        }

        lock (Sync)
        {
            _listening?.Dispose();
            _listening = IsEnabled() ? TraceScope.ListenToAll(Publish) : null;
        }
    }

    [NonEvent]
    private void Publish(TraceLine line)
    {
        var milliseconds = line.Duration?.TotalMilliseconds ?? -1;
        if (line.IsDebug)
        {
            Detail(line.Text, milliseconds);
        }
        else
        {
            Line(line.Text, milliseconds);
        }
    }
}
