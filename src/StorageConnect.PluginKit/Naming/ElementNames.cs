using System.Text;

namespace StorageConnect.PluginKit.Naming;

/// <summary>Names of elements and groups: any text of 1 to 255 characters without control characters.</summary>
/// <remarks>The engine's rule for new names refuses more: blanks at the ends, invisible characters. Names that exist already may have them.</remarks>
public static class ElementNames
{
    /// <summary>The most characters that a name has.</summary>
    public const int MaxLength = 255;

    /// <summary>Checks a name that a user chose.</summary>
    /// <param name="name">The name.</param>
    /// <param name="what">What it is for, such as "the access group".</param>
    /// <returns>The name.</returns>
    /// <exception cref="InvalidRequestException">It can't be a name.</exception>
    public static string Check(string? name, string what)
    {
        var reason = name switch
        {
            null or "" => $"The name of {what} is empty",
            { Length: > MaxLength } => $"The name of {what} has {name.Length} characters, the most is {MaxLength}",
            _ when name.Any(char.IsControl) => $"The name '{Visible(name)}' of {what} has a control character",
            _ when !IsWellFormed(name) => $"The name of {what} is no valid Unicode text",
            _ => null,
        };
        return reason is null
            ? name!
            : throw new InvalidRequestException($"{reason}.")
            {
                ErrorId = "NameInvalid",
                Element = name is null ? null : Visible(name),
                Recommendation = $"Choose a name of 1 to {MaxLength} characters without control characters such as line breaks.",
            };
    }

    /// <summary>A name where the user gave none: the source's name, a word, the time, and a few digits that make it unique.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="word">A word such as <c>snapshot</c>.</param>
    /// <param name="uuid">The new element's Uuid.</param>
    /// <param name="now">The time.</param>
    public static string Derive(string source, string word, string uuid, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(uuid);
        var ending = FormattableString.Invariant($"-{word}-{now:yyyyMMdd'T'HHmmss'Z'}-{uuid[^6..]}");
        var room = MaxLength - ending.Length;
        var start = source.Length <= room ? source : source[..(char.IsHighSurrogate(source[room - 1]) ? room - 1 : room)];
        return start + ending;
    }

    private static bool IsWellFormed(string text)
    {
        foreach (var rune in text.AsSpan().EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar && !text.Contains('\uFFFD', StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private static string Visible(string text) => new([.. text.Take(MaxLength).Select(c => char.IsControl(c) ? '\u2423' : c)]);
}
