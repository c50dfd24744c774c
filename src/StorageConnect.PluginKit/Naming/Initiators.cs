using System.Text.RegularExpressions;

namespace StorageConnect.PluginKit.Naming;

/// <summary>Names of initiators: world wide names and iSCSI names, each in one canonical form.</summary>
public static partial class Initiators
{
    private const int MaxIscsiName = 223;

    /// <summary>The canonical form: lower case; a world wide name with colons.</summary>
    /// <param name="text">A world wide name or an iSCSI name.</param>
    /// <exception cref="InvalidRequestException">It is neither.</exception>
    public static string Canonical(string? text)
    {
        var name = text?.Trim().ToLowerInvariant() ?? "";
        if (WorldWideName().IsMatch(name))
        {
            var digits = name.Replace(":", "", StringComparison.Ordinal);
            if (digits.Any(digit => digit != '0'))
            {
                return string.Join(':', digits.Chunk(2).Select(pair => new string(pair)));
            }
        }
        else if (name.Length <= MaxIscsiName && IscsiName().IsMatch(name))
        {
            return name;
        }

        throw new InvalidRequestException($"'{text}' is not an initiator.")
        {
            ErrorId = "InitiatorInvalid",
            Element = text,
            Recommendation = "Give a world wide name (50:01:43:80:12:34:56:78 or 5001438012345678) or an iSCSI name "
                + "(iqn.2001-04.com.example:host, eui.0123456789abcdef, naa.5001438012345678).",
        };
    }

    /// <summary>True for a canonical iSCSI name of the characters that RFC 3722 leaves, ASCII alone: those a target daemon distinguishes.</summary>
    /// <param name="name">The name.</param>
    public static bool IsIscsi(string name) => name is not null && name.Length <= MaxIscsiName && IscsiName().IsMatch(name)
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or ':' or '-');

    /// <summary>As <see cref="Canonical"/>, of an initiator that is to log in over iSCSI.</summary>
    /// <param name="text">An iSCSI name.</param>
    /// <exception cref="InvalidRequestException">It can't.</exception>
    public static string CanonicalIscsi(string? text)
    {
        var name = text?.Trim().ToLowerInvariant() ?? "";
        return IsIscsi(name)
            ? name
            : throw new InvalidRequestException($"'{text}' is not an iSCSI initiator.")
            {
                ErrorId = "InitiatorInvalid",
                Element = text,
                Recommendation =
                    "Give an iSCSI name of lower-case letters, digits, dots, colons and dashes (iqn.2001-04.com.example:host, eui.0123456789abcdef, "
                    + "naa.5001438012345678). A host's own is in /etc/iscsi/initiatorname.iscsi.",
            };
    }

    /// <summary>The canonical forms, each once, in the order given.</summary>
    /// <param name="names">The names.</param>
    /// <param name="type">The kind of storage they are for: iSCSI takes iSCSI names only.</param>
    public static IReadOnlyList<string> CanonicalAll(IEnumerable<string> names, StorageType type) =>
        [.. names.Select(name => type == StorageType.iSCSI ? CanonicalIscsi(name) : Canonical(name)).Distinct(StringComparer.Ordinal)];

    [GeneratedRegex(@"^([0-9a-f]{16}|[0-9a-f]{2}(:[0-9a-f]{2}){7})\z", RegexOptions.CultureInvariant)]
    private static partial Regex WorldWideName();

    [GeneratedRegex(@"^(iqn\.\d{4}-(0[1-9]|1[0-2])\.[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[^\s\p{C}]+)?|eui\.[0-9a-f]{16}|naa\.[0-9a-f]{16}([0-9a-f]{16})?)\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex IscsiName();
}
