namespace StorageConnect.Commands;

/// <summary>
/// A page 0x83 identity as typed: in the spelling of multipath, udev, the kernel or an array's own tools. <see cref="Spellings"/> are the possible
/// identities in multipath's spelling.
/// </summary>
internal sealed class Page83Text
{
    private const int Naa6Digits = 32;
    private const int ShortDigits = 16;

    // Prefixes of links in /dev and of tools.
    private static readonly string[] Prefixes = ["dm-uuid-mpath-", "dm-name-", "mpath-", "scsi-", "wwn-", "nvme-"];

    public Page83Text(string text)
    {
        Text = text;
        Spellings = [.. Read(text.Trim()).Append(text).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The text as typed.</summary>
    public string Text { get; }

    /// <summary>The possible identities, the likeliest first.</summary>
    public IReadOnlyList<string> Spellings { get; }

    /// <summary>Whether an identity matches.</summary>
    public bool Means(string page83Id) => Spellings.Contains(page83Id, StringComparer.Ordinal);

    private static IEnumerable<string> Read(string text)
    {
        var name = text.StartsWith("/dev/", StringComparison.Ordinal) ? text[(text.LastIndexOf('/') + 1)..] : text;
        name = Prefixes.Aggregate(name, WithoutPrefix);
        if (WithoutPrefix(name, "naa.") is var naa && naa.Length < name.Length)
        {
            return ["3" + Plain(naa)];
        }

        if (WithoutPrefix(name, "eui.") is var eui && eui.Length < name.Length)
        {
            return ["2" + Plain(eui)];
        }

        var digits = Plain(WithoutPrefix(name, "0x"));
        return digits.All(char.IsAsciiHexDigit) ? WithType(digits) : [name];
    }

    /// <summary>Adds the type digit that multipath writes first: NAA and EUI-64 are recognised by length and first digit, and may have it already.</summary>
    private static IEnumerable<string> WithType(string digits) => digits switch
    {
        { Length: Naa6Digits } when digits[0] == '6' => ["3" + digits],
        { Length: ShortDigits } when digits[0] is '2' or '3' or '5' => ["3" + digits, "2" + digits],
        { Length: ShortDigits or ShortDigits * 3 / 2 or Naa6Digits } => ["2" + digits],
        _ => [digits],
    };

    private static string Plain(string digits) =>
        digits.Replace(":", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static string WithoutPrefix(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? text[prefix.Length..] : text;
}
