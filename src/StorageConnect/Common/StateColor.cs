using System.Management.Automation;

namespace StorageConnect;

/// <summary>
/// States for people, in the colours that the user's <c>$PSStyle</c> has for good, passing, and bad. The host takes the colours out again where
/// it shows none: redirected output, NO_COLOR, <c>$PSStyle.OutputRendering</c>.
/// </summary>
public static class StateColor
{
    private const string Reset = "\e[0m";

    /// <summary>The state, coloured where <paramref name="style"/> allows.</summary>
    /// <param name="state">A state of an element, operation, plug-in, ability or path; null gives an empty text.</param>
    /// <param name="style">The session's <c>$PSStyle</c>, or null.</param>
    public static string Paint(object? state, object? style)
    {
        var text = state?.ToString() ?? "";
        return ColorOf(text, style) is { Length: > 0 } color ? color + text + Reset : text;
    }

    private static string? ColorOf(string state, object? style)
    {
        if (style is null || Text(style, "OutputRendering") == "PlainText")
        {
            return null;
        }

        return state switch
        {
            "Online" or "Yes" or "Ready" or "Completed" => Text(Value(style, "Foreground"), "Green"),
            "Running" or "Offline" => Text(Value(style, "Formatting"), "Warning"),
            "Failed" or "Refused" or "Invalid" => Text(Value(style, "Formatting"), "Error"),
            _ => null,
        };
    }

    // The style is of a newer PowerShell than the one this is compiled against.
    private static object? Value(object style, string property) => PSObject.AsPSObject(style).Properties[property]?.Value;

    private static string? Text(object? style, string property) => style is null ? null : Value(style, property)?.ToString();
}
