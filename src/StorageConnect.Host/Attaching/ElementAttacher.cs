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
/// One element's way in: presented, logged in to, looked for, proven, mapped, handed over. Each step looks whether it is done already, so that
/// it takes up what a run before left behind; what fails takes back what this run did.
/// </summary>
internal sealed class ElementAttacher(LinuxHost host, IElementPresenter array, Action<string> warn)
{
    private readonly StaleDevices _stale = new(host);

    public async Task<OscDevice> RunAsync(StorageElement asked, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        host.DemandRights("Attaching an element");
        if (asked.Page83Id.Length == 0)
        {
            asked = await array.GetElementAsync(asked, cancellationToken);
            DemandUsable(asked);
        }

        using var held = await host.Locks.TakeElementAsync(asked.Page83Id, cancellationToken);

        // Only now: who had the lock may have presented or withdrawn it.
        var element = await array.GetElementAsync(asked, cancellationToken);
        DemandUsable(element);
        var server = await array.GetServerAsync(cancellationToken);
        var toPresent = new AccessGroupSelector(HostInitiator.Read(host.Roots),
            await array.GetAccessGroupsAsync(cancellationToken)).SelectForPresent(element, server, groups);
        DemandMultipathd(server, element);

        var before = host.Ledger.TryLoad(element.Page83Id);
        var undo = new AttachUndo(host, array, warn)
        {
            HadMap = MultipathMaps.Find(host.Roots, element.Page83Id) is not null,
            Before = before,
        };
        var attachment = new Attachment
        {
            Page83Id = element.Page83Id,
            StorageElementUuid = element.Uuid,
            StorageElementName = element.Name,
            StorageServerUuid = server.Uuid,
            StorageServerName = server.Name,
            State = AttachmentState.Attaching,
            Since = DateTimeOffset.UtcNow,
            PresentedTo = [.. (before?.PresentedTo ?? []).Union(toPresent)],
        };
        host.Ledger.Save(attachment);
        try
        {
            if (toPresent.Count > 0)
            {
                undo.Presented(element, toPresent);
                host.Step("present");
                element = await array.PresentAsync(element, toPresent, cancellationToken);
            }

            var device = await CreateDeviceAsync(server, element, undo, cancellationToken);
            host.Step("note");
            host.Ledger.Save(attachment with { State = AttachmentState.Attached, Since = DateTimeOffset.UtcNow });
            return device with { StorageElementUuid = element.Uuid, StorageServerUuid = server.Uuid };
        }
        catch (Exception e) when (e is StorageConnectException or OperationCanceledException)
        {
            await undo.RunAsync(attachment);
            throw;
        }
    }

    private async Task<OscDevice> CreateDeviceAsync(StorageServer server, StorageElement element, AttachUndo undo, CancellationToken cancellationToken)
    {
        await CleanMapAsync(element, undo, cancellationToken);
        if (host.Multipath.IsListening)
        {
            // Before the disks come: udev and multipathd look there when they first see them.
            await host.Wwids.AddAsync(element.Page83Id, cancellationToken);
        }

        var paths = await HostConnectors.For(host, server.StorageType)
            .ConnectAsync(new(server, element, array.StartAsync, undo.Changes, warn), cancellationToken);
        Tracer.Verbose($"Host: found {string.Join(", ", paths.Select(path => path.Disk))} for '{element.Name}'");
        if (host.Multipath.IsListening)
        {
            host.Step("map");
            await new MapWaiter(host).RunAsync(element, paths, cancellationToken);
            await RemoveStalePathsAsync(element, paths, cancellationToken);
        }
        else if (paths.Count > 1)
        {
            throw MultipathErrors.MultipathdUnreachableToAttach(element, $"it has {paths.Count} paths ({string.Join(", ", paths.Select(path => path.Disk))})");
        }
        else
        {
            // With a link or without one: udev may have no rule for it.
            await Watch.UntilAsync(
                host.Roots,
                () => host.Paths.Find(element.Page83Id) is [var path, ..] && path.StartsWith(DeviceLink.PlainFolder, StringComparison.Ordinal),
                host.Deadlines.LinksSettled,
                cancellationToken);
        }

        return await ProveAsync(element, paths, cancellationToken);
    }

