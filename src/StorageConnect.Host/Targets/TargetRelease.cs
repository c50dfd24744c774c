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
    private const string NoOtherPath = ", and none of its other paths carries I/O";

    public async Task StopAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        await StopAsync(await ChooseAsync(server, contexts, cancellationToken), cancellationToken);
    }

    /// <summary>The checks of <see cref="StopAsync(StorageServer, IReadOnlyList{AccessContext}, CancellationToken)"/> without the change: it claims
    /// no device, and waits for no other run.</summary>
    public async Task CheckAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        var sessions = host.Initiator.Sessions().Where(await ChooseAsync(server, contexts, cancellationToken)).ToList();
        var devices = DevicesOf(sessions);
        var (maps, cutOff) = await FindMapsAsync(devices, cancellationToken);
        await host.Claims.DemandUnusedAsync(maps, devices, RefusalOf(sessions), cancellationToken);
        await host.Claims.DemandUnusedAsync(cutOff, [], RefusalOf(sessions, NoOtherPath), cancellationToken);
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
        var maps = new List<DmDevice>();

        // Repeated, because a scan by another program may add a device while these are removed. A logout would remove that one even if it is in use.
        while (DevicesOf(sessions) is [_, ..] devices)
        {
            maps.AddRange(await RemoveAsync(devices, sessions, cancellationToken));
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

    /// <summary>Removes all devices of these sessions, and the maps that consist of them.</summary>
    /// <returns>The maps.</returns>
    private async Task<IReadOnlyList<DmDevice>> RemoveAsync(List<ScsiDevice> devices, List<IscsiSession> sessions, CancellationToken cancellationToken)
    {
        var refusal = RefusalOf(sessions);
        var (maps, cutOff) = await FindMapsAsync(devices, cancellationToken);
        using (await ClaimMapsAsync(maps, cutOff, sessions, cancellationToken))
        using (await host.Claims.TakeDevicesAsync(devices, refusal, cancellationToken))
        {
            DemandMultipathd(sessions, maps);
        }

        foreach (var map in maps)
        {
            await host.MapRemoval.RunAsync(map.Wwid, cancellationToken);
        }

        // Again: a path of another map may have failed meanwhile, and pending udev events may have created a map again.
        var (recreated, cutOffNow) = await FindMapsAsync(devices, cancellationToken);
        using var claim = await host.Claims.TakeDevicesAsync(devices, refusal, cancellationToken);
        using (await ClaimMapsAsync(recreated, cutOffNow, sessions, cancellationToken))
        {
            await host.Scsi.DeleteAsync(devices, cancellationToken);
        }

        // The same events, from disks that are gone now. multipathd could not remove a map that was claimed here.
        maps = [.. maps.UnionBy(recreated, map => map.Wwid)];
        foreach (var map in maps)
        {
            await host.MapRemoval.RunAsync(map.Wwid, cancellationToken);
        }

        return maps;
    }

    private List<ScsiDevice> DevicesOf(List<IscsiSession> sessions) => [.. sessions.SelectMany(session => ScsiDevice.Of(host.Roots, session))];

    /// <summary>The sessions with the server's targets that belong to the access contexts given.</summary>
    private async Task<Func<IscsiSession, bool>> ChooseAsync(
        StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        host.DemandRights("Logging out of iSCSI targets");
        var nodes = await LoginPlanner.PlanTargetsAsync(server, contexts, cancellationToken);
        return session => nodes.Any(node => node.IsServedBy(session));
    }

    /// <summary>
    /// The maps that consist of these devices and go with them, and those that stay, but without a path that carries I/O. Other maps keep working.
    /// </summary>
    private async Task<(List<DmDevice> Whole, List<DmDevice> CutOff)> FindMapsAsync(List<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        var disks = devices.Select(device => device.Disk).OfType<string>().ToHashSet();
        var whole = new List<DmDevice>();
        var cutOff = new List<DmDevice>();
        foreach (var map in disks.Select(disk => MultipathMaps.FindOver(host.Roots, disk)).OfType<DmDevice>().DistinctBy(map => map.Uuid))
        {
            if (map.Slaves(host.Roots).All(disks.Contains))
            {
                whole.Add(map);
            }
            else if (!await host.HasOtherPathAsync(map, disks, cancellationToken))
            {
                cutOff.Add(map);
            }
        }

        return (whole, cutOff);
    }

    private async Task<DeviceClaim> ClaimMapsAsync(
        List<DmDevice> whole, List<DmDevice> cutOff, List<IscsiSession> sessions, CancellationToken cancellationToken)
    {
        var refusal = RefusalOf(sessions);
        var claims = new DeviceClaim();
        try
        {
            foreach (var map in whole)
            {
                claims.Add(await host.Claims.TakeMapAsync(map, refusal, cancellationToken));
            }

            foreach (var map in cutOff)
            {
                claims.Add(await host.Claims.TakeLastingMapAsync(map, RefusalOf(sessions, NoOtherPath), cancellationToken));
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

    private static DeviceRefusal RefusalOf(List<IscsiSession> sessions, string why = "") => new(
        (device, use) => DeviceErrors.DeviceInUseAtLogout(NamesOf(sessions), device, use + why),
        cause => DeviceErrors.DeviceUseUnknownAtLogout(NamesOf(sessions), cause));

    private static string NamesOf(List<IscsiSession> sessions) => string.Join(", ", sessions.Select(session => session.TargetName).Distinct());
}
