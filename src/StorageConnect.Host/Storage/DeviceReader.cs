using System.Globalization;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Storage;

/// <summary>The LUNs on this host as they are now, from sysfs; of multipathd it takes the state of the paths.</summary>
internal sealed class DeviceReader(LinuxHost host)
{
    /// <summary>All multipath devices, and all disks of remote LUNs that are in none.</summary>
    public async Task<IReadOnlyList<OscDevice>> ReadAllAsync(CancellationToken cancellationToken)
    {
        var maps = await TryShowMapsAsync(cancellationToken);
        var sessions = IscsiSession.ReadAll(host.Roots).ToDictionary(session => session.Id);
        var attachments = host.Ledger.Attachments.ToLookup(attachment => attachment.Page83Id);
        var devices = SysFile.Names(Path.Combine(host.Roots.Sys, "block"), "dm-*")
            .Select(name => DmDevice.TryRead(host.Roots, name))
            .Where(device => device?.Uuid.StartsWith(DmDevice.MultipathPrefix, StringComparison.Ordinal) == true)
            .Select(map => Read(map!, maps, sessions));
        var disks = SysFile.Names(Path.Combine(host.Roots.Sys, "block"), "sd*")
            .Where(disk => !ScsiDisk.IsMultipathPath(host.Roots, disk))
            .Select(disk => (Disk: disk, Device: ScsiDevice.OfDisk(host.Roots, disk), Id: ScsiDisk.ReadIdentity(host.Roots, disk)))
            .Where(found => found.Device is not null && found.Id is not null && IsRemote(found.Device))
            .Select(found => Read(found.Disk, found.Device!, found.Id!, sessions));
        return [.. devices.Concat(disks).Select(device => Own(device, attachments[device.Wwid].FirstOrDefault()))];
    }

    /// <summary>The device of one identity: the map where there is one, else the first of its disks; null when it isn't on this host.</summary>
    public async Task<OscDevice?> TryReadAsync(string wwid, CancellationToken cancellationToken)
    {
        var sessions = IscsiSession.ReadAll(host.Roots).ToDictionary(session => session.Id);
        var attachment = host.Ledger.TryLoad(wwid);
        if (DmDevice.FindMap(host.Roots, wwid) is { } map)
        {
            var shown = host.Multipath.IsListening ? await host.Multipath.TryShowMapAsync(map, cancellationToken) : null;
            return Own(Read(map, shown is null ? [] : [shown], sessions), attachment);
        }

        return ScsiDisk.FindAll(host.Roots, wwid)
            .Select(disk => ScsiDevice.OfDisk(host.Roots, disk) is { } device ? Own(Read(disk, device, wwid, sessions), attachment) : null)
            .FirstOrDefault(device => device is not null);
    }

    /// <summary>A block device's size in bytes; 0 when it is gone.</summary>
    public static long ReadSize(HostRoots roots, string kernelName)
    {
        const int sector = 512; // whatever the device's own blocks are
        return long.TryParse(SysFile.TryReadText(Path.Combine(roots.Sys, "block", kernelName, "size")), NumberStyles.None, CultureInfo.InvariantCulture, out var sectors)
            ? sectors * sector
            : 0;
    }

    private static OscDevice Own(OscDevice device, Attachment? attachment) => attachment is null
        ? device
        : device with { StorageElementUuid = attachment.StorageElementUuid, StorageServerUuid = attachment.StorageServerUuid };

    private async Task<IReadOnlyList<MultipathMap>> TryShowMapsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return host.Multipath.IsListening ? await host.Multipath.ShowMapsAsync(cancellationToken) : [];
        }
        catch (ArrayUnreachableException)
        {
            return []; // the devices are there all the same; only the checker's word is missing
        }
    }

    private OscDevice Read(DmDevice map, IReadOnlyList<MultipathMap> shown, Dictionary<int, IscsiSession> sessions)
    {
        var wwid = map.Uuid[DmDevice.MultipathPrefix.Length..];
        var known = shown.FirstOrDefault(one => one.Wwid == wwid)?.Paths ?? [];
        var disks = map.Slaves(host.Roots).ToList();
        return new()
        {
            Path = host.Paths.Find(wwid) is [var path, ..] ? path : "/dev/" + map.KernelName,
            Wwid = wwid,
            SizeBytes = ReadSize(host.Roots, map.KernelName),
            Multipath = true,
            Paths = [.. disks.Select(disk => ReadPath(disk, sessions, known.FirstOrDefault(path => path.Disk == disk)?.State))],
            Verified = disks.Count > 0 && disks.TrueForAll(disk => ScsiDisk.ReadIdentity(host.Roots, disk) == wwid),
        };
    }

    private OscDevice Read(string disk, ScsiDevice device, string wwid, Dictionary<int, IscsiSession> sessions) => new()
    {
        Path = host.Paths.Find(wwid).FirstOrDefault(path => DeviceLink.KernelNameOf(host.Roots, path) == disk) ?? "/dev/" + disk,
        Wwid = wwid,
        SizeBytes = ReadSize(host.Roots, disk),
        Paths = [ReadPath(disk, sessions, null)],
        Verified = device.ReadIdentity() == wwid,
    };

    private OscDevicePath ReadPath(string disk, Dictionary<int, IscsiSession> sessions, OscPathState? state)
    {
        var device = ScsiDevice.OfDisk(host.Roots, disk);
        var session = device?.SessionId is { } id ? sessions.GetValueOrDefault(id) : null;
        return new()
        {
            Device = "/dev/" + disk,
            Hctl = device?.Hctl ?? "",
            Portal = session?.Portal.ToString(),
            State = state ?? (device?.State is "running" && session?.IsLoggedIn != false ? OscPathState.Active : OscPathState.Failed),
        };
    }

    private bool IsRemote(ScsiDevice device) =>
        device.SessionId is not null || Directory.Exists(Path.Combine(host.Roots.Sys, "class", "fc_host", $"host{device.Host}"));
}
