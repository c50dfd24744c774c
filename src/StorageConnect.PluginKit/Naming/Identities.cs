using System.Globalization;
using System.Security.Cryptography;

namespace StorageConnect.PluginKit.Naming;

/// <summary>Identities of elements: their uuid, their page 0x83 identity, and the byte that stands for them in the lock file.</summary>
public static class Identities
{
    /// <summary>
    /// The company id in the NAA 6 designator of every element. 02-5C-0C has the "locally administered" bit set: no vendor can own it,
    /// so it never collides with another product.
    /// </summary>
    public const string Oui = "025c0c";

    private const long LockPositionMask = 0x3FFF_FFFF_FFFF_FFFF;

    /// <summary>A new Uuid. They are ordered by time, so that new rows come at the end of indexes.</summary>
    public static string NewUuid() => Guid.CreateVersion7().ToString("N");

    /// <summary>A random NAA 6 identity as multipath-tools writes it: <c>3</c>, then 32 hex digits: 6, the OUI, 25 random ones.</summary>
    public static string NewPage83Id() => $"36{Oui}{RandomNumberGenerator.GetHexString(25, lowercase: true)}";

    /// <summary>True for 32 lower-case hex digits.</summary>
    /// <param name="text">The text.</param>
    public static bool IsUuid(string text) => text is not null && text.Length == 32 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The random half of a Uuid, which stands for it in the lock file.</summary>
    /// <param name="uuid">The Uuid.</param>
    public static long LockPosition(string uuid) =>
        long.Parse(uuid.AsSpan(17), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & LockPositionMask;
}
