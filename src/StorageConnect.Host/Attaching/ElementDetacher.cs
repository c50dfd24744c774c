using StorageConnect.Host.Connectors;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Attaching;

/// <summary>
/// Detaches one element. Refuses while it is in use; else flushes it, removes its map and disks, logs out of sessions that carry nothing else,
/// and only then withdraws it on the array. Each step checks what is left to do, so that an interrupted run can be resumed.
/// </summary>
/// <remarks>
/// There are two other orders of teardown: <c>TargetRelease.StopAsync</c> ends whole sessions with all their devices (Disconnect-OscTarget and the guide's
/// stop), and <c>PresentationRemoval</c> removes the devices of a presentation that the array has ended or given to another element.
/// </remarks>
internal sealed class ElementDetacher(LinuxHost host, IElementPresenter array, Action<string> warn)
{
    /// <param name="asked">The element.</param>
    /// <param name="groups">The groups to withdraw it from; empty = those that hold this host alone.</param>
    /// <param name="keepAccess">Leave it presented.</param>
    /// <param name="cancellationToken">Ends the call between two steps.</param>
    public async Task RunAsync(StorageElement asked, IReadOnlyList<string> groups, bool keepAccess, CancellationToken cancellationToken)
    {
        var (element, isOfPresentation) = await PrepareAsync(asked, cancellationToken);
        using var held = await host.Locks.TakeElementAsync(isOfPresentation ? Attachment.KeyOf(element.Uuid) : element.Page83Id, cancellationToken);
        var found = await FindAsync(element, isOfPresentation, cancellationToken);
        var (before, page83Id, map, disks, identity) = found;
        var refusal = RefusalOf(element);
        DeviceClaim taken;
        if (map is not null)
        {
            taken = await host.Claims.TakeMapAsync(map, refusal, cancellationToken);
        }
        else
        {
            (taken, disks) = await ClaimDisksAsync(disks, identity, refusal, cancellationToken);
        }

        using var claim = taken;
        element = await DemandDetachableAsync(element, found with { Disks = disks }, groups, keepAccess, cancellationToken);
        var attachment = (before ?? new() { Page83Id = page83Id, StorageElementUuid = element.Uuid, StorageElementName = element.Name }) with
        {
            StorageServerUuid = element.StorageServerUuid,
            StorageServerName = element.StorageServerName,
            State = AttachmentState.Detaching,
            Since = DateTimeOffset.UtcNow,
        };
        host.Ledger.Save(attachment);
        if (map is null)
        {
            await FlushAsync(disks, cancellationToken);
            await RemoveFromHostAsync(attachment, disks, cancellationToken);
        }
        else
        {
            var isQueueingStopped = await FlushAsync(map, cancellationToken);
            claim.Dispose(); // the kernel removes no map that is open here
            DeviceClaim paths;
            try
            {
                (paths, disks) = await RemoveMapAsync(page83Id, disks, identity, refusal, cancellationToken);
            }
            catch when (isQueueingStopped)
            {
                await RestoreQueueingAsync(page83Id);
                throw;
            }

            using (paths)
            {
                await RemoveFromHostAsync(attachment, disks, cancellationToken);
            }
        }

        await RemoveWhatCameAsync(attachment, element with { Page83Id = page83Id }, isOfPresentation, cancellationToken);
        if (!keepAccess)
        {
            await WithdrawAsync(element, groups, cancellationToken);
        }

        host.Step("forget");
        if (attachment.Presented is null)
        {
            host.Ledger.Remove(attachment);
        }
        else
        {
            await new PresentationRemoval(host).EndEntryAsync(attachment, () => host.Ledger.Remove(attachment), cancellationToken);
        }
    }

    /// <summary>The checks of <see cref="RunAsync"/> before its first change, for what is visible now. It claims no device and takes no lock.</summary>
    public async Task CheckAsync(StorageElement asked, bool keepAccess, CancellationToken cancellationToken)
    {
        var (element, isOfPresentation) = await PrepareAsync(asked, cancellationToken);
        var found = await FindAsync(element, isOfPresentation, cancellationToken);
        var disks = found.Disks.Where(disk => IsStill(disk, found.Identity)).Select(disk => disk.Device);
        await host.Claims.DemandUnusedAsync(found.Map is null ? [] : [found.Map], [.. disks], RefusalOf(element), cancellationToken);
        await DemandDetachableAsync(element, found, [], keepAccess, cancellationToken); // the groups are checked by the array
    }

