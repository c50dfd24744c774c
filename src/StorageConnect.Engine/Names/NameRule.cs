using System.Globalization;
using System.Text;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Engine.Names;

/// <summary>The rule for the name of a new server, element, snapshot or group.</summary>
internal static class NameRule
{
    private const int MaxLength = 255;

    /// <exception cref="InvalidRequestException">The name is not valid.</exception>
    public static void Check(string? name, string what)
    {
        var problem = name switch
        {
            null or "" => "is empty",
            { Length: > MaxLength } => $"has {name.Length} characters",
            _ when name.Any(char.IsControl) => "has control characters",
            _ when string.IsNullOrWhiteSpace(name) => "is blank",
            _ when char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]) => "begins or ends with a blank",
            // Names that look alike are confused, and invisible characters can't be typed.
            _ when name.EnumerateRunes().Any(IsInvisible) => "has characters that can't be seen",
            // A lone surrogate would come back from a file or an array as another character.
            _ when name.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar) && !name.Contains('\uFFFD', StringComparison.Ordinal) =>
                "is no valid Unicode text",
            _ => null,
        };
        if (problem is not null)
        {
            throw ElementErrors.NameInvalid(name, what, problem, MaxLength);
        }
    }

    // The last ones have the category of letters and signs, but are invisible.
    private static bool IsInvisible(Rune rune) =>
        rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2800 or 0x3164 or 0xFFA0
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
