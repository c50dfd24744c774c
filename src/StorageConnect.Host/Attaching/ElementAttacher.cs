using StorageConnect.Host.Connectors;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Udev;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Attaching;

/// <summary>
/// Attaches one element: present, log in, scan, prove, map, return the device. Each step first checks whether it is done already, so that an
/// interrupted run can be resumed. A failure rolls back what this run did.
/// </summary>
internal sealed class ElementAttacher(LinuxHost host, IElementPresenter array, Action<string> warn)
{
    private readonly StaleDevices _stale = new(host);
    private Attachment _attachment = new();
    private InitiatorIdentity? _initiator;

    public async Task<OscDevice> RunAsync(StorageElement asked, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        host.DemandRights("Attaching an element");
        var isOfPresentation = array.HasPresentationIdentities;
        if (asked.Page83Id.Length == 0 && !isOfPresentation)
        {
            asked = await array.GetElementAsync(asked, cancellationToken);
            DemandUsable(asked);
        }

        var key = isOfPresentation ? Attachment.KeyOf(asked.Uuid) : asked.Page83Id;
        using var held = await host.Locks.TakeElementAsync(key, cancellationToken);

        // Read under the lock: its last holder may have presented or withdrawn the element.
        var (element, server, names, selector, toPresent) = await PlanAsync(asked, groups, cancellationToken);
        if (isOfPresentation)
        {
            await new WithdrawnPresentations(host, array).ClearAsync(server, element, cancellationToken);
        }

        var before = host.Ledger.TryLoad(key);
        var undo = new AttachUndo(host, array, warn)
        {
            HadMap = !isOfPresentation && MultipathMaps.Find(host.Roots, element.Page83Id) is not null,
            HadDisk = !isOfPresentation && ScsiDisk.FindAll(host.Roots, element.Page83Id).Count > 0,
            Before = before,
        };
        _attachment = new Attachment
        {
            Page83Id = isOfPresentation ? before?.Page83Id ?? "" : element.Page83Id,
            Presented = isOfPresentation ? before?.Presented ?? new() : null,
            StorageElementUuid = element.Uuid,
            StorageElementName = element.Name,
            StorageServerUuid = server.Uuid,
            StorageServerName = server.Name,
            State = AttachmentState.Attaching,
            Since = DateTimeOffset.UtcNow,
            PresentedTo = [.. (before?.PresentedTo ?? []).Union(toPresent)],
        };
        host.Ledger.Save(_attachment);
        try
        {
            if (toPresent.Count > 0)
            {
                undo.Presented(element, toPresent);
                host.Step("present");
                element = await array.PresentAsync(element, toPresent, cancellationToken);
            }

            _initiator = selector.SelectInitiator(element,
                [.. HostInitiator.ReadOwn(host.Roots) is { } own ? [own] : Array.Empty<InitiatorIdentity>(), .. HostInitiator.ReadInterfaces(host.Roots)]);
            if (_initiator is not null)
            {
                Tracer.Verbose($"Host: '{element.Name}' is presented to {_initiator}");
            }

            var device = await CreateDeviceAsync(server, element, toPresent.Count > 0, undo, cancellationToken);
            if (isOfPresentation)
            {
                await DemandStillPresentedAsync(element, selector, cancellationToken);
            }

            host.Step("note");
            host.Ledger.Save(_attachment with { State = AttachmentState.Attached, Since = DateTimeOffset.UtcNow });
            return device with { StorageElementUuid = element.Uuid, StorageServerUuid = server.Uuid };
        }
        catch (Exception e) when (e is StorageConnectException or OperationCanceledException)
        {
            await undo.RunAsync(_attachment);
            throw;
        }
    }

    /// <summary>The checks of <see cref="RunAsync"/> before its first change, for what is visible now. It takes no lock.</summary>
    public Task CheckAsync(StorageElement asked, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        host.DemandRights("Attaching an element");
        return PlanAsync(asked, groups, cancellationToken);
    }

    /// <summary>Reads what decides how the element is attached, and fails where the failure is certain.</summary>
    private async Task<Plan> PlanAsync(StorageElement asked, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        var element = await array.GetElementAsync(asked, cancellationToken);
        DemandUsable(element);
        var server = await array.GetServerAsync(cancellationToken);
        var names = HostInitiator.Read(host.Roots);
        var selector = new AccessGroupSelector(names, await array.GetAccessGroupsAsync(cancellationToken), array.HasAccessControl);
        var toPresent = selector.SelectForPresent(element, server, groups);
        DemandMultipathd(server, element);
        return new(element, server, names, selector, toPresent);
    }

