using System.Diagnostics.CodeAnalysis;

namespace StorageConnect.Engine.Arrays;

/// <summary>Compares initiators as arrays do: WWNs with or without colons, and all of them in either case.</summary>
internal sealed class InitiatorName : IEqualityComparer<string>
{
    public static readonly InitiatorName Comparer = new();

    private static readonly string[] IscsiPrefixes = ["iqn.", "eui.", "naa.", "nqn."];

    /// <summary>False for a text that no array takes for an initiator: neither an iSCSI or NVMe name nor the hex digits of a WWN.</summary>
    public static bool IsPossible(string name) =>
        IscsiPrefixes.Any(prefix => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        || (name.Replace(":", "", StringComparison.Ordinal).Replace("0x", "", StringComparison.OrdinalIgnoreCase) is { Length: 16 or 32 } digits
            && digits.All(char.IsAsciiHexDigit));

    public bool Equals(string? x, string? y) => string.Equals(Plain(x), Plain(y), StringComparison.OrdinalIgnoreCase);

    public int GetHashCode([DisallowNull] string obj) => string.GetHashCode(Plain(obj), StringComparison.OrdinalIgnoreCase);

    // In an IQN the colon has meaning; in a WWN it is decoration.
    [return: NotNullIfNotNull(nameof(name))]
    private static string? Plain(string? name) =>
        name is null || name.StartsWith("iqn.", StringComparison.OrdinalIgnoreCase) ? name : name.Replace(":", "", StringComparison.Ordinal);
}
