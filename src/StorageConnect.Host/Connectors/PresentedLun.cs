using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Connectors;

/// <summary>
/// Checks the disks of an element whose identity belongs to its presentation: by target and LUN number, on devices that the kernel added during the
/// presentation. Older devices at that place are removed whatever their identity is: they may be another element's, with the same identity.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="element">The element, presented.</param>
/// <param name="before">The ledger's entry of an earlier run; null for none.</param>
/// <param name="isProven">True when that run proved this same presentation.</param>
internal sealed class PresentedLun(LinuxHost host, StorageElement element, Attachment? before, bool isProven)
{
    private readonly StaleDevices _stale = new(host);
    private bool _hasScanned;

    /// <summary>What is known so far, for the ledger.</summary>
    public PresentedIdentity Identity { get; private set; } = new()
    {
        Places = element.LunAddresses,
        OtherSessionIds = TryFindRecorded(host, element, before?.Presented) ?? FindOtherSessions(host, element),
        Boot = BootId.TryRead(host.Roots.Proc),
        Since = TimeProvider.System.GetTimestamp(),
    };

    /// <summary>The page 0x83 id of its disks now; empty until it was read.</summary>
    public string Page83Id { get; private set; } = "";

    /// <summary>Called with the identity as soon as it is known, before it is used.</summary>
    public Action<PresentedLun>? OnIdentified { get; init; }

    /// <summary>Called when another device with the same identity is found: its map stays.</summary>
    public Action? OnShared { get; init; }

    /// <summary>Called when the identity is on multipath's list; true when it wasn't before.</summary>
    public Action<bool>? OnListed { get; init; }

    /// <summary>Removes devices at the element's places that are not proven to have come with this presentation.</summary>
    /// <exception cref="StorageElementBusyException">One is in use.</exception>
    public async Task RemoveStaleAsync(CancellationToken cancellationToken)
    {
        var left = new List<ScsiDevice>();
        foreach (var device in Identity.FindDevices(host.Roots, host.Initiator.Sessions()))
        {
            if (!await IsProvenAsync(device, cancellationToken))
            {
                left.Add(device);
            }
        }

        await _stale.PurgeAllAsync(left, cancellationToken);
    }

