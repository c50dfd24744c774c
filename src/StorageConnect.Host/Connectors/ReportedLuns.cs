using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.Connectors;

/// <summary>The LUN numbers at which an array says that an element is, as the kernel counts them.</summary>
internal static class ReportedLuns
{
    // From here on they are told in flat addressing, whose two bits the kernel counts in.
    private const int FirstFlatLun = 256;
    private const int FlatAddressing = 16384;

    /// <summary>Those behind a session; none where it isn't, and where the array tells no numbers at all.</summary>
    public static List<long> At(IscsiSession session, StorageElement element) =>
    [
        .. element.LunAddresses.Where(address => address.TargetName == session.TargetName)
            .Select(address => address.Lun < FirstFlatLun ? (long)address.Lun : FlatAddressing + address.Lun)
    ];
}
