using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace StorageConnect;

/// <summary>Formats SCSI VPD page 0x83 as hosts do (guide: <c>makeMPPage83FromRawPage83()</c>).</summary>
/// <remarks>
/// The result is multipath-tools' WWID: the designator's type digit and its value in lower-case hex. Of the designators of the
/// logical unit itself the best is taken: NAA 6, NAA 5, NAA 2, EUI-64, SCSI name, T10 vendor, NAA 3, in this order.
/// </remarks>
public static class Page83
{
    private const int HeaderLength = 4;

    // multipath-tools' own limits: what is longer it cuts off.
    private const int LongestValue = 128;
    private const int LongestId = LongestValue - 1;

    private enum DesignatorType
    {
        T10Vendor = 1,
        Eui64 = 2,
        Naa = 3,
        ScsiName = 8,
    }

    /// <summary>The multipath identity in a raw page, its four header bytes included.</summary>
    /// <exception cref="DataCorruptException">It isn't a page 0x83, is cut off, or names no usable designator.</exception>
    public static string ToMultipathId(ReadOnlySpan<byte> rawPage) =>
        TryGetMultipathId(rawPage, out var id)
            ? id
            : throw new DataCorruptException("The data is no VPD page 0x83 with an identity of the logical unit.")
            {
                ErrorId = "Page83Invalid",
                Recommendation = "Pass the whole page as the device returned it, beginning with its four header bytes.",
            };

    /// <summary>As <see cref="ToMultipathId"/>, without an exception.</summary>
    public static bool TryGetMultipathId(ReadOnlySpan<byte> rawPage, [NotNullWhen(true)] out string? id)
    {
        id = null;
        if (rawPage.Length < HeaderLength || rawPage[1] != 0x83)
        {
            return false;
        }

        var rest = rawPage[HeaderLength..];
        var announced = BinaryPrimitives.ReadUInt16BigEndian(rawPage[2..]);
        if (announced > rest.Length)
        {
            return false;
        }

        rest = rest[..announced];
        var best = default(ReadOnlySpan<byte>);
        var bestRank = 0;
        while (rest.Length >= HeaderLength && rest.Length >= HeaderLength + rest[3])
        {
            var designator = rest[..(HeaderLength + rest[3])];
            var rank = Rank(designator);
            if (rank > bestRank)
            {
                best = designator;
                bestRank = rank;
            }

            rest = rest[designator.Length..];
        }

        id = bestRank > 0 ? Format((DesignatorType)(best[1] & 0x0f), best[HeaderLength..]) : null;
        return id is not null;
    }

    /// <summary>0 = can't be used; the higher the better.</summary>
    private static int Rank(ReadOnlySpan<byte> designator)
    {
        const int associationMask = 0x30;
        var value = designator[HeaderLength..];
        if ((designator[1] & associationMask) != 0 || value.IsEmpty)
        {
            return 0;
        }

        return (DesignatorType)(designator[1] & 0x0f) switch
        {
            DesignatorType.Naa => (value[0] >> 4, value.Length) switch
            {
                (6, 16) => 7,
                (5, 8) => 6,
                (2, 8) => 5,
                (3, 8) => 1,
                _ => 0,
            },
            DesignatorType.Eui64 when value.Length is 8 or 12 or 16 => 4,
            DesignatorType.ScsiName when value.StartsWith("naa."u8) || value.StartsWith("eui."u8) || value.StartsWith("iqn."u8) => 3,
            DesignatorType.T10Vendor when value.Length >= 8 => 2,
            _ => 0,
        };
    }

    private static string Format(DesignatorType type, ReadOnlySpan<byte> value)
    {
        value = value[..Math.Min(value.Length, LongestValue)];
        var id = type switch
        {
            DesignatorType.Naa => "3" + Convert.ToHexStringLower(value),
            DesignatorType.Eui64 => "2" + Convert.ToHexStringLower(value),
            DesignatorType.ScsiName => FormatScsiName(UpToZero(Encoding.UTF8.GetString(value))),
            _ => "1" + UpToZero(WithoutSpaces(Encoding.UTF8.GetString(value))),
        };
        return id.Length > LongestId ? id[..LongestId] : id;
    }

    // All three kinds lose their prefix; an iSCSI name keeps its case.
    private static string FormatScsiName(string name) => name[..4] switch
    {
        "naa." => "3" + name[4..].ToLowerInvariant(),
        "eui." => "2" + name[4..].ToLowerInvariant(),
        _ => "8" + name[4..],
    };

    /// <summary>Each run of spaces is one underscore, at the beginning too; at the end it is nothing.</summary>
    private static string WithoutSpaces(string text) =>
        (text.StartsWith(' ') ? "_" : "") + string.Join('_', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string UpToZero(string text) => text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var end ? text[..end] : text;
}
