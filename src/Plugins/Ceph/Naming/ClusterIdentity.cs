using System.Globalization;
using StorageConnect.PluginKit.Naming;

namespace StorageConnect.Plugins.Ceph.Naming;

/// <summary>
/// The identities of a pool's elements. They are made of what the cluster has anyway, so that every machine has the same ones, also of images that
/// others made, and none has to be kept.
/// </summary>
/// <param name="fsid">The cluster's id.</param>
/// <param name="poolId">The pool's number, which is never used again.</param>
/// <param name="space">The namespace, or nothing.</param>
internal sealed class ClusterIdentity(string fsid, long poolId, string space)
{
    private const int PrefixDigits = 16;
    private const int LongestId = 14;
    private const int IdDigits = 15;
    private const int UuidDigits = 32;
    private const int Page83Digits = 25;
    private readonly string _prefix = ImageNames.Hash(string.Create(CultureInfo.InvariantCulture, $"{fsid}/{poolId}/{space}"))[..PrefixDigits];

    /// <summary>The pool's own identity.</summary>
    public string Array { get; } = string.Create(CultureInfo.InvariantCulture, $"{fsid}/{poolId}{(space.Length == 0 ? "" : "/" + space)}");

    /// <summary>Digits that distinguish this pool from all others.</summary>
    public string Uuid => _prefix + _prefix;

    /// <summary>The Uuid of an image. Its id is in it, so that the image is found without a listing.</summary>
    public string OfImage(string id) => id.Length is > 0 and <= LongestId && id.All(char.IsAsciiHexDigitLower)
        ? $"{_prefix}{id.Length:x1}{id.PadLeft(IdDigits, '0')}"
        : $"{_prefix}f{ImageNames.Hash(id)[..IdDigits]}";

    /// <summary>The id of the image that a Uuid stands for; null where only a listing can tell, or for Uuids of other arrays.</summary>
    public string? ImageOf(string uuid)
    {
        if (uuid.Length != UuidDigits || !uuid.StartsWith(_prefix, StringComparison.Ordinal) || !char.IsAsciiHexDigitLower(uuid[PrefixDigits]))
        {
            return null;
        }

        var length = int.Parse(uuid.AsSpan(PrefixDigits, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return length is > 0 and <= LongestId ? uuid[^length..] : null;
    }

    /// <summary>The Uuid of a snapshot of one image.</summary>
    public string OfSnapshot(string image, ulong snapshot) =>
        ImageNames.Hash(string.Create(CultureInfo.InvariantCulture, $"{_prefix}/{image}@{snapshot}"))[..UuidDigits];

    /// <summary>The page 0x83 identity of an image as multipath-tools writes it: the same over every gateway and after every new export.</summary>
    public string Page83(string image) =>
        $"36{Identities.Oui}{ImageNames.Hash(string.Create(CultureInfo.InvariantCulture, $"{fsid}\n{poolId}\n{space}\n{image}"))[..Page83Digits]}";
}
