using System.Globalization;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Connectors;

/// <summary>Fibre Channel: the fabric logs in by itself; devices are found by scanning, and removed one by one.</summary>
internal sealed class FibreChannelConnector(LinuxHost host) : IConnector
{
    private readonly StaleDevices _stale = new(host);

    public bool Carries(ScsiDevice device) => Ports().Contains(device.Host);

    public async Task DisconnectAsync(string page83Id, IReadOnlyList<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        await _stale.PurgeMappedAsync(devices, cancellationToken); // the element's own map is gone
        await host.Scsi.DeleteAsync(devices, cancellationToken);
    }

    public async Task RescanAsync(IReadOnlyList<IscsiTarget> targets, CancellationToken cancellationToken)
    {
        var ports = Ports();
        var devices = SysFile.Names(Path.Combine(host.Roots.Sys, "block"), "sd*")
            .Select(disk => ScsiDevice.OfDisk(host.Roots, disk))
            .OfType<ScsiDevice>()
            .Where(device => ports.Contains(device.Host));
        await Task.WhenAll(devices.Select(device => host.Scsi.RescanAsync(device, cancellationToken)));
        await Task.WhenAll(ports.Select(port => host.Scsi.ScanAllAsync(port, cancellationToken)));
    }

    public async Task<IReadOnlyList<FoundPath>> ConnectAsync(ConnectRequest request, CancellationToken cancellationToken)
    {
        var element = request.Element;
        var ports = Ports();
        if (ports.Count == 0)
        {
            throw AttachErrors.NoFibreChannelPort(element);
        }

        var before = Disks(element);
        var empty = new HashSet<string>();
        foreach (var disk in before)
        {
            if (ScsiDevice.OfDisk(host.Roots, disk) is not { } device)
            {
                continue;
            }

            switch (await _stale.AskAsync(device, cancellationToken))
            {
                case DeviceIdentityState.Changed:
                    await _stale.PurgeAsync(device, cancellationToken);
                    break;
                case DeviceIdentityState.Empty:
                    empty.Add(disk);
                    break;
            }
        }

        host.Step("scan");
        try
        {
            await Task.WhenAll(ports.Select(port => host.Scsi.ScanAllAsync(port, cancellationToken)));
            await Watch.UntilAsync(host.Roots, () => Disks(element).Except(empty).Any(), host.Deadlines.LunSeen, cancellationToken);
        }
        finally
        {
            Disks(element).Except(before).Select(disk => ScsiDevice.OfDisk(host.Roots, disk)).OfType<ScsiDevice>().ToList().ForEach(request.Changes.Added);
        }

        var found = Disks(element)
            .Except(empty)
            .Select(disk => (Disk: disk, Device: ScsiDevice.OfDisk(host.Roots, disk)))
            .Where(path => path.Device is not null)
            .Select(path => new FoundPath(path.Device!, path.Disk, !before.Contains(path.Disk)))
            .ToList();
        return found.Count > 0 ? found : throw AttachErrors.ElementNotSeenByFibreChannel(element);
    }

    private List<int> Ports()
    {
        const string prefix = "host";
        return [.. SysFile.Names(Path.Combine(host.Roots.Sys, "class", "fc_host"), prefix + "*")
            .Select(name => int.Parse(name[prefix.Length..], CultureInfo.InvariantCulture))];
    }

    private IReadOnlyList<string> Disks(StorageElement element) => ScsiDisk.FindAll(host.Roots, element.Page83Id);
}
