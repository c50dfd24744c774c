using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Storage;

/// <summary>Looks for an element behind one session, and proves what it finds by its page 0x83. What else a look brings up is taken away again.</summary>
internal sealed class SessionSearch(LinuxHost host, StorageElement element, StaleDevices stale)
{
    // LUN numbers from here on are told in flat addressing, whose two bits the kernel counts in.
    private const int FirstFlatLun = 256;
    private const int FlatAddressing = 16384;

    private readonly HashSet<string> _proven = [];

    /// <summary>One look.</summary>
    /// <param name="session">Where.</param>
    /// <param name="added">Told of each device that this look adds to the host, before anything can go wrong with it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The disk, or null when it isn't there (yet).</returns>
    /// <exception cref="DataCorruptException">At the LUN number the array told is something else.</exception>
    /// <exception cref="StorageElementBusyException">A device that must go first is in use.</exception>
    public async Task<FoundPath?> LookAsync(IscsiSession session, Action<ScsiDevice> added, CancellationToken cancellationToken)
    {
        var luns = LunsAt(session);
        foreach (var device in ScsiDevice.Of(host.Roots, session).Where(device => device.HoldsData && MayBeIt(device, luns)))
        {
            if (await ProveAsync(device, luns, cancellationToken))
            {
                return await NameAsync(device, isNew: false, cancellationToken);
            }
        }

        var before = ScsiDevice.Of(host.Roots, session);
        host.Step("scan");
        foreach (var lun in luns.Count == 0 ? [null] : luns.Select(lun => (long?)lun))
        {
            await host.Scsi.ScanAsync(session, lun, cancellationToken);
        }

        return await PickAsync(session, before, luns, added, cancellationToken);
    }

    // Where the LUN number is known, other devices are none of our business.
    private bool MayBeIt(ScsiDevice device, List<long> luns) =>
        luns.Count == 0 || luns.Contains(device.Lun) || device.ReadIdentity() == element.Page83Id;

    /// <summary>True for a device that was there before and is the element, then as now. One that only was, or only is, is removed.</summary>
    private async Task<bool> ProveAsync(ScsiDevice device, List<long> luns, CancellationToken cancellationToken)
    {
        var was = device.ReadIdentity() == element.Page83Id;
        var isGenuine = _proven.Contains(device.Folder) || await stale.IsGenuineAsync(device, cancellationToken);
        var isIt = device.ReadIdentity() == element.Page83Id;
        if (isGenuine)
        {
            _proven.Add(device.Folder);
        }
        else if (was || isIt || luns.Contains(device.Lun))
        {
            await stale.PurgeAsync(device, cancellationToken);
        }

        return isGenuine && isIt;
    }

    private async Task<FoundPath?> PickAsync(
        IscsiSession session,
        IReadOnlyList<ScsiDevice> before,
        List<long> luns,
        Action<ScsiDevice> added,
        CancellationToken cancellationToken)
    {
        var now = ScsiDevice.Of(host.Roots, session).Except(before).ToList();
        now.ForEach(added);
        if (now.Find(device => device.ReadIdentity() == element.Page83Id) is { } found)
        {
            await RemoveAsync(now.Where(device => device != found), cancellationToken);
            return await NameAsync(found, isNew: true, cancellationToken);
        }

        var wrong = luns.Count == 0 ? null
            : (now.Find(device => device.HoldsData) ?? before.FirstOrDefault(device => luns.Contains(device.Lun) && device.HoldsData)) is { } other
                ? DeviceErrors.WrongDiskAtLun(element, session, other.Lun, other.ReadIdentity())
                : null;
        await RemoveAsync(now, cancellationToken);
        return wrong is null ? null : throw wrong;
    }

    private async Task RemoveAsync(IEnumerable<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        foreach (var device in devices)
        {
            await host.Scsi.DeleteAsync(device, cancellationToken);
        }
    }

    /// <summary>A scan ends before the kernel has given the disk its name.</summary>
    private async Task<FoundPath?> NameAsync(ScsiDevice device, bool isNew, CancellationToken cancellationToken) =>
        await Watch.ForAsync(host.Roots, () => device.Disk, host.Deadlines.DiskSettled, cancellationToken) is { } disk
            ? new(device, disk, isNew)
            : null;

    private List<long> LunsAt(IscsiSession session) =>
    [
        .. element.LunAddresses.Where(address => address.TargetName == session.TargetName)
            .Select(address => address.Lun < FirstFlatLun ? (long)address.Lun : FlatAddressing + address.Lun)
    ];
}
