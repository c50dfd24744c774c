using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>The LUN numbers at which an array says that an element is, as the kernel counts them.</summary>
internal static class ReportedLuns
{
    /// <summary>Those behind a session; none where it isn't, and where the array tells no numbers at all.</summary>
    public static List<long> At(IscsiSession session, StorageElement element) => KernelLuns.At(session.TargetName, element.LunAddresses);
}