    private async Task<OscDevice> CreateDeviceAsync(StorageServer server, StorageElement element, bool isNewlyPresented, AttachUndo undo,
        CancellationToken cancellationToken)
    {
        var presented = _attachment.Presented is null ? null : await PrepareAsync(server, element, isNewlyPresented, undo, cancellationToken);
        if (presented is null)
        {
            await CleanMapAsync(element, undo, cancellationToken);
            if (host.Multipath.IsListening)
            {
                // Before the disks appear: udev and multipathd read this file when a disk is added.
                undo.Listed(await host.Wwids.AddAsync(element.Page83Id, cancellationToken));
            }
        }

        var paths = await HostConnectors.For(host, server.StorageType)
            .ConnectAsync(new(server, element, _attachment.Key, _initiator, presented, token => array.StartAsync(element, token),
                undo.Changes, warn), cancellationToken);
        element = presented is null ? element : element with { Page83Id = presented.Page83Id };
        Tracer.Verbose($"Host: found {string.Join(", ", paths.Select(path => path.Disk))} for '{element.Name}'");
        if (host.Multipath.IsListening)
        {
            host.Step("map");
            await new MapWaiter(host).RunAsync(element, paths, addFirst: presented is not null, cancellationToken);
            await RemoveStalePathsAsync(element, paths, cancellationToken);
        }
        else if (paths.Select(path => path.Disk).Union(ScsiDisk.FindAll(host.Roots, element.Page83Id)).ToList() is [_, _, ..] disks)
        {
            // Also those that are down: the good one by itself would be a device without them.
            throw MultipathErrors.MultipathdUnreachableToAttach(element, $"it has {disks.Count} paths ({string.Join(", ", disks)})");
        }
        else
        {
            // The device is used also without a link: udev may have no rule for one.
            await Watch.UntilAsync(
                host.Roots,
                "udev's link to the disk",
                () => host.Paths.Find(element.Page83Id) is [var path, ..] && path.StartsWith(DeviceLink.PlainFolder, StringComparison.Ordinal),
                host.Deadlines.LinksSettled,
                cancellationToken);
        }

        var device = await new DeviceProof(host, warn).RunAsync(element, paths.Count, presented, cancellationToken);
        if (presented is not null)
        {
            Note(presented.Page83Id, presented.Identity);
        }

        return device;
    }

    /// <summary>Prepares for an element whose identity belongs to its presentation: removes older devices at its places.</summary>
    private async Task<PresentedLun> PrepareAsync(StorageServer server, StorageElement element, bool isNewlyPresented, AttachUndo undo,
        CancellationToken cancellationToken)
    {
        if (element.LunAddresses.Count == 0 || server.StorageType != StorageType.iSCSI)
        {
            throw AttachErrors.NoPage83IdOfPresentation(element);
        }

        var before = undo.Before;
        var isProven = !isNewlyPresented && before is { State: AttachmentState.Attached, Presented: { } known } && known.Places.Equals(element.LunAddresses);
        var ended = isProven || before?.Presented is null ? null : before;
        var removal = new PresentationRemoval(host);
        var presented = new PresentedLun(host, element, before, isProven)
        {
            OnIdentified = now => Note(now.Page83Id, now.Identity),
            OnShared = () => undo.HadMap = true,
            OnListed = undo.Listed,
        };
        undo.OwnsPlaces = !isProven;
        if (isProven)
        {
            undo.HadMap = MultipathMaps.Find(host.Roots, before!.Page83Id) is not null;
        }
        else if (ended is not null)
        {
            await removal.RemoveDevicesAsync(ended, cancellationToken);
            if (!ended.Presented!.Places.Equals(element.LunAddresses))
            {
                await removal.LogoutAsync(ended, cancellationToken); // afterwards no record names these sessions
            }
        }

        await presented.RemoveStaleAsync(cancellationToken);
        if (ended is null)
        {
            Note(isProven ? before!.Page83Id : "", presented.Identity);
        }
        else
        {
            await removal.EndEntryAsync(ended, () => Note("", presented.Identity), cancellationToken);
        }

        return presented;
    }

