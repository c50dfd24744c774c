using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Connectors;

/// <summary>
/// What decides that a disk is not the element's, which ends an attach or a resize before anything can be written to it. The disk itself says who it is
/// (page 0x83), except where an identity belongs to a presentation: there its place and its serial number do.
/// </summary>
/// <remarks>
/// The last look, at the finished device, is <c>DeviceProof</c>'s; that the array still presents the element there, <c>ElementAttacher</c> asks the array.
/// </remarks>
internal static class WrongDisk
{
    /// <summary>The error for another LUN at a number that the array reported; null when there is none.</summary>
    /// <param name="element">The element.</param>
    /// <param name="session">The session that was scanned.</param>
    /// <param name="luns">The numbers that the array reported; where it reported none, every other disk is another element's business.</param>
    /// <param name="before">The devices before the scan.</param>
    /// <param name="added">The devices that the scan added, none of them the element's.</param>
    public static DataCorruptException? AtLun(
        StorageElement element, IscsiSession session, List<long> luns, IReadOnlyList<ScsiDevice> before, List<ScsiDevice> added)
    {
        if (luns.Count == 0)
        {
            return null;
        }

        var wrong = added.Find(device => device.HoldsData)
            ?? before.FirstOrDefault(device => luns.Contains(device.Lun) && device.HoldsData && device.ReadIdentity() != element.Page83Id);
        return wrong is null ? null : DeviceErrors.WrongDiskAtLun(element, session, wrong.Lun, wrong.ReadIdentity());
    }

    /// <summary>As <see cref="AtLun"/>, behind a Fibre Channel port.</summary>
    /// <param name="element">The element.</param>
    /// <param name="target">The port.</param>
    /// <param name="luns">The numbers that the array reported there.</param>
    /// <param name="added">A device that the scan added, not the element's.</param>
    public static DataCorruptException? AtPort(StorageElement element, FibreChannelTarget target, IReadOnlyList<long> luns, ScsiDevice added) =>
        luns.Contains(added.Lun) ? DeviceErrors.WrongDiskAtPort(element, target.Wwpn, added.Lun) : null;

    /// <summary>The disk at a presentation's place must report an identity: the element's, if the array reported one.</summary>
    public static void DemandIdentity(StorageElement element, IscsiSession session, string page83Id)
    {
        if (page83Id.Length == 0 || (element.Page83Id.Length > 0 && element.Page83Id != page83Id))
        {
            throw DeviceErrors.WrongDiskAtPlace(element, session, page83Id);
        }
    }

    /// <summary>A path of a presentation must be at one of its places, with its serial number where the disk says one.</summary>
    public static void DemandPlace(StorageElement element, PresentedIdentity identity, ScsiDevice device, IscsiSession session, string? serial)
    {
        if (!identity.IsAt(device, session) || (serial is not null && serial != identity.Serial))
        {
            throw DeviceErrors.WrongDisk(element);
        }
    }

    /// <summary>After a rescan each path must still say the element's identity.</summary>
    public static void DemandUnchanged(StorageElement element, IEnumerable<KeyValuePair<string, ScsiDevice?>> paths)
    {
        if (paths.FirstOrDefault(path => path.Value!.ReadIdentity() != element.Page83Id).Key is { } wrong)
        {
            throw DeviceErrors.WrongDiskResized(element, wrong);
        }
    }
}
