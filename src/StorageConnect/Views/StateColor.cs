using System.Collections.Concurrent;
using System.Management.Automation;
using System.Reflection;

namespace StorageConnect;

/// <summary>
/// States for display, in the colours of <c>$PSStyle</c> for good, passing and bad. PowerShell's host removes the colours where there are none:
/// redirected output, NO_COLOR, <c>$PSStyle.OutputRendering</c>.
/// </summary>
public static class StateColor
{
    private const string Reset = "\e[0m";

    // The style belongs to a newer PowerShell than the compile-time reference.
    private static readonly PropertyInfo? Style =
        typeof(PSObject).Assembly.GetType("System.Management.Automation.PSStyle")?.GetProperty("Instance", BindingFlags.Public | BindingFlags.Static);

    // Of each row of a table: the properties are looked up once.
    private static readonly ConcurrentDictionary<(Type, string), PropertyInfo?> Properties = new();

    /// <summary>The state, coloured where the style allows it.</summary>
    /// <param name="state">A state of an element, operation, plug-in or path; null gives an empty text.</param>
    public static string Paint(object? state)
    {
        var text = state?.ToString() ?? "";
        return ColorOf(text, Style?.GetValue(null)) is { Length: > 0 } color ? color + text + Reset : text;
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

    private static object? Value(object? style, string property) => style is null
        ? null
        : Properties.GetOrAdd((style.GetType(), property), static key => key.Item1.GetProperty(key.Item2))?.GetValue(style);

    private static string? Text(object? style, string property) => Value(style, property)?.ToString();
}
