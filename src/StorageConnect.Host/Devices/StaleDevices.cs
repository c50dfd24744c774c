using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Udev;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Devices;

/// <summary>
/// Removes SCSI devices whose LUN number the array gave to another element. The kernel doesn't notice that by itself, and a map of such devices
/// would mix two elements' data.
/// </summary>
internal sealed class StaleDevices(LinuxHost host)
{
    /// <summary>Makes the kernel re-read the device's identity, and compares it.</summary>
    public async Task<DeviceIdentityState> RecheckAsync(ScsiDevice device, CancellationToken cancellationToken)
    {
        var before = device.ReadIdentity();
        if (!device.IsDown)
        {
            await host.Scsi.RescanAsync(device, cancellationToken); // of a blocked device it would wait for its path
        }

        return device.ReadIdentity() is not { } now || now != before ? DeviceIdentityState.Changed
            : device.IsDown ? DeviceIdentityState.Down
            : device.State is not "running" ? DeviceIdentityState.Changed
            // sysfs keeps the cached identity of an unmapped LUN. Only INQUIRY tells.
            : (await host.Identities.ReadAsync([device], cancellationToken))[device.Folder].Page83Id is not { } asked ? DeviceIdentityState.Empty
            : asked == now ? DeviceIdentityState.Genuine
            : DeviceIdentityState.Changed;
    }

    /// <summary>
    /// True for a device that an interrupted attach or detach has set offline to remove it. It never comes back by itself, and can't be asked what is behind
    /// its LUN number by now.
    /// </summary>
    public bool IsHalfRemoved(ScsiDevice device) =>
        device.State is "offline" && device.ReadIdentity() is { } identity
        && host.Ledger.TryLoad(identity)?.State is AttachmentState.Attaching or AttachmentState.Detaching;

    /// <summary>Removes unrelated devices. Those in use stay, and so does the last path of a map in use that carries I/O.</summary>
    public async Task TryPurgeAsync(IEnumerable<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        foreach (var device in devices)
        {
            try
            {
                await PurgeAsync(device, isDown: false, isUnrelated: true, cancellationToken);
            }
            catch (StorageElementBusyException e) when (e.ErrorId != nameof(HostErrors.HostLockHeld))
            {
                // A volume group on it may have been activated when it appeared.
            }
        }
    }

    /// <summary>Removes those of these devices that are paths of a map: the map of the LUN they led to before.</summary>
    /// <exception cref="StorageElementBusyException">The map is in use.</exception>
    public async Task PurgeMappedAsync(IEnumerable<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        foreach (var device in devices.Where(device => device.Disk is { } disk && MultipathMaps.FindOver(host.Roots, disk) is not null))
        {
            await PurgeAsync(device, cancellationToken);
        }
    }

    /// <summary>Removes devices that are all paths of the same maps, or of none. A map in use keeps all its paths.</summary>
    /// <exception cref="StorageElementBusyException">One of the maps or disks is in use.</exception>
    public async Task PurgeAllAsync(IReadOnlyCollection<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        var disks = devices.Select(device => device.Disk).OfType<string>().ToHashSet();
        foreach (var device in devices.Where(device => device.Disk is not null))
        {
            if (MultipathMaps.FindOver(host.Roots, device.Disk!) is { } map && map.Slaves(host.Roots).All(disks.Contains))
            {
                using (await host.Claims.TakeMapAsync(map, RefusalOf(device, device.Disk!, map), cancellationToken))
                {
                    host.Step("purge");
                }

                await host.MapRemoval.TryRunAsync(map.Wwid, cancellationToken);
            }
        }

        foreach (var device in devices.Where(device => device.Exists))
        {
            await PurgeAsync(device, cancellationToken);
        }
    }

    /// <summary>Removes a stale device, with its map when that has no other paths.</summary>
    /// <exception cref="StorageElementBusyException">It is in use, and is the last path.</exception>
    public Task PurgeAsync(ScsiDevice device, CancellationToken cancellationToken) =>
        PurgeAsync(device, isDown: false, isUnrelated: false, cancellationToken);

    /// <summary>As <see cref="PurgeAsync(ScsiDevice, CancellationToken)"/>, for a device whose path is down: what is behind it is unknown.</summary>
    /// <exception cref="StorageElementBusyException">It is in use, and is the last path.</exception>
    public Task PurgeDownAsync(ScsiDevice device, CancellationToken cancellationToken) =>
        PurgeAsync(device, isDown: true, isUnrelated: false, cancellationToken);

