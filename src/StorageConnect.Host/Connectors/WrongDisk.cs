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
    /// <summary>The error for another LUN at a number that the array reported; null when there is none, or when none says who it is.</summary>
    /// <param name="identities">Asks a disk whose identity the kernel could not read.</param>
    /// <param name="element">The element.</param>
    /// <param name="session">The session that was scanned.</param>
    /// <param name="luns">The numbers that the array reported; where it reported none, every other disk is another element's business.</param>
    /// <param name="before">The devices before the scan.</param>
    /// <param name="added">The devices that the scan added.</param>
    /// <param name="cancellationToken">Ends the questions.</param>
    public static async Task<DataCorruptException?> FindAtLunAsync(
        LiveIdentityReader identities,
        StorageElement element,
        IscsiSession session,
        List<long> luns,
        IReadOnlyList<ScsiDevice> before,
        IReadOnlyList<ScsiDevice> added,
        CancellationToken cancellationToken)
    {
        var devices = added.Concat(before).Where(device => luns.Contains(device.Lun) && device.HoldsData);
        return await FindAsync(identities, element, devices, cancellationToken) is var (device, identity)
            ? DeviceErrors.WrongDiskAtLun(element, session, device.Lun, identity)
            : null;
    }

    /// <summary>As <see cref="FindAtLunAsync"/>, behind Fibre Channel ports.</summary>
    /// <param name="identities">Asks a disk whose identity the kernel could not read.</param>
    /// <param name="element">The element.</param>
    /// <param name="added">The devices that the scan added at numbers that the array reported.</param>
    /// <param name="portOf">The port that a device is behind.</param>
    /// <param name="cancellationToken">Ends the questions.</param>
    public static async Task<DataCorruptException?> FindAtPortAsync(
        LiveIdentityReader identities,
        StorageElement element,
        IReadOnlyList<ScsiDevice> added,
        Func<ScsiDevice, FibreChannelTarget> portOf,
        CancellationToken cancellationToken) =>
        await FindAsync(identities, element, added, cancellationToken) is var (device, _)
            ? DeviceErrors.WrongDiskAtPort(element, portOf(device).Wwpn, device.Lun)
            : null;

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

    /// <summary>After a rescan each path must still say the element's identity. One that is gone, or says none, ends the resize as well.</summary>
    /// <exception cref="DataCorruptException">A path says that it leads to another LUN.</exception>
    /// <exception cref="StorageElementBusyException">A path says nothing.</exception>
    public static async Task DemandUnchangedAsync(
        LiveIdentityReader identities, StorageElement element, IReadOnlyDictionary<string, ScsiDevice> paths, CancellationToken cancellationToken)
    {
        if (await FindAsync(identities, element, paths.Values, cancellationToken) is var (wrong, _))
        {
            throw DeviceErrors.WrongDiskResized(element, paths.First(path => path.Value == wrong).Key);
        }

        if (paths.FirstOrDefault(path => path.Value.ReadIdentity() != element.Page83Id) is { Key: { } disk, Value: var device })
        {
            throw DeviceErrors.PathNotReady(element, disk, device.Exists ? "without an identity" : "gone");
        }
    }

    /// <summary>The first of the devices that says another identity than the element's, or that it has none.</summary>
    private static async Task<(ScsiDevice Device, string Identity)?> FindAsync(
        LiveIdentityReader identities, StorageElement element, IEnumerable<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(
            devices.Select(async device => (Device: device, Identity: await identities.ReadOrInquireAsync(device, cancellationToken))));
        return answers.Where(answer => answer.Identity is not null && answer.Identity != element.Page83Id)
            .Select(answer => ((ScsiDevice, string)?)(answer.Device, answer.Identity!))
            .FirstOrDefault();
    }
}