    /// <summary>The element with the identity it has on the array, and whether the identity belongs to its presentation.</summary>
    private async Task<(StorageElement Element, bool IsOfPresentation)> PrepareAsync(StorageElement asked, CancellationToken cancellationToken)
    {
        host.DemandRights("Detaching an element");
        // The array is called only where needed: it may be what is broken, and the check of the host must work without it.
        var isOfPresentation = host.Ledger.TryLoadPresented(asked) is not null || array.HasPresentationIdentities;
        return (asked.Page83Id.Length > 0 || isOfPresentation ? asked : await array.GetElementAsync(asked, cancellationToken), isOfPresentation);
    }

    /// <summary>What this host has of the element.</summary>
    private async Task<Found> FindAsync(StorageElement element, bool isOfPresentation, CancellationToken cancellationToken)
    {
        var before = isOfPresentation ? await LoadPresentedAsync(element, cancellationToken) : host.Ledger.TryLoad(element.Page83Id);
        var page83Id = isOfPresentation ? before!.Page83Id : element.Page83Id;
        var map = page83Id.Length > 0 ? MultipathMaps.Find(host.Roots, page83Id) : null;
        var disks = isOfPresentation ? FindDisks(host.Ledger.FindOwnPlaces(before!)) : FindDisks(page83Id, map);
        if (isOfPresentation && map is not null && !map.Slaves(host.Roots).All(slave => disks.Exists(disk => disk.Name == slave)))
        {
            map = null; // another element's, with the same identity
        }

        return new(before, page83Id, map, disks, isOfPresentation ? null : page83Id);
    }

    /// <summary>The last checks before the first change.</summary>
    /// <returns>The element; as it is on the array now, where it is to be withdrawn.</returns>
    private async Task<StorageElement> DemandDetachableAsync(
        StorageElement element, Found found, IReadOnlyList<string> groups, bool keepAccess, CancellationToken cancellationToken)
    {
        if (!keepAccess)
        {
            element = await array.GetElementAsync(element, cancellationToken);
            if (found.Identity is null)
            {
                DemandOwnPlaces(element, found.Disks);
            }

            if (groups.Count > 0)
            {
                // They are used last, when the device is gone.
                (await AccessGroupSelector.ReadAsync(host, array, cancellationToken)).DemandKnown(groups, element.StorageServerName);
            }
        }

        return found.Map is { } map && !host.Multipath.IsListening
            ? throw MultipathErrors.MultipathdUnreachableToRemove(map.Name, element.Name)
            : element;
    }

    private static DeviceRefusal RefusalOf(StorageElement element) =>
        new((device, use) => DeviceErrors.DeviceInUse(element, device, use), cause => DeviceErrors.DeviceUseUnknown(element, cause));

    /// <summary>The element's disks: those with its identity, and those in its map whose identity can't be read any more.</summary>
    private List<Disk> FindDisks(string page83Id, DmDevice? map) =>
    [
        .. ScsiDisk.FindAll(host.Roots, page83Id)
            .Union(map?.Slaves(host.Roots).Where(disk => ScsiDisk.ReadIdentity(host.Roots, disk) is null) ?? [])
            .Select(name => ScsiDevice.OfDisk(host.Roots, name) is { } device ? new Disk(name, device) : null)
            .OfType<Disk>()
    ];

    /// <summary>The disks at the places of a presentation, whatever identity they show.</summary>
    private List<Disk> FindDisks(PresentedIdentity presented) =>
    [
        .. presented.FindDevices(host.Roots, host.Initiator.Sessions())
            .Select(device => device.Disk is { } name ? new Disk(name, device) : null)
            .OfType<Disk>()
    ];

    /// <summary>False when the kernel has given the disk's name to another device since, or the array its place to another LUN.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="identity">The identity that it must show, if any; null = its place proves it.</param>
    private bool IsStill(Disk disk, string? identity) =>
        ScsiDevice.OfDisk(host.Roots, disk.Name)?.Folder == disk.Device.Folder
        && (identity is null || disk.Device.ReadIdentity() is not { } now || now == identity);

