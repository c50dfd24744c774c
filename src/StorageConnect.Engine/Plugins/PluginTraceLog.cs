using StorageConnect.Linux.Tracing;

namespace StorageConnect.Engine.Plugins;

/// <summary>A plug-in's log: its lines are lines of the trace, with the plug-in's name before them.</summary>
internal sealed class PluginTraceLog(string plugin) : IPluginLog
{
    /// <inheritdoc/>
    public bool IsEnabled(PluginLogLevel level) => Tracer.IsOn;

    /// <inheritdoc/>
    public void Write(PluginLogLevel level, string message)
    {
        switch (level)
        {
            case PluginLogLevel.Debug:
                Tracer.Debug($"{plugin}: {message}");
                break;
            case PluginLogLevel.Warning:
                Tracer.Verbose($"{plugin}: warning: {message}");
                break;
            default:
                Tracer.Verbose($"{plugin}: {message}");
                break;
        }
    }
}
