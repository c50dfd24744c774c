using StorageConnect.Host.Connectors;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Targets;

/// <summary>
/// The guide's generic stop: sessions with all that came through them. Refused before anything is touched when somebody would lose a device;
/// then multipath devices, disks, sessions, in this order.
/// </summary>
internal sealed class TargetRelease(LinuxHost host)
{
    public async Task StopAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        host.DemandRights("Logging out of iSCSI targets");
        var nodes = await LoginPlanner.PlanTargetsAsync(server, contexts, cancellationToken);
        await StopAsync(session => nodes.Any(node => node.IsServedBy(session)), cancellationToken);
    }

    /// <summary>Ends the sessions that <paramref name="choose"/> wants.</summary>
    public async Task StopAsync(Func<IscsiSession, bool> choose, CancellationToken cancellationToken)
    {
        using var held = await host.Locks.TakeTargetsAsync(host.Initiator.Sessions().Where(choose).Select(session => session.TargetName), cancellationToken);
        var sessions = host.Initiator.Sessions().Where(choose).ToList();
        var devices = sessions.SelectMany(session => ScsiDevice.Of(host.Roots, session)).ToList();
        var maps = MapsOver([.. devices.Select(device => device.Disk).OfType<string>()]);
        RefuseWhenUsed(sessions, devices, maps);
        foreach (var map in maps)
        {
            await host.Teardown.RunAsync(map.Wwid, cancellationToken);
        }

        await Task.WhenAll(devices.Select(device => host.Scsi.DeleteAsync(device, cancellationToken)));

        // Events that were under way may have made a map anew, of disks that are gone now.
        foreach (var map in maps)
        {
            await host.Teardown.RunAsync(map.Wwid, cancellationToken);
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

    /// <summary>The maps that lose all their paths with these disks. Another only loses some, which is what it is for.</summary>
    private List<DmDevice> MapsOver(HashSet<string> disks) =>
    [
        .. disks.Select(disk => MultipathMaps.FindOver(host.Roots, disk))
            .OfType<DmDevice>()
            .DistinctBy(map => map.Uuid)
            .Where(map => map.Slaves(host.Roots).All(disks.Contains))
    ];

    private void RefuseWhenUsed(List<IscsiSession> sessions, List<ScsiDevice> devices, List<DmDevice> maps)
    {
        var target = string.Join(", ", sessions.Select(session => session.TargetName).Distinct());
        try
        {
            var use = maps.Select(map => (Device: map.Name, Use: host.Use.Find(map)))
                .Concat(devices.Select(device => device.Disk).OfType<string>().Select(disk => (Device: disk, Use: host.Use.FindOfDisk(disk))))
                .FirstOrDefault(found => found.Use is not null);
            if (use.Use is not null)
            {
                throw DeviceErrors.DeviceInUseAtLogout(target, use.Device, use.Use);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DeviceErrors.DeviceUseUnknownAtLogout(target, e);
        }

        if (maps.Count > 0 && !host.Multipath.IsListening)
        {
            throw MultipathErrors.MultipathdUnreachableToRemove(maps[0].Name, target);
        }
    }
}
