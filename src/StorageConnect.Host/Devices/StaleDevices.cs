using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Udev;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Devices;

/// <summary>
/// Takes away SCSI devices that lead to something else than this host believes: an array gave their LUN number to another element. The kernel
/// never notices that by itself, and a map made of them would mix two elements' data.
/// </summary>
internal sealed class StaleDevices(LinuxHost host)
{
    /// <summary>Has the kernel ask the device anew who it is.</summary>
    public async Task<DeviceIdentityState> AskAsync(ScsiDevice device, CancellationToken cancellationToken)
    {
        var before = device.ReadIdentity();
        await host.Scsi.RescanAsync(device, cancellationToken);
        return device.ReadIdentity() is not { } now || now != before || device.State is not "running" ? DeviceIdentityState.Changed
            // Of a LUN that is gone the kernel shows for ever what it was.
            : (await host.Identities.ReadAsync([device], cancellationToken))[device.Folder] is not { } asked ? DeviceIdentityState.Empty
            : asked == now ? DeviceIdentityState.Genuine
            : DeviceIdentityState.Changed;
    }

    /// <summary>Removes devices that nobody asked for, but for those that somebody came to use: they are his.</summary>
    public async Task TryPurgeAsync(IEnumerable<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        foreach (var device in devices)
        {
            try
            {
                await PurgeAsync(device, cancellationToken);
            }
            catch (StorageElementBusyException e) when (e.ErrorId != nameof(HostErrors.HostLockHeld))
            {
                // A volume group on it may have been activated as soon as it came.
            }
        }
    }

    /// <summary>Removes those of these devices that are under a map: that of what they were before their LUN number was given away.</summary>
    /// <exception cref="StorageElementBusyException">Somebody uses that map.</exception>
    public async Task PurgeMappedAsync(IEnumerable<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        foreach (var device in devices.Where(device => device.Disk is { } disk && MultipathMaps.FindOver(host.Roots, disk) is not null))
        {
            await PurgeAsync(device, cancellationToken);
        }
    }

    /// <summary>Removes devices that are all paths of the same maps, or of none: a map that is in use keeps all its paths.</summary>
    /// <exception cref="StorageElementBusyException">Somebody uses one of the maps, or a disk.</exception>
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

                await host.Teardown.RunAsync(map.Wwid, cancellationToken);
            }
        }

        foreach (var device in devices.Where(device => device.Exists))
        {
            await PurgeAsync(device, cancellationToken);
        }
    }

    /// <summary>Removes a device that is not what it was, with the map that is left empty by it.</summary>
    /// <exception cref="StorageElementBusyException">Somebody uses it, and would lose the last path.</exception>
    public async Task PurgeAsync(ScsiDevice device, CancellationToken cancellationToken)
    {
        // One after the other: whether a disk is a map's last path must not change meanwhile.
        using var held = await host.Locks.TakePurgeAsync(cancellationToken);
        if (device.Disk is { } disk)
        {
            if (MultipathMaps.FindOver(host.Roots, disk) is { } map)
            {
                await PurgeFromMapAsync(device, disk, map, cancellationToken);
                return;
            }

            using var claim = await ClaimAsync(device, disk, cancellationToken);
            host.Step("purge");
            await host.Scsi.DeleteAsync(device, cancellationToken);
            return;
        }

        host.Step("purge");
        await host.Scsi.DeleteAsync(device, cancellationToken);
    }

    private Task<DeviceClaim> ClaimAsync(ScsiDevice device, string disk, CancellationToken cancellationToken) => host.Claims.TakeDisksAsync(
        [disk],
        new((_, use) => DeviceErrors.StaleDeviceInUse(disk, device.Hctl, use), cause => DeviceErrors.DeviceUseUnknownOfDisk(disk, cause)),
        cancellationToken);

    private static DeviceRefusal RefusalOf(ScsiDevice device, string disk, DmDevice map) => new(
        (_, use) => DeviceErrors.StaleDeviceInUse(disk, device.Hctl, $"the last path of the multipath device {map.Name}, which is {use}"),
        cause => DeviceErrors.DeviceUseUnknownOfDisk(disk, cause));

    private async Task PurgeFromMapAsync(ScsiDevice device, string disk, DmDevice map, CancellationToken cancellationToken)
    {
        var isLast = map.Slaves(host.Roots).All(slave => slave == disk);
        if (!isLast)
        {
            host.Step("purge");
            await host.Scsi.DeleteAsync(device, cancellationToken);

            // multipathd hears of it as we do, and takes it out of the map. Another device may have the disk's name by then, and be a path of that map.
            await Watch.UntilAsync(
                host.Roots,
                () => !map.Slaves(host.Roots).Contains(disk) || (ScsiDevice.OfDisk(host.Roots, disk) is { } next && next.Folder != device.Folder),
                host.Deadlines.DiskSettled,
                cancellationToken);
        }
        else
        {
            using (await host.Claims.TakeMapAsync(map, RefusalOf(device, disk, map), cancellationToken))
            {
                host.Step("purge");
            }

            await host.Teardown.RunAsync(map.Wwid, cancellationToken);
            using var claim = await ClaimAsync(device, disk, cancellationToken);
            await host.Scsi.DeleteAsync(device, cancellationToken);
        }

        // An event that was under way may have made it again, of the disk that is gone now.
        if (MultipathMaps.Find(host.Roots, map.Wwid) is { } empty && !empty.Slaves(host.Roots).Any())
        {
            await host.Teardown.RunAsync(map.Wwid, cancellationToken);
        }
    }
}
