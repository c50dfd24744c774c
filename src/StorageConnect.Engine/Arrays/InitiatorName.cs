using System.Diagnostics.CodeAnalysis;

namespace StorageConnect.Engine.Arrays;

/// <summary>Compares initiators as arrays do: WWNs in any spelling, and all names without regard to case.</summary>
internal sealed class InitiatorName : IEqualityComparer<string>
{
    public static readonly InitiatorName Comparer = new();

    private static readonly string[] IscsiPrefixes = ["iqn.", "eui.", "naa.", "nqn."];
    private static readonly string[] WwnPrefixes = ["naa.", "wwn-", "wwn.", "0x"];

    /// <summary>False for a text that no array accepts as an initiator: neither an iSCSI or NVMe name nor the hex digits of a WWN.</summary>
    public static bool IsPossible(string name) =>
        IscsiPrefixes.Any(prefix => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) || TryGetWwn(name) is not null;

    /// <summary>
    /// The digits of a WWN, in lower case: of <c>50:01:43:80:12:34:56:78</c>, <c>0x5001438012345678</c>, <c>5001-4380-1234-5678</c>,
    /// <c>naa.5001438012345678</c>, <c>wwn-0x5001438012345678</c>; null where it is none.
    /// </summary>
    public static string? TryGetWwn(string name)
    {
        var digits = name.Trim();
        foreach (var prefix in WwnPrefixes.Where(prefix => digits.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
        {
            digits = digits[prefix.Length..];
        }

        digits = string.Concat(digits.Where(character => character is not (':' or '-' or '.' or ' ')));
        return digits.Length is 16 or 32 && digits.All(char.IsAsciiHexDigit) ? digits.ToLowerInvariant() : null;
    }

    public bool Equals(string? x, string? y) => string.Equals(Plain(x), Plain(y), StringComparison.OrdinalIgnoreCase);

    public int GetHashCode([DisallowNull] string obj) => string.GetHashCode(Plain(obj), StringComparison.OrdinalIgnoreCase);

    // In an IQN the colon is significant; in a WWN it is a separator.
    [return: NotNullIfNotNull(nameof(name))]
    private static string? Plain(string? name) => name is null ? null : TryGetWwn(name) ?? name;
}
