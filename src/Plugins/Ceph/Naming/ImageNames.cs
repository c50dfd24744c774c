using System.Security.Cryptography;
using System.Text;
using StorageConnect.PluginKit.Naming;

namespace StorageConnect.Plugins.Ceph.Naming;

/// <summary>
/// Names of images and snapshots. An element's name is its image's name where the cluster and the target daemon take it; else the image gets
/// one that is made of it, always the same, so that the cluster itself refuses a second element of the name.
/// </summary>
internal static class ImageNames
{
    /// <summary>What begins so is ours, and no element.</summary>
    public const string Reserved = "osc.";

    private const string Made = "osc.name.";
    private const string Temporary = "osc.tmp.";
    private const string Unfinished = "osc.thick.";
    private const string Multi = "osc.multi.";
    private const int LongestPlain = 200;
    private const int HashDigits = 32;

    /// <summary>The image's name for an element's.</summary>
    public static string Of(string element) => IsPlain(element) ? element : Made + Hash(element)[..HashDigits];

    /// <summary>True for an image that was named for an element whose name couldn't be the image's.</summary>
    public static bool IsMade(string image) => image.StartsWith(Made, StringComparison.Ordinal);

    /// <summary>True for images that aren't elements.</summary>
    public static bool IsHidden(string image) => image.StartsWith(Reserved, StringComparison.Ordinal) && !IsMade(image);

    /// <summary>A name for a snapshot that exists for a moment only. It tells who made it, so that what a crash leaves is known.</summary>
    public static string NewTemporary() => $"{Temporary}{Owners.Current}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    /// <summary>Who made a snapshot that should have existed for a moment only; null for others.</summary>
    public static string? OwnerOfTemporary(string snapshot) =>
        snapshot.StartsWith(Temporary, StringComparison.Ordinal) && snapshot.LastIndexOf('.') is var end && end > Temporary.Length
            ? snapshot[Temporary.Length..end]
            : null;

    /// <summary>A name for an image that is no element before all of it is written. It tells who writes.</summary>
    public static string NewUnfinished() => $"{Unfinished}{Owners.Current}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    /// <summary>Who writes an image that is not whole yet; null for others.</summary>
    public static string? OwnerOfUnfinished(string image) =>
        image.StartsWith(Unfinished, StringComparison.Ordinal) && image.LastIndexOf('.') is var end && end > Unfinished.Length
            ? image[Unfinished.Length..end]
            : null;

    /// <summary>The group of images that a snapshot of several elements exists in.</summary>
    public static string MultiGroup(string uuid) => Multi + uuid;

    /// <summary>The Uuid of the snapshot that a group of images exists for; null for groups of others.</summary>
    public static string? MultiUuid(string? group) =>
        group?.StartsWith(Multi, StringComparison.Ordinal) == true && Identities.IsUuid(group[Multi.Length..]) ? group[Multi.Length..] : null;

    /// <summary>Lower-case hex digits of a SHA-256.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static bool IsPlain(string name) =>
        !name.StartsWith(Reserved, StringComparison.Ordinal)
        && name[0] != '.'
        && !name.AsSpan().ContainsAny("/@,;")
        && !char.IsWhiteSpace(name[0]) && !char.IsWhiteSpace(name[^1])
        && Encoding.UTF8.GetByteCount(name) <= LongestPlain;
}
