using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>The LUN numbers that an array reports for an element, in the kernel's numbering.</summary>
internal static class ReportedLuns
{
    /// <summary>Those behind a session; none where the element isn't there, or where the array reports no numbers.</summary>
    public static List<long> At(IscsiSession session, StorageElement element) => KernelLuns.At(session.TargetName, element.LunAddresses);
}
