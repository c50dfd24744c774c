using System.Globalization;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Devices;

/// <summary>The LUNs on this host as they are now: devices from sysfs, the state of paths from multipathd.</summary>
internal sealed class DeviceReader(LinuxHost host)
{
    /// <summary>All multipath devices of remote LUNs, and all disks of remote LUNs that are in none.</summary>
    public async Task<IReadOnlyList<OscDevice>> ReadAllAsync(CancellationToken cancellationToken)
    {
        var maps = MultipathMaps.ReadAll(host.Roots).Where(IsRemote).Select(Found.Of);
        var disks = SysFile.Names(Path.Combine(host.Roots.Sys, "block"), "sd*")
            .Where(disk => !MultipathMaps.HavePath(host.Roots, disk) && ScsiDevice.OfDisk(host.Roots, disk) is { } device && IsRemote(device))
            .Select(disk => ScsiDisk.ReadIdentity(host.Roots, disk) is { } id ? Found.Of(disk, id) : null)
            .OfType<Found>();
        return await ReadAsync([.. maps, .. disks], await TryShowMapsAsync(cancellationToken), cancellationToken);
    }

    /// <summary>The device of one identity: the map where there is one, else the first of its disks; null when it isn't on this host.</summary>
    public async Task<OscDevice?> TryReadAsync(string wwid, CancellationToken cancellationToken)
    {
        if (MultipathMaps.Find(host.Roots, wwid) is { } map)
        {
            var shown = host.Multipath.IsListening ? await host.Multipath.TryShowMapAsync(map, cancellationToken) : null;
            return (await ReadAsync([Found.Of(map)], shown is null ? [] : [shown], cancellationToken))[0];
        }

        var disk = ScsiDisk.FindAll(host.Roots, wwid).FirstOrDefault(disk => ScsiDevice.OfDisk(host.Roots, disk) is not null);
        return disk is null ? null : (await ReadAsync([Found.Of(disk, wwid)], [], cancellationToken))[0];
    }

    /// <summary>A block device's size in bytes; 0 when it is gone.</summary>
    public static long ReadSize(HostRoots roots, string kernelName)
    {
        const int sector = 512; // whatever the device's block size is
        return long.TryParse(SysFile.TryReadText(Path.Combine(roots.Sys, "block", kernelName, "size")), NumberStyles.None,
            CultureInfo.InvariantCulture, out var sectors)
            ? sectors * sector
            : 0;
    }

    private async Task<IReadOnlyList<MultipathMap>> TryShowMapsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return host.Multipath.IsListening ? await host.Multipath.ShowMapsAsync(cancellationToken) : [];
        }
        catch (HostNotReadyException)
        {
            return []; // the devices are reported without the state of their paths
        }
    }

    private async Task<IReadOnlyList<OscDevice>> ReadAsync(IReadOnlyList<Found> found, IReadOnlyList<MultipathMap> shown, CancellationToken cancellationToken)
    {
        var sessions = IscsiSession.ReadAll(host.Roots).ToDictionary(session => session.Id);
        var states = shown.SelectMany(map => map.Paths).ToLookup(path => path.Disk, path => path.State);
        var paths = found.Select(one => one.Disks(host.Roots).Select(disk => (Disk: disk, Device: ScsiDevice.OfDisk(host.Roots, disk))).ToList()).ToList();
        var identities = await host.Identities.ReadAsync(paths.SelectMany(path => path).Select(path => path.Device).OfType<ScsiDevice>(), cancellationToken);
        var ports = HostInitiator.ReadPorts(host.Roots);
        var presented = host.Ledger.Attachments.Where(attachment => attachment.Presented is not null).ToList();
        return
        [
            .. found.Zip(paths, (one, ways) =>
            {
                var attachment = host.Ledger.TryLoad(one.Wwid)
                    ?? presented.FirstOrDefault(known => known.Page83Id == one.Wwid && ways.TrueForAll(way => IsAtItsPlace(way.Device, known, sessions)));
                var asked = ways.Where(way => way.Device is not null).Select(way => identities[way.Device!.Folder]).ToList();
                return new OscDevice
                {
                    Path = PathOf(one),
                    Wwid = one.Wwid,
                    SizeBytes = ReadSize(host.Roots, one.KernelName),
                    StorageElementUuid = attachment?.StorageElementUuid,
                    StorageServerUuid = attachment?.StorageServerUuid,
                    Multipath = one.Map is not null,
                    Paths = [.. ways.Select(way => ReadPath(way.Disk, way.Device, sessions, ports, states[way.Disk].Cast<OscPathState?>().FirstOrDefault()))],
                    Verified = asked.Count == ways.Count && asked.TrueForAll(path => path.Page83Id == one.Wwid) && asked.Exists(path => !path.IsSilent),
                    HasWrongPath = asked.Exists(path => path.Page83Id != one.Wwid && path is not { IsSilent: true, Page83Id: null }),
                };
            })
        ];
    }

    private static bool IsAtItsPlace(ScsiDevice? device, Attachment attachment, Dictionary<int, IscsiSession> sessions) =>
        device?.SessionId is { } id && sessions.TryGetValue(id, out var session) && attachment.Presented!.IsAt(device, session);

    private string PathOf(Found found) => host.Paths.Find(found.Wwid)
        .FirstOrDefault(path => found.Map is not null || DeviceLink.KernelNameOf(host.Roots, path) == found.KernelName) ?? "/dev/" + found.KernelName;

    private static OscDevicePath ReadPath(string disk, ScsiDevice? device, Dictionary<int, IscsiSession> sessions,
        IReadOnlyDictionary<int, string> ports, OscPathState? state)
    {
        var session = device?.SessionId is { } id ? sessions.GetValueOrDefault(id) : null;
        return new()
        {
            Device = "/dev/" + disk,
            Hctl = device?.Hctl ?? "",
            Portal = session?.Portal.ToString(),
            Initiator = session?.InitiatorName ?? (device is null ? null : ports.GetValueOrDefault(device.Host)),
            State = state ?? (device?.State is "running" && session?.IsLoggedIn != false ? OscPathState.Active : OscPathState.Failed),
        };
    }

    /// <summary>True for a map with a path to a remote LUN; without any path, for one whose WWID is a SCSI identity.</summary>
    private bool IsRemote(DmDevice map) => map.Slaves(host.Roots).ToList() is [_, ..] disks
        ? disks.Exists(disk => ScsiDevice.OfDisk(host.Roots, disk) is { } device && IsRemote(device))
        : MapIdentity.IsPage83(map.Wwid);

    /// <summary>True for a device that came over iSCSI or Fibre Channel.</summary>
    public bool IsRemote(ScsiDevice device) =>
        device.SessionId is not null || Directory.Exists(Path.Combine(host.Roots.Sys, "class", "fc_host", $"host{device.Host}"));

    /// <summary>A device before its identity was checked.</summary>
    /// <param name="KernelName">Its name in sysfs.</param>
    /// <param name="Wwid">Its expected identity.</param>
    /// <param name="Map">The map it is; null for a disk.</param>
    private sealed record Found(string KernelName, string Wwid, DmDevice? Map)
    {
        public static Found Of(DmDevice map) => new(map.KernelName, map.Wwid, map);

        public static Found Of(string disk, string wwid) => new(disk, wwid, null);

        public IEnumerable<string> Disks(HostRoots roots) => Map?.Slaves(roots) ?? [KernelName];
    }
}
