using System.Diagnostics;
using System.Globalization;

namespace StorageConnect.Linux.Tracing;

/// <summary>One line of the trace.</summary>
/// <param name="IsDebug">True for details, shown with -Debug; false for what an administrator follows, shown with -Verbose.</param>
/// <param name="Text">What happened, without control characters and within bounds.</param>
/// <param name="Duration">How long it took; null for a line about one moment.</param>
public sealed record TraceLine(bool IsDebug, string Text, TimeSpan? Duration)
{
    private const int LongestText = 1000;

    /// <summary>The text with its duration.</summary>
    public override string ToString() =>
        Duration is { } duration ? string.Create(CultureInfo.InvariantCulture, $"{Text} ({duration.TotalMilliseconds:0} ms)") : Text;

    /// <summary>The line of an activity. Parts of its text come from arrays and tools.</summary>
    internal static TraceLine Of(Activity activity) => new(
        $"{activity.GetTagItem(Tracer.LevelTag)}" == Tracer.DebugLevel,
        Clean(activity.DisplayName),
        activity.GetTagItem(Tracer.MomentTag) is null ? activity.Duration : null);

    private static string Clean(string text)
    {
        var shown = text.Length <= LongestText ? text : text[..LongestText] + " ...";
        return string.Create(shown.Length, shown, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }
}
