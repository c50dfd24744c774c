using System.Globalization;
using System.Management.Automation;

namespace StorageConnect.Shell;

/// <summary>A progress record as one line, like pwsh's: the activity, and a bar that has the status in it.</summary>
internal static class ProgressText
{
    public static string Render(ProgressRecord record, int width)
    {
        var style = PSStyle.Instance.Progress;
        var isPlain = PSStyle.Instance.OutputRendering == OutputRendering.PlainText;
        width = Math.Min(width, style.MaxWidth);

        var activity = Fit(record.Activity, width / 2);
        var inside = Math.Max(0, width - activity.Length - " []".Length);
        var bar = Fit(Status(record), inside).PadRight(inside);
        if (isPlain)
        {
            return $"{activity} [{bar}]";
        }

        var done = Math.Clamp(record.PercentComplete, 0, 100) * inside / 100;
        return $"{style.Style}{activity} [{PSStyle.Instance.Reverse}{bar[..done]}{PSStyle.Instance.ReverseOff}{bar[done..]}]{PSStyle.Instance.Reset}";
    }

    private static string Status(ProgressRecord record)
    {
        var percent = record.PercentComplete >= 0 ? $"{Math.Min(record.PercentComplete, 100)}% " : string.Empty;
        var left = record.SecondsRemaining >= 0
            ? TimeSpan.FromSeconds(record.SecondsRemaining).ToString("c", CultureInfo.InvariantCulture) + " "
            : string.Empty;
        return $"{percent}{left}{record.StatusDescription} {record.CurrentOperation}".TrimEnd();
    }

    private static string Fit(string text, int width)
    {
        // One line it is, whatever the reporter put into it.
        text = text.ReplaceLineEndings(" ");
        return text.Length <= width ? text : width > 0 ? text[..(width - 1)] + '…' : string.Empty;
    }
}