    /// <summary>Claims those disks that still are what they were. Meanwhile others may have got their names: they are left alone.</summary>
    private async Task<(DeviceClaim Claim, List<Disk> Disks)> ClaimDisksAsync(
        List<Disk> disks, string? identity, DeviceRefusal refusal, CancellationToken cancellationToken)
    {
        while (true)
        {
            disks = [.. disks.Where(disk => IsStill(disk, identity))];
            try
            {
                var claim = await host.Claims.TakeDisksAsync(disks.Select(disk => disk.Name), refusal, cancellationToken);
                if (disks.TrueForAll(disk => IsStill(disk, identity)))
                {
                    return (claim, disks); // a claimed disk keeps its name
                }

                claim.Dispose();
            }
            catch (StorageElementBusyException) when (!disks.TrueForAll(disk => IsStill(disk, identity)))
            {
                // Another device has one of the names, and is in use.
            }
        }
    }

    /// <summary>
    /// Refuses where the array presents the element now, and there are disks of another one, which had this place before: they lead to the element.
    /// </summary>
    private void DemandOwnPlaces(StorageElement element, List<Disk> disks)
    {
        var present = new PresentedIdentity { Places = element.LunAddresses };
        if (FindDisks(present).Except(disks).FirstOrDefault() is { } disk)
        {
            var owner = host.Ledger.Attachments.FirstOrDefault(
                other => other.StorageElementUuid != element.Uuid && other.Presented?.Places.Any(present.Places.Contains) == true);
            throw DeviceErrors.DeviceInUseByAnother(element, disk.Name, owner?.StorageElementName);
        }
    }

    /// <summary>The ledger's entry of the attach; without one, what is at the places that the array reports.</summary>
    private async Task<Attachment> LoadPresentedAsync(StorageElement asked, CancellationToken cancellationToken)
    {
        if (host.Ledger.TryLoadPresented(asked) is { } known)
        {
            return known;
        }

        var element = await array.GetElementAsync(asked, cancellationToken);
        var presented = new PresentedIdentity { Places = element.LunAddresses };
        var sessions = host.Initiator.Sessions();
        return new()
        {
            StorageElementUuid = element.Uuid,
            StorageElementName = element.Name,
            Page83Id = presented.FindDevices(host.Roots, sessions).Select(device => device.ReadIdentity()).FirstOrDefault(id => id is not null) ?? "",
            Presented = presented with
            {
                OtherSessionIds = PresentedLun.FindOtherSessions(host, element), // their owner is unknown: they stay
                Boot = BootId.TryRead(host.Roots.Proc),
                Since = TimeProvider.System.GetTimestamp(), // the array has just reported them
            },
        };
    }

    /// <summary>Removes the map and claims its paths at once, before another program can take one of them.</summary>
    private async Task<(DeviceClaim Claim, List<Disk> Disks)> RemoveMapAsync(
        string page83Id, List<Disk> disks, string? identity, DeviceRefusal refusal, CancellationToken cancellationToken)
    {
        var again = new Backoff(host.Deadlines.MapGone);
        while (true)
        {
            host.Step("remove map");
            await host.MapRemoval.RunAsync(page83Id, cancellationToken);
            try
            {
                return await ClaimDisksAsync(disks, identity, refusal, cancellationToken);
            }
            catch (StorageElementBusyException) when (MultipathMaps.Find(host.Roots, page83Id) is not null)
            {
                // A pending udev event made multipathd create the map again.
                if (!await again.WaitAsync(cancellationToken))
                {
                    throw;
                }
            }
        }
    }

    private async Task RemoveFromHostAsync(Attachment attachment, List<Disk> disks, CancellationToken cancellationToken)
    {
        var devices = disks.Select(disk => disk.Device).Where(device => device.Exists).ToList();
        foreach (var connector in HostConnectors.All(host))
        {
            await connector.DisconnectAsync(attachment.Key, [.. devices.Where(connector.Carries)], cancellationToken);
        }

        await host.Scsi.DeleteAsync(devices, cancellationToken); // disks of unknown transports

        if (attachment.Presented is not null)
        {
            var removal = new PresentationRemoval(host);
            await removal.ForgetIdentityAsync(attachment, cancellationToken);
            await removal.LogoutAsync(attachment, cancellationToken);
            return;
        }

        // Pending udev events may have created the map again, from disks that are gone now.
        if (MultipathMaps.Find(host.Roots, attachment.Page83Id) is not null)
        {
            await host.MapRemoval.RunAsync(attachment.Page83Id, cancellationToken);
        }

        DeviceLinks.Clear(host.Roots, attachment.Page83Id);
        await host.Wwids.RemoveAsync(attachment.Page83Id, cancellationToken);
    }