    /// <summary>Finds the element behind one of the sessions, and reads the identity of its disk.</summary>
    /// <exception cref="DataCorruptException">It has no identity, or another device has the same.</exception>
    public async Task<string> IdentifyAsync(IReadOnlyList<IscsiSession> sessions, AttachChanges changes, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var backoff = new Backoff(TimeSpan.MaxValue, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));
        while (true)
        {
            foreach (var session in sessions)
            {
                if (await TryReadAsync(session, changes, cancellationToken) is { } found)
                {
                    return await TakeAsync(found.Page83Id, found.Serial, sessions, cancellationToken);
                }
            }

            if (TimeProvider.System.GetElapsedTime(started) > host.Deadlines.LunSeen)
            {
                throw AttachErrors.ElementNotSeen(element, host.Deadlines.LunSeen);
            }

            await backoff.WaitAsync(cancellationToken); // arrays send no event when a LUN becomes visible
        }
    }

    /// <summary>Records which disks were proven. Fails for a disk at another place or with another serial number; one that is gone is skipped.</summary>
    public async Task ProveAsync(IEnumerable<string> disks, CancellationToken cancellationToken)
    {
        var sessions = host.Initiator.Sessions();
        var ids = new List<int>();
        foreach (var disk in disks)
        {
            if (ScsiDevice.OfDisk(host.Roots, disk) is not { } device)
            {
                continue;
            }

            if (device.SessionId is { } id && sessions.FirstOrDefault(session => session.Id == id) is { } session)
            {
                WrongDisk.DemandPlace(element, Identity, device, session, await host.Identities.ReadSerialAsync(device, cancellationToken));
                ids.Add(id);
            }
            else if (device.Exists)
            {
                throw DeviceErrors.WrongDisk(element);
            }
        }

        if (ids.Count == 0)
        {
            throw AttachErrors.ElementNotSeenAnyMore(element);
        }

        Identity = Identity with { SessionIds = [.. ids.Distinct()] };
    }

    private async Task<bool> IsProvenAsync(ScsiDevice device, CancellationToken cancellationToken) =>
        IsKnown(device) && await _stale.RecheckAsync(device, cancellationToken) switch
        {
            DeviceIdentityState.Genuine => true,
            DeviceIdentityState.Down => !host.Initiator.Sessions().Any(session => session.Id == device.SessionId && session.IsLoggedIn), // until it is back
            _ => false,
        }
        && device.ReadIdentity() == before!.Page83Id;

    private bool IsKnown(ScsiDevice device) => isProven && before!.Presented!.IsProven(device, host.Roots);

    /// <summary>What an earlier run of the same presentation found: the sessions that exist now may be its own.</summary>
    private static ValueList<int>? TryFindRecorded(LinuxHost host, StorageElement element, PresentedIdentity? known) =>
        known is { Places.Count: > 0 } && known.Boot == BootId.TryRead(host.Roots.Proc) && known.Places.Equals(element.LunAddresses)
            ? known.OtherSessionIds
            : null;

    /// <summary>The sessions with an element's targets that belong to no attach of ours.</summary>
    public static ValueList<int> FindOtherSessions(LinuxHost host, StorageElement element)
    {
        var boot = BootId.TryRead(host.Roots.Proc);
        var places = new PresentedIdentity { Places = element.LunAddresses };
        var presented = host.Ledger.Attachments.Select(attachment => attachment.Presented).OfType<PresentedIdentity>().Where(one => one.Boot == boot).ToList();
        return
        [
            .. host.Initiator.Sessions()
                .Where(session => places.IsTarget(session.TargetName)
                    && !presented.Exists(one => one.IsTarget(session.TargetName) && !one.OtherSessionIds.Contains(session.Id)))
                .Select(session => session.Id)
        ];
    }

    private async Task<(string Page83Id, string Serial)?> TryReadAsync(IscsiSession session, AttachChanges changes, CancellationToken cancellationToken)
    {
        foreach (var lun in KernelLuns.At(session.TargetName, element.LunAddresses))
        {
            if (Find(session, lun) is null)
            {
                host.Step("scan", isRepeat: _hasScanned);
                _hasScanned = true;
                try
                {
                    await host.Scsi.ScanAsync(session, lun, cancellationToken);
                }
                finally
                {
                    // Also after a cancellation.
                    if (Find(session, lun) is { } added)
                    {
                        changes.Added(added);
                    }
                }
            }

            if (Find(session, lun) is { HoldsData: true } device && await host.Scsi.WaitForDiskAsync(device, cancellationToken) is not null)
            {
                if (!IsKnown(device))
                {
                    changes.Added(device); // the plug-in's own login may have added it
                }

                // INQUIRY, not sysfs: all other disks are compared with this one.
                if (await host.Identities.InquireAsync(device, cancellationToken) is { } page83Id
                    && await host.Identities.ReadSerialAsync(device, cancellationToken) is { } serial)
                {
                    return (page83Id, serial);
                }
            }
        }

        return null;
    }

    private ScsiDevice? Find(IscsiSession session, long lun) => ScsiDevice.Of(host.Roots, session).FirstOrDefault(device => device.Lun == lun);

    private async Task<string> TakeAsync(string page83Id, string serial, IReadOnlyList<IscsiSession> sessions, CancellationToken cancellationToken)
    {
        WrongDisk.DemandIdentity(element, sessions[0], page83Id);
        Page83Id = page83Id;
        Identity = Identity with { Serial = serial };
        using (await host.Locks.TakePurgeAsync(cancellationToken))
        {
            OnIdentified?.Invoke(this); // from now on nobody takes the identity off multipath's list
        }

        await DemandUniqueAsync(cancellationToken);
        if (host.Multipath.IsListening)
        {
            OnListed?.Invoke(await host.Wwids.AddAsync(page83Id, cancellationToken));
        }

        return page83Id;
    }

    /// <summary>
    /// multipathd puts all disks with one identity into one map. Other devices with the element's identity are removed when no LUN is behind them any
    /// more; otherwise the element can't be attached.
    /// </summary>
    private async Task DemandUniqueAsync(CancellationToken cancellationToken)
    {
        var own = Identity.FindDevices(host.Roots, host.Initiator.Sessions()).Select(device => device.Folder).ToHashSet();
        var map = MultipathMaps.Find(host.Roots, Page83Id);
        var others = ScsiDisk.FindAll(host.Roots, Page83Id).Union(map?.Slaves(host.Roots) ?? [])
            .Select(disk => ScsiDevice.OfDisk(host.Roots, disk))
            .OfType<ScsiDevice>()
            .Where(device => !own.Contains(device.Folder))
            .ToList();
        foreach (var device in others)
        {
            var state = await _stale.RecheckAsync(device, cancellationToken);
            if (!device.Exists)
            {
                continue;
            }

            if (state == DeviceIdentityState.Genuine || (device.State is not "running" && map is not null))
            {
                OnShared?.Invoke();
                throw DeviceErrors.IdentityShared(element, Page83Id, device.Disk ?? device.Hctl);
            }

            await _stale.PurgeAsync(device, cancellationToken);
        }

        // A map in use without paths would take the new disks, and its user's writes would go to this element.
        if (!isProven && MultipathMaps.Find(host.Roots, Page83Id) is { } left && !await host.Claims.IsFreeAsync(left, cancellationToken))
        {
            OnShared?.Invoke();
            throw DeviceErrors.IdentityShared(element, Page83Id, left.Name);
        }
    }
}