    /// <summary>The element may have been withdrawn meanwhile, and its place given to another one. Only the array can tell.</summary>
    private async Task DemandStillPresentedAsync(StorageElement element, AccessGroupSelector selector, CancellationToken cancellationToken)
    {
        var now = await array.GetElementAsync(element, cancellationToken);
        if (!selector.IsPresented(now) || !now.LunAddresses.Equals(_attachment.Presented!.Places))
        {
            throw DeviceErrors.WrongDiskMoved(element);
        }
    }

    private void Note(string page83Id, PresentedIdentity identity)
    {
        _attachment = _attachment with { Page83Id = page83Id, Presented = identity };
        host.Ledger.Save(_attachment);
    }

    /// <summary>An existing map must have paths, all of them this element's disks. Otherwise it is removed and created again.</summary>
    private async Task CleanMapAsync(StorageElement element, AttachUndo undo, CancellationToken cancellationToken)
    {
        if (MultipathMaps.Find(host.Roots, element.Page83Id) is not { } map)
        {
            return;
        }

        foreach (var disk in map.Slaves(host.Roots))
        {
            if (ScsiDevice.OfDisk(host.Roots, disk) is { } device)
            {
                if (!device.IsDown)
                {
                    await host.Scsi.RescanAsync(device, cancellationToken); // of a blocked device it would wait for its path
                }

                if (device.ReadIdentity() is { } identity && identity != element.Page83Id)
                {
                    await _stale.PurgeAsync(device, cancellationToken);
                }
            }
        }

        // Its paths were removed before it. A map in use stays and gets the new paths.
        if (MultipathMaps.Find(host.Roots, element.Page83Id) is { } left && !left.Slaves(host.Roots).Any()
            && await host.Claims.IsFreeAsync(left, cancellationToken))
        {
            host.Step("remove empty map");
            await host.MapRemoval.RunAsync(element.Page83Id, cancellationToken);
        }

        undo.HadMap = MultipathMaps.Find(host.Roots, element.Page83Id) is not null;
    }

    /// <summary>Removes disks of the element, in its map or outside, that no longer lead to it because the array presents it elsewhere now.</summary>
    private async Task RemoveStalePathsAsync(StorageElement element, IReadOnlyList<FoundPath> paths, CancellationToken cancellationToken)
    {
        var others = (MultipathMaps.Find(host.Roots, element.Page83Id)?.Slaves(host.Roots) ?? [])
            .Union(ScsiDisk.FindAll(host.Roots, element.Page83Id))
            .Except(paths.Select(path => path.Disk))
            .Select(disk => ScsiDevice.OfDisk(host.Roots, disk))
            .OfType<ScsiDevice>()
            .ToList();
        var identities = await host.Identities.ReadAsync(others, cancellationToken);
        foreach (var device in others.Where(device => identities[device.Folder].Page83Id != element.Page83Id || IsElsewhere(device)))
        {
            await _stale.PurgeAsync(device, cancellationToken);
        }

        // A path that is down can't be queried. When it recovers, its LUN number may belong to another element.
        bool IsElsewhere(ScsiDevice device) => element.LunAddresses.Count > 0 && device.State is not "running"
            && host.Initiator.Sessions().FirstOrDefault(session => session.Id == device.SessionId) is { } session
            && !ReportedLuns.At(session, element).Contains(device.Lun);
    }

    /// <summary>Fails before anything is changed, where the failure is certain.</summary>
    private void DemandMultipathd(StorageServer server, StorageElement element)
    {
        if (server.StorageType == StorageType.iSCSI && server.AccessContexts.Count > 1 && !host.Multipath.IsListening)
        {
            throw MultipathErrors.MultipathdUnreachableToAttach(element, $"the server has {server.AccessContexts.Count} portals");
        }
    }

    private void DemandUsable(StorageElement element)
    {
        if (element.Type == StorageElementType.Snapshot || (element.Page83Id.Length == 0 && !array.HasPresentationIdentities))
        {
            throw AttachErrors.NoPage83Id(element);
        }

        if (element.State == StorageElementState.Offline)
        {
            throw AttachErrors.ElementOffline(element);
        }
    }

    /// <summary>What decides how an element is attached.</summary>
    /// <param name="Element">As it is on the array.</param>
    /// <param name="Server">Its server, with the secrets to log in.</param>
    /// <param name="Names">This host's names.</param>
    /// <param name="Selector">The array's access groups.</param>
    /// <param name="ToPresent">The groups to present it to.</param>
    private sealed record Plan(
        StorageElement Element, StorageServer Server, OscInitiator Names, AccessGroupSelector Selector, IReadOnlyList<string> ToPresent);
}
