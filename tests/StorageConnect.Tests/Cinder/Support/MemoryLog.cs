using System.Collections.Concurrent;

namespace StorageConnect.Tests.Cinder.Support;

/// <summary>Keeps all lines of a plug-in's log.</summary>
internal sealed class MemoryLog : IPluginLog
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public bool IsEnabled(PluginLogLevel level) => true;

    public void Write(PluginLogLevel level, string message) => Lines.Enqueue(message);
}
