using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>A name as users give it to Get cmdlets: a literal, which must exist, or a wildcard pattern, which may match nothing.</summary>
internal sealed class NamePattern
{
    private static readonly char[] WildcardCharacters = ['*', '?', '[', '`'];
    private readonly WildcardPattern? _pattern;

    public NamePattern(string text)
    {
        Text = text;
        // A closing bracket alone is a wildcard character to PowerShell, but opens no pattern.
        if (text.IndexOfAny(WildcardCharacters) is >= 0 and var beginning && WildcardPattern.ContainsWildcardCharacters(text))
        {
            _pattern = Parse(text);
            Prefix = text[..beginning];
            // The text after the last star, where it has no other wildcard character.
            var end = text[(text.LastIndexOf('*') + 1)..];
            Suffix = end.Length < text.Length && end.IndexOfAny(['?', '[', ']', '`']) < 0 ? end : "";
        }
        else
        {
            Literal = WildcardPattern.Unescape(text);
        }
    }

    private NamePattern(string text, string literal) => (Text, Literal) = (text, literal);

    /// <summary>The text as typed.</summary>
    public string Text { get; }

    /// <summary>The exact name meant, or null for a pattern.</summary>
    public string? Literal { get; }

    /// <summary>A pattern's fixed beginning; may be empty.</summary>
    public string Prefix { get; } = "";

    /// <summary>A pattern's fixed end; may be empty.</summary>
    public string Suffix { get; } = "";

    public bool Matches(string name) => _pattern?.IsMatch(name) ?? name == Literal;

    /// <summary>Filters for the given names; without names one that matches everything.</summary>
    public static IReadOnlyList<NamePattern> From(string[]? names) => names is { Length: > 0 } ? [.. names.Select(name => new NamePattern(name))] : [new("*")];

    /// <summary>A filter for one name, whatever characters it has.</summary>
    public static NamePattern Exactly(string name) => new(name, name);

    private static WildcardPattern Parse(string text)
    {
        var pattern = WildcardPattern.Get(text, WildcardOptions.IgnoreCase);
        try
        {
            // Parsed at the first use.
            _ = pattern.IsMatch("");
            return pattern;
        }
        catch (WildcardPatternException)
        {
            throw CommandErrors.NamePatternInvalid(text);
        }
    }
}