    /// <summary>As <see cref="PurgeDownAsync"/>, so that a new device can take its place. The last path in use stays.</summary>
    /// <returns>The error that says why it stays; null when it is removed.</returns>
    public async Task<StorageElementBusyException?> TryPurgeDownAsync(ScsiDevice device, CancellationToken cancellationToken)
    {
        try
        {
            await PurgeDownAsync(device, cancellationToken);
            return null;
        }
        catch (StorageElementBusyException e) when (e.ErrorId == nameof(DeviceErrors.StaleDeviceInUse))
        {
            return e;
        }
    }

    private async Task PurgeAsync(ScsiDevice device, bool isDown, bool isUnrelated, CancellationToken cancellationToken)
    {
        // Sequential: whether a disk is a map's last path must not change meanwhile.
        using var held = await host.Locks.TakePurgeAsync(cancellationToken);
        if (device.Disk is { } disk && MultipathMaps.FindOver(host.Roots, disk) is { } map)
        {
            await PurgeFromMapAsync(device, disk, map, isDown, isUnrelated, cancellationToken);
            return;
        }

        using var claim = await ClaimAsync(device, isDown, cancellationToken);
        host.Step("purge");
        await host.Scsi.DeleteAsync(device, cancellationToken);
    }

    private Task<DeviceClaim> ClaimAsync(ScsiDevice device, bool isDown, CancellationToken cancellationToken) => host.Claims.TakeDevicesAsync(
        [device],
        new((name, use) => InUse(device, name, isDown, use), cause => DeviceErrors.DeviceUseUnknownOfDisk(device.Disk ?? device.Hctl, cause)),
        cancellationToken);

    private static StorageElementBusyException InUse(ScsiDevice device, string disk, bool isDown, string use) => isDown
        ? DeviceErrors.StaleDeviceInUseDown(disk, device.Hctl, use)
        : DeviceErrors.StaleDeviceInUse(disk, device.Hctl, use);

    private static DeviceRefusal RefusalOf(ScsiDevice device, string disk, DmDevice map, bool isDown = false) => new(
        (_, use) => InUse(device, disk, isDown, $"the last path of the multipath device {map.Name}, which is {use}"),
        cause => DeviceErrors.DeviceUseUnknownOfDisk(disk, cause));

    private async Task PurgeFromMapAsync(
        ScsiDevice device, string disk, DmDevice map, bool isDown, bool isUnrelated, CancellationToken cancellationToken)
    {
        var isLast = map.Slaves(host.Roots).All(slave => slave == disk);
        if (!isLast)
        {
            // A path of the map's own LUN may be the only one that carries I/O, and so may one whose identity the kernel could not read. One that leads to
            // another LUN is removed from a map in use, too.
            var identity = device.ReadIdentity();
            using var kept = (identity is null || (isUnrelated && identity == map.Wwid)) && !await host.HasOtherPathAsync(map, [disk], cancellationToken)
                ? await host.Claims.TakeLastingMapAsync(map, RefusalOf(device, disk, map), cancellationToken)
                : null;
            host.Step("purge");
            await host.Scsi.DeleteAsync(device, cancellationToken);

            // multipathd removes the path from the map on the same event; without it nobody does. A disk of that name is another one, and may be a path of
            // that map.
            await Watch.UntilAsync(
                host.Roots,
                $"multipathd to drop {disk} from {map.Name}",
                () => !map.ListedSlaves(host.Roots).Contains(disk)
                    || ScsiDevice.OfDisk(host.Roots, disk) is not null
                    || !host.Multipath.IsListening,
                host.Deadlines.DiskSettled,
                cancellationToken);
        }
        else
        {
            var refusal = RefusalOf(device, disk, map, isDown);
            using (await host.Claims.TakeMapAsync(map, refusal, cancellationToken))
            {
                host.Step("purge");
            }

            // A map that can't be removed is claimed until its last disk is gone: nobody can begin to use it.
            using var kept = await host.MapRemoval.TryRunAsync(map.Wwid, cancellationToken)
                ? null
                : await host.Claims.TakeLastingMapAsync(map, refusal, cancellationToken);
            using var claim = await ClaimAsync(device, isDown, cancellationToken);
            await host.Scsi.DeleteAsync(device, cancellationToken);
        }

        // A pending udev event may have created the map again, from the disk that is gone now.
        if (MultipathMaps.Find(host.Roots, map.Wwid) is { } empty && !empty.Slaves(host.Roots).Any())
        {
            await host.MapRemoval.TryRunAsync(map.Wwid, cancellationToken);
        }
    }
}
