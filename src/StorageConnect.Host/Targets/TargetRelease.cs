using StorageConnect.Host.Connectors;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Targets;

/// <summary>
/// The guide's generic stop: ends sessions with all their devices. Refuses before any change when a device is in use; then removes multipath
/// devices, disks and sessions, in this order.
/// </summary>
internal sealed class TargetRelease(LinuxHost host)
{
    public async Task StopAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        await StopAsync(await ChooseAsync(server, contexts, cancellationToken), cancellationToken);
    }

    /// <summary>The checks of <see cref="StopAsync(StorageServer, IReadOnlyList{AccessContext}, CancellationToken)"/> without the change: it claims
    /// no device, and waits for no other run.</summary>
    public async Task CheckAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        var sessions = host.Initiator.Sessions().Where(await ChooseAsync(server, contexts, cancellationToken)).ToList();
        var disks = sessions.SelectMany(session => ScsiDevice.Of(host.Roots, session)).Select(device => device.Disk).OfType<string>().ToList();
        var maps = MapsOver([.. disks]);
        await host.Claims.DemandUnusedAsync(maps, disks, RefusalOf(sessions), cancellationToken);
        DemandMultipathd(sessions, maps);
    }

    /// <summary>Ends the session with one target at its portal.</summary>
    public Task LogoutAsync(IscsiTarget target, CancellationToken cancellationToken)
    {
        host.DemandRights("Logging out of iSCSI targets");
        var node = LoginPlanner.NodeOf(target, new());
        return StopAsync(session => session.TargetName == node.TargetName && session.Portal == node.Portal, cancellationToken);
    }

    /// <summary>Ends the sessions that <paramref name="choose"/> selects.</summary>
    public async Task StopAsync(Func<IscsiSession, bool> choose, CancellationToken cancellationToken)
    {
        using var held = await host.Locks.TakeTargetsAsync(host.Initiator.Sessions().Where(choose).Select(session => session.TargetName), cancellationToken);
        var sessions = host.Initiator.Sessions().Where(choose).ToList();
        var devices = sessions.SelectMany(session => ScsiDevice.Of(host.Roots, session)).ToList();
        var maps = MapsOver([.. devices.Select(device => device.Disk).OfType<string>()]);
        var disks = devices.Select(device => device.Disk).OfType<string>().ToList();
        var refusal = RefusalOf(sessions);
        using (await ClaimMapsAsync(maps, refusal, cancellationToken))
        using (await host.Claims.TakeDisksAsync(disks, refusal, cancellationToken))
        {
            DemandMultipathd(sessions, maps);
        }

        foreach (var map in maps)
        {
            await host.MapRemoval.RunAsync(map.Wwid, cancellationToken);
        }

        using var claim = await host.Claims.TakeDisksAsync(disks, refusal, cancellationToken);
        await host.Scsi.DeleteAsync(devices, cancellationToken);

        // Pending udev events may have created a map again, from disks that are gone now.
        foreach (var map in maps)
        {
            await host.MapRemoval.RunAsync(map.Wwid, cancellationToken);
        }

        foreach (var session in sessions)
        {
            await host.Initiator.LogoutAsync(session, cancellationToken);
        }

        maps.ForEach(map => DeviceLinks.Clear(host.Roots, map.Wwid));
        foreach (var owned in host.Ledger.Sessions.Where(owned => sessions.Exists(session => owned.IsServedBy(session, host.Roots))))
        {
            host.Ledger.Remove(owned);
        }
    }

    /// <summary>The sessions with the server's targets that belong to the access contexts given.</summary>
    private async Task<Func<IscsiSession, bool>> ChooseAsync(
        StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        host.DemandRights("Logging out of iSCSI targets");
        var nodes = await LoginPlanner.PlanTargetsAsync(server, contexts, cancellationToken);
        return session => nodes.Any(node => node.IsServedBy(session));
    }

    /// <summary>The maps that lose all their paths with these disks. Other maps keep working.</summary>
    private List<DmDevice> MapsOver(HashSet<string> disks) =>
    [
        .. disks.Select(disk => MultipathMaps.FindOver(host.Roots, disk))
            .OfType<DmDevice>()
            .DistinctBy(map => map.Uuid)
            .Where(map => map.Slaves(host.Roots).All(disks.Contains))
    ];

    private async Task<DeviceClaim> ClaimMapsAsync(List<DmDevice> maps, DeviceRefusal refusal, CancellationToken cancellationToken)
    {
        var claims = new DeviceClaim();
        try
        {
            foreach (var map in maps)
            {
                claims.Add(await host.Claims.TakeMapAsync(map, refusal, cancellationToken));
            }

            return claims;
        }
        catch
        {
            claims.Dispose();
            throw;
        }
    }

    private void DemandMultipathd(List<IscsiSession> sessions, List<DmDevice> maps)
    {
        if (maps.Count > 0 && !host.Multipath.IsListening)
        {
            throw MultipathErrors.MultipathdUnreachableToRemove(maps[0].Name, NamesOf(sessions));
        }
    }

    private static DeviceRefusal RefusalOf(List<IscsiSession> sessions) => new(
        (device, use) => DeviceErrors.DeviceInUseAtLogout(NamesOf(sessions), device, use),
        cause => DeviceErrors.DeviceUseUnknownAtLogout(NamesOf(sessions), cause));

    private static string NamesOf(List<IscsiSession> sessions) => string.Join(", ", sessions.Select(session => session.TargetName).Distinct());
}
