using System.Diagnostics;

namespace StorageConnect.Linux.Tracing;

/// <summary>
/// The trace: what is called, run, found, waited for and retried, as activities of the source "StorageConnect". Listeners find the source by its
/// name, so that the lines of a plug-in's own copy of this assembly reach them too. Without a listener no text is built. Never pass a secret.
/// </summary>
public static class Tracer
{
    /// <summary>The name of the activity source and of the event source.</summary>
    public const string SourceName = "StorageConnect";

    /// <summary>The tag with the level: <c>Debug</c> for details, anything else for what an administrator follows.</summary>
    public const string LevelTag = "level";

    /// <summary>The tag of a line about one moment: it has no duration.</summary>
    public const string MomentTag = "moment";

    internal const string DebugLevel = "Debug";
    internal const string VerboseLevel = "Verbose";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>True when there is a listener.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>Begins something that takes time and that an administrator follows. Its line is written when the span is disposed of.</summary>
    /// <param name="text">What begins. No secrets.</param>
    public static TraceSpan Begin(TraceText text) => new(Start(text, isDebug: false));

    /// <summary>As <see cref="Begin"/>, for details.</summary>
    /// <param name="text">What begins. No secrets.</param>
    public static TraceSpan BeginDebug(TraceText text) => new(Start(text, isDebug: true));

    /// <summary>Writes a line that an administrator follows, shown with -Verbose.</summary>
    /// <param name="text">What happened. No secrets.</param>
    public static void Verbose(TraceText text) => Write(text, isDebug: false);

    /// <summary>Writes a line with details, shown with -Debug.</summary>
    /// <param name="text">What happened. No secrets.</param>
    public static void Debug(TraceText text) => Write(text, isDebug: true);

    private static void Write(TraceText text, bool isDebug)
    {
        using var activity = Start(text, isDebug);
        activity?.SetTag(MomentTag, true);
    }

    private static Activity? Start(TraceText text, bool isDebug)
    {
        var activity = text.IsEmpty ? null : Source.CreateActivity("line", ActivityKind.Internal);
        if (activity is null)
        {
            return null;
        }

        activity.DisplayName = text.ToString();
        activity.SetTag(LevelTag, isDebug ? DebugLevel : VerboseLevel);
        return activity.Start();
    }
}
