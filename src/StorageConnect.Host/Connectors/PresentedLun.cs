using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Udev;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Connectors;

/// <summary>
/// Proves the disks of an element whose identity belongs to its presentation: by target and LUN number, from devices that the kernel found while the
/// presentation lasts. What was at that place before is removed, whatever identity it shows: it may be another element's, with the same identity.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="element">The element, presented.</param>
/// <param name="before">What the ledger keeps of an earlier run; null for nothing.</param>
/// <param name="isProven">True when that run proved this same presentation.</param>
internal sealed class PresentedLun(LinuxHost host, StorageElement element, Attachment? before, bool isProven)
{
    private readonly StaleDevices _stale = new(host);

    /// <summary>What the ledger is to keep: what is known so far.</summary>
    public PresentedIdentity Identity { get; private set; } = new()
    {
        Places = element.LunAddresses,
        OtherSessionIds = FindOtherSessions(host, element, before?.Presented),
        Boot = BootId.TryRead(host.Roots.Proc),
        Since = TimeProvider.System.GetTimestamp(),
    };

    /// <summary>The page 0x83 id that its disks show now; empty until they were asked.</summary>
    public string Page83Id { get; private set; } = "";

    /// <summary>Called with the identity as soon as it is known, before anything is built on it.</summary>
    public Action<PresentedLun>? OnIdentified { get; init; }

    /// <summary>Called when another device of the same identity is found: its map stays.</summary>
    public Action? OnShared { get; init; }

    /// <summary>Removes each device at the element's places that isn't proven to have come with this presentation.</summary>
    /// <exception cref="StorageElementBusyException">Somebody uses one.</exception>
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

    /// <summary>Finds the element behind one of the sessions, and reads who its disk says it is.</summary>
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

            await backoff.WaitAsync(cancellationToken); // no array tells a host when it shows a LUN
        }
    }

    /// <summary>Takes down which disks were proven. Fails for one that is elsewhere, or shows another serial number.</summary>
    public async Task ProveAsync(IEnumerable<string> disks, CancellationToken cancellationToken)
    {
        var sessions = host.Initiator.Sessions();
        var ids = new List<int>();
        foreach (var disk in disks)
        {
            if (ScsiDevice.OfDisk(host.Roots, disk) is not { SessionId: { } id } device
                || sessions.FirstOrDefault(session => session.Id == id) is not { } session
                || !Identity.IsAt(device, session)
                || (await host.Identities.ReadSerialAsync(device, cancellationToken) is { } serial && serial != Identity.Serial))
            {
                throw DeviceErrors.WrongDisk(element);
            }

            ids.Add(id);
        }

        Identity = Identity with { SessionIds = [.. ids.Distinct()] };
    }

    private async Task<bool> IsProvenAsync(ScsiDevice device, CancellationToken cancellationToken) =>
        IsKnown(device) && await _stale.AskAsync(device, cancellationToken) == DeviceIdentityState.Genuine && device.ReadIdentity() == before!.Page83Id;

    private bool IsKnown(ScsiDevice device) => isProven && before!.Presented!.IsProven(device, host.Roots);

    /// <summary>
    /// The sessions with its targets that were there before anything was done for it, and that nothing was done for at all. A run that was killed noted them.
    /// </summary>
    private static ValueList<int> FindOtherSessions(LinuxHost host, StorageElement element, PresentedIdentity? known)
    {
        var boot = BootId.TryRead(host.Roots.Proc);
        if (known is { Places.Count: > 0 } && known.Boot == boot && known.Places.Equals(element.LunAddresses))
        {
            return known.OtherSessionIds;
        }

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
                host.Step("scan");
                try
                {
                    await host.Scsi.ScanAsync(session, lun, cancellationToken);
                }
                finally
                {
                    // Also when this was cancelled meanwhile.
                    if (Find(session, lun) is { } added)
                    {
                        changes.Added(added);
                    }
                }
            }

            if (Find(session, lun) is { HoldsData: true } device
                && await Watch.ForAsync(host.Roots, () => device.Disk, host.Deadlines.DiskSettled, cancellationToken) is not null)
            {
                if (!IsKnown(device))
                {
                    changes.Added(device); // a plug-in that logs in by itself may have brought it in
                }

                // Asked on the wire: this device alone proves all others.
                if (await host.Identities.AskAsync(device, cancellationToken) is { } page83Id)
                {
                    return (page83Id, await host.Identities.ReadSerialAsync(device, cancellationToken) ?? "");
                }
            }
        }

        return null;
    }

    private ScsiDevice? Find(IscsiSession session, long lun) => ScsiDevice.Of(host.Roots, session).FirstOrDefault(device => device.Lun == lun);

    private async Task<string> TakeAsync(string page83Id, string serial, IReadOnlyList<IscsiSession> sessions, CancellationToken cancellationToken)
    {
        if (page83Id.Length == 0 || (element.Page83Id.Length > 0 && element.Page83Id != page83Id))
        {
            throw DeviceErrors.WrongDiskAtPlace(element, sessions[0], page83Id);
        }

        Page83Id = page83Id;
        Identity = Identity with { Serial = serial };
        OnIdentified?.Invoke(this);
        await DemandUniqueAsync(cancellationToken);
        if (host.Multipath.IsListening)
        {
            await host.Wwids.AddAsync(page83Id, cancellationToken);
        }

        return page83Id;
    }

    /// <summary>
    /// multipathd puts disks of one identity into one map, whoever they are. Devices elsewhere that show the element's identity are removed when nothing is
    /// behind them any more; else the element can't be attached beside them.
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
            var state = await _stale.AskAsync(device, cancellationToken);
            if (state == DeviceIdentityState.Genuine || (device.State is not "running" && map is not null))
            {
                OnShared?.Invoke();
                throw DeviceErrors.IdentityShared(element, Page83Id, device.Disk ?? device.Hctl);
            }

            await _stale.PurgeAsync(device, cancellationToken);
        }

        // Left without paths by somebody who uses it: the new disks would revive it, and what is written to it would go to this element.
        if (!isProven && MultipathMaps.Find(host.Roots, Page83Id) is { } left && !await host.Claims.IsFreeAsync(left, cancellationToken))
        {
            OnShared?.Invoke();
            throw DeviceErrors.IdentityShared(element, Page83Id, left.Name);
        }
    }
}
