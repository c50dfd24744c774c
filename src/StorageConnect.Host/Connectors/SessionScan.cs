using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>Scans one session for an element, and checks the page 0x83 identity of what it finds. Other devices that a scan added are removed again.</summary>
internal sealed class SessionScan(LinuxHost host, StorageElement element, StaleDevices stale, AttachChanges changes)
{
    private readonly HashSet<string> _proven = [];
    private bool _hasScanned;

    /// <summary>The error of a device of the element that doesn't answer and can't be removed; null when there is none.</summary>
    public StorageElementBusyException? Down { get; private set; }

    /// <summary>True when the last scan was one of all LUNs, and brought in other elements' disks, and not the element's.</summary>
    public bool HasBroughtOthers { get; private set; }

    /// <summary>One scan.</summary>
    /// <param name="session">Where.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The disk; null when it isn't visible (yet).</returns>
    /// <exception cref="DataCorruptException">Another LUN is at the number that the array reported.</exception>
    /// <exception cref="StorageElementBusyException">A device that must go first is in use.</exception>
    public async Task<FoundPath?> ScanAsync(IscsiSession session, CancellationToken cancellationToken)
    {
        HasBroughtOthers = false;
        var luns = ReportedLuns.At(session, element);
        foreach (var device in ScsiDevice.Of(host.Roots, session).Where(device => device.HoldsData && MayBeIt(device, luns)))
        {
            if (await ProveAsync(session, device, luns, cancellationToken))
            {
                return await NameAsync(device, isNew: false, cancellationToken);
            }
        }

        var before = ScsiDevice.Of(host.Roots, session);
        var fullScan = luns.Count == 0 ? FullScan.At(session, before, host.Roots) : null;
        if (fullScan is not null)
        {
            host.Ledger.Save(fullScan);
            changes.FullScanBegins(fullScan);
        }

        host.Step("scan", isRepeat: _hasScanned);
        _hasScanned = true;
        try
        {
            foreach (var lun in luns.Count == 0 ? [null] : luns.Select(lun => (long?)lun))
            {
                await host.Scsi.ScanAsync(session, lun, cancellationToken);
            }
        }
        finally
        {
            // Also after a cancellation.
            Added().ForEach(changes.Added);
        }

        var found = await PickAsync(session, before, Added(), luns, cancellationToken);
        if (fullScan is not null)
        {
            host.Ledger.Remove(fullScan);
        }

        return found;

        // Ignore LUNs that other processes scan for.
        List<ScsiDevice> Added() => [.. ScsiDevice.Of(host.Roots, session).Except(before).Where(device => luns.Count == 0 || luns.Contains(device.Lun))];
    }

    // Where the LUN number is known, other devices are ignored.
    private bool MayBeIt(ScsiDevice device, List<long> luns) =>
        luns.Count == 0 || luns.Contains(device.Lun) || device.ReadIdentity() == element.Page83Id;

    /// <summary>True if the device was this element before the rescan and still is. If only one holds, it is stale and removed.</summary>
    private async Task<bool> ProveAsync(IscsiSession session, ScsiDevice device, List<long> luns, CancellationToken cancellationToken)
    {
        var was = device.ReadIdentity() == element.Page83Id;
        var standing = _proven.Contains(device.Folder) ? DeviceIdentityState.Genuine : await stale.RecheckAsync(device, cancellationToken);
        var isIt = device.ReadIdentity() == element.Page83Id;
        var isReported = luns.Contains(device.Lun);
        var isElsewhere = luns.Count > 0 && !isReported;
        if (standing == DeviceIdentityState.Genuine)
        {
            _proven.Add(device.Folder);
        }
        else if (standing == DeviceIdentityState.Down && was)
        {
            if (isElsewhere || host.Initiator.Sessions().Any(one => one.Id == session.Id && one.IsLoggedIn)) // else it works again when the session does
            {
                Down = await stale.TryPurgeDownAsync(device, cancellationToken); // the next scan brings it back
            }
        }
        else if ((standing != DeviceIdentityState.Empty || isElsewhere || !was) && (was || isIt || isReported || await IsItUnreadAsync()))
        {
            // An empty LUN number may be filled again, unless the array reports the element elsewhere.
            await stale.PurgeAsync(device, cancellationToken);
        }
        else if (stale.IsHalfRemoved(device))
        {
            await stale.TryPurgeAsync([device], cancellationToken); // its place may be the element's by now
        }

        return standing == DeviceIdentityState.Genuine && isIt;

        // The kernel could not read who it is when the device came, and never shows it.
        async Task<bool> IsItUnreadAsync() =>
            device.ReadIdentity() is null && await host.Identities.InquireAsync(device, cancellationToken) == element.Page83Id;
    }

    private async Task<FoundPath?> PickAsync(
        IscsiSession session,
        IReadOnlyList<ScsiDevice> before,
        List<ScsiDevice> now,
        List<long> luns,
        CancellationToken cancellationToken)
    {
        if (now.Find(device => device.ReadIdentity() == element.Page83Id) is { } found)
        {
            await stale.TryPurgeAsync(now.Where(device => device != found), cancellationToken);
            return await NameAsync(found, isNew: true, cancellationToken);
        }

        HasBroughtOthers = luns.Count == 0 && now.Exists(device => device.HoldsData);
        var wrong = await WrongDisk.FindAtLunAsync(host.Identities, element, session, luns, before, now, cancellationToken);
        await stale.TryPurgeAsync(now, cancellationToken);
        return wrong is null ? null : throw wrong;
    }

    private async Task<FoundPath?> NameAsync(ScsiDevice device, bool isNew, CancellationToken cancellationToken) =>
        await host.Scsi.WaitForDiskAsync(device, cancellationToken) is { } disk ? new(device, disk, isNew) : null;
}
