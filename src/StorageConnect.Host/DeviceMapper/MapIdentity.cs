using System.Buffers;

namespace StorageConnect.Host.DeviceMapper;

/// <summary>Tells whether a map's WWID can be compared with the page 0x83 identity of its disks.</summary>
/// <remarks>
/// multipathd takes udev's ID_SERIAL. For a SCSI LUN that is the page 0x83 identity; for a local SATA disk it is model and serial number, and for an
/// NVMe namespace something else again.
/// </remarks>
internal static class MapIdentity
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>True for a WWID in the form of a page 0x83 identity: the designator's type digit, and its value.</summary>
    public static bool IsPage83(string wwid) => wwid.Length > 1 && wwid.AsSpan(1) is var value && wwid[0] switch
    {
        '2' => value.Length is 16 or 24 or 32 && !value.ContainsAnyExcept(LowerHex),
        '3' => value.Length is 16 or 32 && !value.ContainsAnyExcept(LowerHex),
        '1' or '8' => value.Length >= 8, // T10 vendor and iSCSI name are text
        _ => false,
    };
}
