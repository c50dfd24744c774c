namespace StorageConnect.Plugins.Cinder.Configuration;

/// <summary>Where the page 0x83 identity of a volume comes from. Cinder's API has no field for it.</summary>
internal sealed record IdentitySource
{
    private const string MetadataPrefix = "metadata:";

    private enum Place
    {
        Nowhere,
        ProviderId,
        Metadata,
        Probe,
    }

    /// <summary>From nowhere: the identity belongs to the presentation.</summary>
    public static IdentitySource None { get; } = new() { Where = Place.Nowhere };

    /// <summary>The driver puts it into the volume's provider_id.</summary>
    public static IdentitySource ProviderId { get; } = new() { Where = Place.ProviderId };

    /// <summary>True where probes prove whether identities stay with their volumes: what they found is in the register.</summary>
    public bool IsProbed => Where == Place.Probe;

    private Place Where { get; init; }

    private string Key { get; init; } = "";

    /// <summary>What a user wrote; null when it is none of the forms.</summary>
    public static IdentitySource? TryParse(string text) => text.ToLowerInvariant() switch
    {
        "none" => None,
        "provider_id" => ProviderId,
        "probe" => new() { Where = Place.Probe },
        _ when text.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase) && text.Length > MetadataPrefix.Length
            => new() { Where = Place.Metadata, Key = text[MetadataPrefix.Length..].Trim() },
        _ => null,
    };

    /// <summary>A volume's identity as multipath-tools writes it; empty when it is not known.</summary>
    /// <param name="providerId">The volume's <c>provider_id</c>.</param>
    /// <param name="metadata">The volume's metadata.</param>
    public string Read(string? providerId, IReadOnlyDictionary<string, string> metadata) => Where switch
    {
        Place.ProviderId => ToPage83Id(providerId),
        Place.Metadata => ToPage83Id(metadata.GetValueOrDefault(Key)),
        _ => "",
    };

    /// <summary>
    /// An identity in one of the forms that drivers write it in: <c>naa.6...</c>, <c>0x6...</c>, plain hex digits, or with multipath's type digit.
    /// Anything else (most drivers put the array's own name of the volume there) is no identity.
    /// </summary>
    public static string ToPage83Id(string? text)
    {
        var digits = text?.Trim().ToLowerInvariant() ?? "";
        if (digits.StartsWith("eui.", StringComparison.Ordinal))
        {
            return IsHex(digits[4..]) && digits.Length - 4 is 16 or 24 or 32 ? "2" + digits[4..] : "";
        }

        digits = digits.StartsWith("naa.", StringComparison.Ordinal) ? digits[4..] : digits.StartsWith("0x", StringComparison.Ordinal) ? digits[2..] : digits;
        return !IsHex(digits) ? ""
            : (digits.Length, digits[0]) is (32, '6') or (16, '5') or (16, '2') or (16, '3') ? "3" + digits
            : (digits.Length, digits[0]) is (33, '3') or (17, '3') && digits[1] is '6' or '5' or '2' ? digits
            : "";
    }

    private static bool IsHex(string text) => text.Length > 0 && text.All(char.IsAsciiHexDigit);
}
