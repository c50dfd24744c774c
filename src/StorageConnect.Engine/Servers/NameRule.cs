using System.Globalization;
using System.Text;

namespace StorageConnect.Engine;

/// <summary>What the name of a new server, element, snapshot or group may be.</summary>
internal static class NameRule
{
    private const int MaxLength = 255;

    /// <exception cref="InvalidRequestException">It can't be a name.</exception>
    public static void Check(string? name, string what)
    {
        var problem = name switch
        {
            null or "" => "is empty",
            { Length: > MaxLength } => $"has {name.Length} characters",
            _ when name.Any(char.IsControl) => "has control characters",
            _ when string.IsNullOrWhiteSpace(name) => "is blank",
            // Names that look alike are taken for each other, and what can't be seen can't be typed.
            _ when name.EnumerateRunes().Any(IsInvisible) => "has characters that can't be seen",
            // Half a character would come back from a file or an array as another one.
            _ when name.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar) && !name.Contains('\uFFFD', StringComparison.Ordinal) =>
                "is no valid Unicode text",
            _ => null,
        };
        if (problem is not null)
        {
            throw ElementErrors.NameInvalid(name, what, problem, MaxLength);
        }
    }

    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
