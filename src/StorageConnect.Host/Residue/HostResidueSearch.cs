using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Targets;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Residue;

/// <summary>Residue that the host itself shows. A session that lost its portal but still has LUNs is an outage, not residue.</summary>
internal sealed class HostResidueSearch(LinuxHost host)
{
    private readonly StaleDevices _stale = new(host);

    public async Task<IReadOnlyList<FoundResidue>> FindAsync(CancellationToken cancellationToken)
    {
        var sessions = host.Initiator.Sessions();
        return
        [
            .. Sessions(sessions), .. new RecordResidueSearch(host).Find(sessions), .. await MapsAsync(cancellationToken), .. Disks(sessions),
            .. await LinksAsync(cancellationToken), .. Attachments(),
        ];
    }

    private IEnumerable<FoundResidue> Sessions(IReadOnlyList<IscsiSession> sessions) =>
        from session in sessions
        where !ScsiDevice.Of(host.Roots, session).Any(device => device.HoldsData)
        select FoundResidue.Of(
            OscHostResidueKind.OrphanSession,
            $"session {session.Id}: {session.TargetName} at {session.Portal}",
            $"No LUN comes through it ({session.State}).",
            async token =>
            {
                await new TargetRelease(host).StopAsync(
                    other => other.Id == session.Id && other.TargetName == session.TargetName
                        && !ScsiDevice.Of(host.Roots, other).Any(device => device.HoldsData),
                    token);
                return !session.IsThere(host.Roots);
            });

    private async Task<IEnumerable<FoundResidue>> MapsAsync(CancellationToken cancellationToken)
    {
        var maps = MultipathMaps.ReadAll(host.Roots).Select(map => (Map: map, Disks: map.Slaves(host.Roots).ToList())).ToList();
        var empty =
            from one in maps
            where one.Disks.Count == 0 && MapIdentity.IsPage83(one.Map.Wwid)
            select FoundResidue.Of(OscHostResidueKind.EmptyMap, one.Map.Name, "It has no paths.", token => RemoveEmptyAsync(one.Map.Wwid, token));

        var reader = new DeviceReader(host);
        var paths = (from one in maps
                     where MapIdentity.IsPage83(one.Map.Wwid)
                     from disk in one.Disks
                     let device = ScsiDevice.OfDisk(host.Roots, disk)
                     where device is not null && reader.IsRemote(device)
                     select (one.Map, Disk: disk, Device: device)).ToList();
        var identities = await host.Identities.ReadAsync(paths.Select(path => path.Device), cancellationToken);
        var wrong =
            from path in paths
            let identity = identities[path.Device.Folder].Page83Id
            where identity is not null && identity != path.Map.Wwid
            select FoundResidue.Of(
                OscHostResidueKind.WrongIdentity,
                path.Disk,
                $"It is a path of {path.Map.Name} ({path.Map.Wwid}), and leads to {identity}.",
                token => PurgeWrongAsync(path.Map, path.Disk, path.Device, token));
        return empty.Concat(wrong);
    }

    private async Task<bool> RemoveEmptyAsync(string wwid, CancellationToken cancellationToken)
    {
        var key = host.Ledger.Attachments.FirstOrDefault(attachment => attachment.Page83Id == wwid)?.Key ?? wwid;
        using var held = await host.Locks.TakeElementAsync(key, cancellationToken);
        if (MultipathMaps.Find(host.Roots, wwid) is not { } map || map.Slaves(host.Roots).Any())
        {
            return false;
        }

        await host.MapRemoval.RunAsync(wwid, cancellationToken);
        return true;
    }

    private async Task<bool> PurgeWrongAsync(DmDevice map, string disk, ScsiDevice device, CancellationToken cancellationToken)
    {
        // The path may lead to its LUN again, and the disk's name may be another device's by now.
        if (ScsiDevice.OfDisk(host.Roots, disk) != device || MultipathMaps.FindOver(host.Roots, disk)?.Uuid != map.Uuid
            || (await host.Identities.ReadAsync([device], cancellationToken))[device.Folder].Page83Id is not { } identity || identity == map.Wwid)
        {
            return false;
        }

        await _stale.PurgeAsync(device, cancellationToken);
        return true;
    }

    private IEnumerable<FoundResidue> Disks(IReadOnlyList<IscsiSession> sessions) =>
        from session in sessions
        where session.IsLoggedIn
        from device in ScsiDevice.Of(host.Roots, session)
        where device.HoldsData && device.State is "offline"
        select FoundResidue.Of(
            OscHostResidueKind.StaleDevice,
            device.Disk ?? device.Hctl,
            $"The kernel has given it up, though {session.TargetName} at {session.Portal} answers: its LUN is gone.",
            async token =>
            {
                if (device.State is not "offline")
                {
                    return false;
                }

                await _stale.PurgeAsync(device, token);
                return true;
            });

    private async Task<IEnumerable<FoundResidue>> LinksAsync(CancellationToken cancellationToken)
    {
        // While udev events are queued, a link may still be removed, also because of residue that was just cleared.
        var settling = new Backoff(host.Deadlines.LinksSettled);
        while (UdevQueue.IsBusy(host.Roots))
        {
            if (!await settling.WaitAsync(cancellationToken))
            {
                return [];
            }
        }

        string[] folders = ["disk/by-id", "disk/by-path", "mapper"];
        return
            from folder in folders
            from name in SysFile.Names(Path.Combine(host.Roots.Dev, folder))
            let path = $"/dev/{folder}/{name}"
            where IsDead(path) && Speaks(folder, name)
            select FoundResidue.Of(
                OscHostResidueKind.DeadLink,
                path,
                "The device it led to is gone. The next device of that name would be mistaken for it.",
                _ =>
                {
                    var isDead = IsDead(path);
                    if (isDead)
                    {
                        File.Delete(FileOf(path));
                    }

                    return Task.FromResult(isDead);
                });
    }

    private IEnumerable<FoundResidue> Attachments() =>
        from attachment in host.Ledger.Attachments
        where attachment.State != Ledger.AttachmentState.Attached
        select new FoundResidue(
            new()
            {
                Kind = OscHostResidueKind.Interrupted,
                What = attachment.StorageElementName,
                Reason = $"Its {(attachment.State == Ledger.AttachmentState.Attaching ? "attaching" : "detaching")} was interrupted, or is running.",
                Since = attachment.Since,
                SuggestedAction = "Connect-OscStorageElement completes it, Disconnect-OscStorageElement undoes it.",
            },
            null);

    // Other links are not ours.
    private static bool Speaks(string folder, string name) =>
        folder is "mapper"
        || name.StartsWith("scsi-", StringComparison.Ordinal) || name.StartsWith("wwn-", StringComparison.Ordinal)
            || name.StartsWith("dm-uuid-mpath-", StringComparison.Ordinal)
        || name.Contains("-iscsi-", StringComparison.Ordinal);

    private bool IsDead(string path) => new FileInfo(FileOf(path)).LinkTarget is not null && DeviceLink.KernelNameOf(host.Roots, path) is null;

    private string FileOf(string path) => Path.Combine(host.Roots.Dev, path["/dev/".Length..]);
}
