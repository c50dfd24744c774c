using System.Collections.Concurrent;

namespace StorageConnect.Conformance;

/// <summary>A plug-in's log that keeps every line for a clause, whether anybody listens or not, and passes it on.</summary>
internal sealed class WatchedLog(IPluginLog inner) : IPluginLog
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>What was written so far.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    public bool IsEnabled(PluginLogLevel level) => true;

    public void Write(PluginLogLevel level, string message)
    {
        _lines.Enqueue(message ?? "");
        inner.Write(level, message ?? "");
    }
}