    /// <summary>The device as it is handed over: with every path's identity read once more, from where the data will flow.</summary>
    private async Task<OscDevice> ProveAsync(StorageElement element, IReadOnlyList<FoundPath> paths, CancellationToken cancellationToken)
    {
        if (await new DeviceReader(host).TryReadAsync(element.Page83Id, cancellationToken) is not { Verified: true } device)
        {
            throw DeviceErrors.WrongDisk(element);
        }

        if (device.SizeBytes != element.SizeBytes)
        {
            warn(
                $"{device.Path} has {device.SizeBytes} bytes and '{element.Name}' {element.SizeBytes} on the array. Resize-OscStorageElement -IncludeHost " +
                    $"with that size brings the host up to it.");
        }

        if (device.Paths.Count < paths.Count)
        {
            warn($"{device.Path} has {device.Paths.Count} paths, though {paths.Count} were found.");
        }

        foreach (var path in device.Paths.Where(path => path.State == OscPathState.Failed))
        {
            warn($"{device.Path} has a path that carries no I/O now: {path.Device}{(path.Portal is null ? "" : $" through the portal {path.Portal}")}.");
        }

        return device;
    }

    /// <summary>A map that is there already must hold nothing but this element's disks, and some: else it is made anew.</summary>
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
                await host.Scsi.RescanAsync(device, cancellationToken);
                if (device.ReadIdentity() is { } identity && identity != element.Page83Id)
                {
                    await _stale.PurgeAsync(device, cancellationToken);
                }
            }
        }

        // Left by somebody who took the paths away first. In use it stays: its new paths revive it.
        if (MultipathMaps.Find(host.Roots, element.Page83Id) is { } left && !left.Slaves(host.Roots).Any()
            && await host.Claims.IsFreeAsync(left, cancellationToken))
        {
            host.Step("remove empty map");
            await host.Teardown.RunAsync(element.Page83Id, cancellationToken);
        }

        undo.HadMap = MultipathMaps.Find(host.Roots, element.Page83Id) is not null;
    }

    /// <summary>Takes those of its disks away, in its map or beside it, behind which it is no more: the array presents it elsewhere by now.</summary>
    private async Task RemoveStalePathsAsync(StorageElement element, IReadOnlyList<FoundPath> paths, CancellationToken cancellationToken)
    {
        var others = (MultipathMaps.Find(host.Roots, element.Page83Id)?.Slaves(host.Roots) ?? [])
            .Union(ScsiDisk.FindAll(host.Roots, element.Page83Id))
            .Except(paths.Select(path => path.Disk))
            .Select(disk => ScsiDevice.OfDisk(host.Roots, disk))
            .OfType<ScsiDevice>()
            .ToList();
        var identities = await host.Identities.ReadAsync(others, cancellationToken);
        foreach (var device in others.Where(device => identities[device.Folder] != element.Page83Id || IsElsewhere(device)))
        {
            await _stale.PurgeAsync(device, cancellationToken);
        }

        // A path that is down can't be asked. When it comes back, it may be another's at a number that the array doesn't tell.
        bool IsElsewhere(ScsiDevice device) => element.LunAddresses.Count > 0 && device.State is not "running"
            && host.Initiator.Sessions().FirstOrDefault(session => session.Id == device.SessionId) is { } session
            && !ReportedLuns.At(session, element).Contains(device.Lun);
    }

    /// <summary>Said before anything is done, where it is certain already.</summary>
    private void DemandMultipathd(StorageServer server, StorageElement element)
    {
        if (server.StorageType == StorageType.iSCSI && server.AccessContexts.Count > 1 && !host.Multipath.IsListening)
        {
            throw MultipathErrors.MultipathdUnreachableToAttach(element, $"the server has {server.AccessContexts.Count} portals");
        }
    }

    private static void DemandUsable(StorageElement element)
    {
        if (element.Type == StorageElementType.Snapshot || element.Page83Id.Length == 0)
        {
            throw AttachErrors.NoPage83Id(element);
        }

        if (element.State == StorageElementState.Offline)
        {
            throw AttachErrors.ElementOffline(element);
        }
    }
}
