using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using System.Text.RegularExpressions;

namespace StorageConnect.Commands;

/// <summary>The word under the cursor, without its opening quote, and the text that replaces it.</summary>
internal sealed partial class CompletionWord
{
    // PowerShell accepts typographic quotes, too.
    private const string SingleQuotes = "'\u2018\u2019\u201a\u201b";
    private const string DoubleQuotes = "\"\u201c\u201d\u201e";
    private const string WildcardCharacters = "*?[]`";

    private readonly char? _quote;
    private readonly bool _isPattern;
    private readonly string _text;
    private readonly WildcardPattern? _pattern;

    /// <summary>A word as typed so far.</summary>
    /// <param name="typed">The word, with its quotes.</param>
    /// <param name="isPattern">True where wildcards are expanded, so that those of a name must be escaped.</param>
    public CompletionWord(string? typed, bool isPattern)
    {
        _isPattern = isPattern;
        _text = typed ?? "";
        if (_text.Length > 0 && (SingleQuotes + DoubleQuotes).Contains(_text[0], StringComparison.Ordinal))
        {
            _quote = SingleQuotes.Contains(_text[0], StringComparison.Ordinal) ? '\'' : '"';
            var quotes = _quote == '\'' ? SingleQuotes : DoubleQuotes;
            _text = _text[1..];
            _text = _text.Length > 0 && quotes.Contains(_text[^1], StringComparison.Ordinal) ? _text[..^1] : _text;
            _text = _quote == '\'' ? _text.Replace("''", "'", StringComparison.Ordinal) : Unescape(_text);
        }

        // An escaped character means itself; a bare star or question mark is a wildcard in any word.
        var stars = isPattern ? Escaped().Replace(_text, "") : _text;
        if (stars.AsSpan().ContainsAny('*', '?'))
        {
            var pattern = isPattern ? _text : _text.Replace("`", "``", StringComparison.Ordinal).Replace("[", "`[", StringComparison.Ordinal);
            _pattern = WildcardPattern.Get(pattern + "*", WildcardOptions.IgnoreCase);
        }
        else if (isPattern)
        {
            _text = Unescape(_text);
        }
    }

    /// <summary>Whether a name begins with the word, ignoring case; or matches it, where it has wildcards.</summary>
    public bool Matches(string name) => _pattern?.IsMatch(name) ?? name.StartsWith(_text, StringComparison.OrdinalIgnoreCase);

    /// <summary>The name as the command line needs it.</summary>
    public string Write(string name)
    {
        var text = _isPattern ? EscapeWildcards(name) : name;
        return (_quote, IsBare(text)) switch
        {
            (null, true) => text,
            ('"', _) => $"\"{EscapeDoubleQuoted(text)}\"",
            _ => $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'",
        };
    }

    // A word that begins with a letter and has none of PowerShell's special characters needs no quotes. A number would be parsed as one.
    private static bool IsBare(string text) =>
        (char.IsLetter(text[0]) || text[0] == '_') && text.All(sign => char.IsLetterOrDigit(sign) || sign is '_' or '-' or '.' or ':' or '/' or '=');

    [GeneratedRegex("`.")]
    private static partial Regex Escaped();

    private static string EscapeWildcards(string name) => Escape(name, WildcardCharacters);

    private static string EscapeDoubleQuoted(string text) => Escape(text, DoubleQuotes + "$`");

    private static string Escape(string text, string signs)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var sign in text)
        {
            if (signs.Contains(sign, StringComparison.Ordinal))
            {
                escaped.Append('`');
            }

            escaped.Append(sign);
        }

        return escaped.ToString();
    }

    private static string Unescape(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            plain.Append(text[i] == '`' && i + 1 < text.Length ? text[++i] : text[i]);
        }

        return plain.ToString();
    }
}
