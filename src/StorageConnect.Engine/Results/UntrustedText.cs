using System.Buffers;
using System.Text;

namespace StorageConnect.Engine.Results;

/// <summary>
/// Cleans texts from arrays and plug-ins: no escape sequence, direction override or unbounded text reaches a terminal, a prompt, an error or a
/// report.
/// </summary>
internal static class UntrustedText
{
    /// <summary>The longest name, in characters.</summary>
    public const int LongestName = 255;

    /// <summary>The longest status, description, note or message, in characters.</summary>
    public const int LongestText = 16_384;

    // Characters that terminals interpret: control characters (C0, DEL, C1), line and paragraph separators, marks and overrides of the writing direction.
    // And surrogates: a single one can't be written to a file or terminal.
    private static readonly SearchValues<char> Suspects = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code).Where(character => IsForbidden(character) || char.IsSurrogate(character))]);

    /// <summary>True for a name, an identifier or another single line that can be displayed unchanged.</summary>
    public static bool IsCleanLine(string text) => text.Length <= LongestName && FindForbidden(text, from: 0, allowLines: false) < 0;

    /// <summary>True for an opaque value of a plug-in that can be stored. It is returned unchanged, so only its length is checked.</summary>
    public static bool IsStorableNote(string text) => text.Length <= 4 * LongestText && !HasLoneSurrogate(text);

    /// <summary>A name or another single line, cleaned with replacement characters and cut to <see cref="LongestName"/>.</summary>
    public static string CleanLine(string text) => Clean(text, LongestName, allowLines: false);

    /// <summary>A text that may have lines and tabs, cleaned with replacement characters and cut to <see cref="LongestText"/>.</summary>
    public static string CleanText(string text) => Clean(text, LongestText, allowLines: true);

    /// <summary>The text in a message about it: one line, cut.</summary>
    public static string Quote(string? text) => CleanLine(text ?? "");

    private static string Clean(string text, int longest, bool allowLines)
    {
        var isLong = text.Length > longest;
        if (isLong)
        {
            // Not within a surrogate pair.
            var end = longest - 1;
            text = text[..(char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)];
        }

        var at = FindForbidden(text, from: 0, allowLines);
        if (at < 0)
        {
            return isLong ? text + '…' : text;
        }

        var clean = new StringBuilder(text);
        for (; at >= 0; at = FindForbidden(text, at + 1, allowLines))
        {
            clean[at] = '\uFFFD';
        }

        return isLong ? clean.Append('…').ToString() : clean.ToString();
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var at = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); at >= 0 && at < text.Length; at++)
        {
            if (char.IsSurrogate(text[at]) && !(at + 1 < text.Length && char.IsSurrogatePair(text[at], text[++at])))
            {
                return true;
            }
        }

        return false;
    }

    private static int FindForbidden(string text, int from, bool allowLines)
    {
        while (true)
        {
            var found = text.AsSpan(from).IndexOfAny(Suspects);
            if (found < 0)
            {
                return -1;
            }

            var at = from + found;
            var isPair = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);
            if (!isPair && !(allowLines && IsLayout(text, at)))
            {
                return at;
            }

            from = at + (isPair ? 2 : 1);
        }
    }

    // A terminal returns to the line's start at a lone carriage return, and overwrites the line.
    private static bool IsLayout(string text, int at) =>
        text[at] is '\n' or '\t' || (text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n');

    private static bool IsForbidden(char character) =>
        char.IsControl(character)
        || character is '\u061C' or '\u200E' or '\u200F' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
