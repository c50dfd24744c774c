using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Targets;

/// <summary>The LUNs behind targets, from sysfs alone.</summary>
internal sealed class LunReader(LinuxHost host)
{
    public ValueList<HostLun> Read(ValueList<string> targetNames)
    {
        var paths =
            from session in host.Initiator.Sessions()
            where targetNames.Contains(session.TargetName)
            from device in ScsiDevice.Of(host.Roots, session)
            where device.Disk is not null
            let id = device.ReadIdentity()
            where id is not null
            select (Session: session, Device: device, Id: id);
        return
        [
            .. from path in paths
               group path by path.Id into lun
               orderby lun.Key
               select new HostLun
               {
                   Page83Id = lun.Key,
                   SizeBytes = lun.Max(path => DeviceReader.ReadSize(host.Roots, path.Device.Disk ?? "")),
                   Model = ReadModel(lun.First().Device),
                   TargetNames = lun.Select(path => path.Session.TargetName).Distinct().ToValueList(),
                   Addresses = lun.Select(path => new LunAddress { TargetName = path.Session.TargetName, Lun = KernelLuns.ToNumber(path.Device.Lun) })
                       .Distinct().ToValueList(),
                   Paths = lun.Count(),
                   UsablePaths = lun.Count(path => path.Session.IsLoggedIn && path.Device.State is "running"),
               }
        ];
    }

    private static string ReadModel(ScsiDevice device) =>
        $"{Read(device, "vendor")} {Read(device, "model")}".Trim();

    private static string Read(ScsiDevice device, string name) => SysFile.TryReadText(Path.Combine(device.Folder, name))?.Trim() ?? "";
}
