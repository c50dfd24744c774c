using StorageConnect.Host.Iscsi;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Host.Storage;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Residue;

/// <summary>What the host alone tells. A session that lost its portal but still has LUNs is none: an outage is not for clearing away.</summary>
internal sealed class HostResidueSearch(LinuxHost host)
{
    private const string Clear = "Clear-OscHostResidue clears it away.";
    private readonly IscsiDatabase _database = new(host.Roots, host.Deadlines);
    private readonly StaleDevices _stale = new(host);

    public IEnumerable<FoundResidue> Find()
    {
        var sessions = host.Initiator.Sessions();
        return
        [
            .. Sessions(sessions), .. Records(sessions), .. Maps(), .. Disks(sessions), .. Links(), .. Attachments()
        ];
    }

    private IEnumerable<FoundResidue> Sessions(IReadOnlyList<IscsiSession> sessions) =>
        from session in sessions
        where !ScsiDevice.Of(host.Roots, session).Any(device => device.HoldsData)
        select Found(
            OscHostResidueKind.OrphanSession,
            $"session {session.Id}: {session.TargetName} at {session.Portal}",
            $"No LUN comes through it ({session.State}).",
            token => new TargetRelease(host).StopAsync(
                other => other.Id == session.Id && other.TargetName == session.TargetName && !ScsiDevice.Of(host.Roots, other).Any(device => device.HoldsData), token));

    private IEnumerable<FoundResidue> Records(IReadOnlyList<IscsiSession> sessions) =>
        from node in _database.ReadNodes()
        where IscsiDatabase.IsOurs(node.Path) && !sessions.Any(session => session.TargetName == node.TargetName && session.Portal == node.Portal)
        select Found(
            OscHostResidueKind.OrphanRecord,
            node.Path,
            "Its session is no more, and it may hold a CHAP secret.",
            token => IscsiDatabase.IsOurs(node.Path) ? _database.DeleteAsync(node.Path, token) : Task.CompletedTask);

    private IEnumerable<FoundResidue> Maps()
    {
        foreach (var map in MultipathMaps())
        {
            var wwid = map.Uuid[DmDevice.MultipathPrefix.Length..];
            var disks = map.Slaves(host.Roots).ToList();
            if (disks.Count == 0)
            {
                yield return Found(OscHostResidueKind.EmptyMap, map.Name, "It has no paths.", token => host.Teardown.RunAsync(wwid, token));
            }

            foreach (var disk in disks)
            {
                if (ScsiDevice.OfDisk(host.Roots, disk) is { } device && device.ReadIdentity() is { } identity && identity != wwid)
                {
                    yield return Found(
                        OscHostResidueKind.WrongIdentity, disk, $"It is a path of {map.Name} ({wwid}), and leads to {identity}.", token => _stale.PurgeAsync(device, token));
                }
            }
        }
    }

    private IEnumerable<FoundResidue> Disks(IReadOnlyList<IscsiSession> sessions) =>
        from session in sessions
        where session.IsLoggedIn
        from device in ScsiDevice.Of(host.Roots, session)
        where device.HoldsData && device.State is "offline"
        select Found(
            OscHostResidueKind.StaleDevice,
            device.Disk ?? device.Hctl,
            $"The kernel has given it up, though {session.TargetName} at {session.Portal} answers: its LUN is gone.",
            token => device.State is "offline" ? _stale.PurgeAsync(device, token) : Task.CompletedTask);

    private IEnumerable<FoundResidue> Links()
    {
        string[] folders = ["disk/by-id", "disk/by-path", "mapper"];
        return
            from folder in folders
            from name in SysFile.Names(Path.Combine(host.Roots.Dev, folder))
            let path = $"/dev/{folder}/{name}"
            where IsDead(path) && Speaks(folder, name)
            select Found(
                OscHostResidueKind.DeadLink,
                path,
                "The device it led to is gone; the next of that name would be mistaken for it.",
                _ =>
                {
                    if (IsDead(path))
                    {
                        File.Delete(FileOf(path));
                    }

                    return Task.CompletedTask;
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
                Reason = $"Its {(attachment.State == Ledger.AttachmentState.Attaching ? "attaching" : "detaching")} did not come to its end, or is under way.",
                Since = attachment.Since,
                SuggestedAction = "Connect-OscStorageElement completes it, Disconnect-OscStorageElement undoes it.",
            },
            null);

    private IEnumerable<DmDevice> MultipathMaps() => SysFile.Names(Path.Combine(host.Roots.Sys, "block"), "dm-*")
        .Select(name => DmDevice.TryRead(host.Roots, name))
        .OfType<DmDevice>()
        .Where(map => map.Uuid.StartsWith(DmDevice.MultipathPrefix, StringComparison.Ordinal));

    // Of other things' links nothing is known here.
    private static bool Speaks(string folder, string name) =>
        folder is "mapper"
        || name.StartsWith("scsi-", StringComparison.Ordinal) || name.StartsWith("wwn-", StringComparison.Ordinal) || name.StartsWith("dm-uuid-mpath-", StringComparison.Ordinal)
        || name.Contains("-iscsi-", StringComparison.Ordinal);

    private bool IsDead(string path) => new FileInfo(FileOf(path)).LinkTarget is not null && DeviceLink.KernelNameOf(host.Roots, path) is null;

    private string FileOf(string path) => Path.Combine(host.Roots.Dev, path["/dev/".Length..]);

    private static FoundResidue Found(OscHostResidueKind kind, string what, string reason, Func<CancellationToken, Task> clear) =>
        new(new() { Kind = kind, What = what, Reason = reason, SuggestedAction = Clear }, clear);
}
