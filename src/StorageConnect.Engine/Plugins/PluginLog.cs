using System.Diagnostics;
using StorageConnect.Engine.Results;

namespace StorageConnect.Engine.Plugins;

/// <summary>A plug-in's log: each line is an activity of the source "StorageConnect", for its listeners. Without a listener no text is built.</summary>
internal sealed class PluginLog(PluginDescriptor plugin) : IPluginLog
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "StorageConnect";

    /// <summary>The tag with the line's <see cref="PluginLogLevel"/>.</summary>
    public const string LevelTag = "level";

    private static readonly ActivitySource Source = new(SourceName);

    public bool IsEnabled(PluginLogLevel level) => Source.HasListeners();

    public void Write(PluginLogLevel level, string message)
    {
        using var line = Source.CreateActivity("line", ActivityKind.Internal);
        if (line is null)
        {
            return;
        }

        line.DisplayName = $"{plugin.Name}: {UntrustedText.CleanText(message ?? "")}";
        line.SetTag(LevelTag, level);
        line.SetTag("moment", true);
        line.Start();
    }
}