    /// <summary>
    /// Looks once more: a disk shows this element only now where the array gave it the number of another one, or where somebody's scan found it again.
    /// </summary>
    private async Task RemoveWhatCameAsync(Attachment attachment, StorageElement element, bool isOfPresentation, CancellationToken cancellationToken)
    {
        if (await FindAsync(element, isOfPresentation, cancellationToken) is not { Disks: [_, ..] } found)
        {
            return;
        }

        var refusal = RefusalOf(element);
        var (claim, disks) = found.Map is null
            ? await ClaimDisksAsync(found.Disks, found.Identity, refusal, cancellationToken)
            : await RemoveMapAsync(found.Page83Id, found.Disks, found.Identity, refusal, cancellationToken);
        using (claim)
        {
            await RemoveFromHostAsync(attachment, disks, cancellationToken);
        }
    }

    /// <returns>True when no path carries I/O: then queueing was disabled, and nothing flushed.</returns>
    private async Task<bool> FlushAsync(DmDevice map, CancellationToken cancellationToken)
    {
        if (await host.Multipath.TryShowMapAsync(map, cancellationToken) is { } shown
            && shown.Paths.All(path => path.State == OscPathState.Failed))
        {
            // Not open, so there is no dirty data. Queued I/O would block forever, so queueing is disabled.
            warn($"No path of {map.Name} carries I/O: it is removed without writing to it.");
            host.Step("stop queueing");
            await host.Multipath.StopQueueingAsync(map, cancellationToken);
            return true;
        }

        host.Step("flush");
        await DeviceFlush.RunAsync(host.Roots, host.Deadlines, map.KernelName, map.Name, cancellationToken);
        return false;
    }

    /// <summary>The map stays: its I/O must wait for a path again, as multipath's settings say. The caller's cancellation must not prevent that.</summary>
    private async Task RestoreQueueingAsync(string page83Id)
    {
        if (MultipathMaps.Find(host.Roots, page83Id) is not { } map)
        {
            return;
        }

        string reply;
        try
        {
            reply = await host.Multipath.RestoreQueueingAsync(map, CancellationToken.None);
        }
        catch (StorageConnectException e)
        {
            reply = e.Message;
        }

        if (reply != "ok")
        {
            warn($"{map.Name} stays, and its I/O fails while no path carries it, instead of waiting: multipathd did not restore queueing ({reply}). "
                + $"'multipathd restorequeueing map {map.Name}' does.");
        }
    }

    private async Task FlushAsync(List<Disk> disks, CancellationToken cancellationToken)
    {
        host.Step("flush");
        foreach (var (name, device) in disks.Where(disk => disk.Device.State is "running"))
        {
            if (await host.Identities.IsWithdrawnAsync(device, cancellationToken))
            {
                // Not open, so there is no dirty data, and a flush would fail each time.
                warn($"No LUN is behind {name} any more: the array has withdrawn it. It is removed without writing to it.");
                continue;
            }

            await DeviceFlush.RunAsync(host.Roots, host.Deadlines, name, name, cancellationToken);
        }
    }

    private async Task WithdrawAsync(StorageElement element, IReadOnlyList<string> named, CancellationToken cancellationToken)
    {
        var choice = await AccessGroupSelector.ReadAsync(host, array, cancellationToken);
        var groups = named.Count > 0 ? named : choice.SelectForWithdraw(element);
        if (groups.Count > 0)
        {
            host.Step("withdraw");
            element = await array.WithdrawAsync(element, groups, cancellationToken);
        }

        if (choice.Shared(element) is [_, ..] shared)
        {
            warn(AccessGroupSelector.StaysPresented(element, shared));
        }
    }

    /// <summary>What this host has of an element.</summary>
    /// <param name="Before">The ledger's entry, if any.</param>
    /// <param name="Page83Id">The identity as this host has it.</param>
    /// <param name="Map">Its map, if any.</param>
    /// <param name="Disks">Its disks.</param>
    /// <param name="Identity">The identity that the disks must show; null where it belongs to the presentation.</param>
    private sealed record Found(Attachment? Before, string Page83Id, DmDevice? Map, List<Disk> Disks, string? Identity);

    /// <summary>A disk that was found. The kernel gives its name to another device as soon as this one is gone.</summary>
    /// <param name="Name">The kernel's name.</param>
    /// <param name="Device">What it was when it was found.</param>
    private sealed record Disk(string Name, ScsiDevice Device);
}
