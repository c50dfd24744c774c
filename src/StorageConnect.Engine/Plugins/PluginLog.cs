using System.Diagnostics;
using StorageConnect.Engine.Results;
using StorageConnect.Linux.Tracing;

namespace StorageConnect.Engine.Plugins;

/// <summary>
/// A plug-in's log: each line is a line of the trace. The tag with its level is its <see cref="PluginLogLevel"/>: <c>Debug</c> appears with -Debug,
/// information and warnings with -Verbose.
/// </summary>
internal sealed class PluginLog(PluginDescriptor plugin) : IPluginLog
{
    private static readonly ActivitySource Source = new(Tracer.SourceName);

    public bool IsEnabled(PluginLogLevel level) => Source.HasListeners();

    public void Write(PluginLogLevel level, string message)
    {
        using var line = Source.CreateActivity("line", ActivityKind.Internal);
        if (line is null)
        {
            return;
        }

        line.DisplayName = $"{plugin.Name}: {UntrustedText.CleanText(message ?? "")}";
        line.SetTag(Tracer.LevelTag, level);
        line.SetTag(Tracer.MomentTag, true);
        line.Start();
    }
}
