using System.Buffers;

namespace StorageConnect.Host.Iscsi;

/// <summary>Checks names from the network and from users before they become part of paths and argument lists.</summary>
internal static class IscsiName
{
    private const int LongestTarget = 223; // RFC 7143
    private const int LongestDevice = 15; // IFNAMSIZ without the NUL

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:");

    /// <summary>True for an iSCSI name. Capitals and underscores violate the RFC, but arrays use them.</summary>
    public static bool IsTarget(string name) =>
        name.Length <= LongestTarget
        && (name.StartsWith("iqn.", StringComparison.Ordinal) || name.StartsWith("eui.", StringComparison.Ordinal)
            || name.StartsWith("naa.", StringComparison.Ordinal))
        && !name.AsSpan().ContainsAnyExcept(Characters);

    /// <summary>True for a valid name of a network device.</summary>
    public static bool IsNetDevice(string name) =>
        name.Length is > 0 and <= LongestDevice && name is not ("." or "..") && name[0] != '-' && !name.AsSpan().ContainsAnyExcept(Characters);
}
