using System.Globalization;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Storage;

/// <summary>Finds an element's disks behind this host's Fibre Channel ports.</summary>
internal sealed class FibreChannelConnector(LinuxHost host, StorageElement element, AttachUndo undo)
{
    private readonly StaleDevices _stale = new(host);

    public async Task<IReadOnlyList<FoundPath>> RunAsync(CancellationToken cancellationToken)
    {
        var ports = SysFile.Names(Path.Combine(host.Roots.Sys, "class", "fc_host"), "host*").ToList();
        if (ports.Count == 0)
        {
            throw AttachErrors.NoFibreChannelPort(element);
        }

        var before = Disks();
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
            await Task.WhenAll(ports.Select(port => host.Scsi.ScanAllAsync(int.Parse(port["host".Length..], CultureInfo.InvariantCulture), cancellationToken)));
            await Watch.UntilAsync(host.Roots, () => Disks().Except(empty).Any(), host.Deadlines.LunSeen, cancellationToken);
        }
        finally
        {
            Disks().Except(before).Select(disk => ScsiDevice.OfDisk(host.Roots, disk)).OfType<ScsiDevice>().ToList().ForEach(undo.Added);
        }

        var found = Disks()
            .Except(empty)
            .Select(disk => (Disk: disk, Device: ScsiDevice.OfDisk(host.Roots, disk)))
            .Where(path => path.Device is not null)
            .Select(path => new FoundPath(path.Device!, path.Disk, !before.Contains(path.Disk)))
            .ToList();
        return found.Count > 0 ? found : throw AttachErrors.ElementNotSeenByFibreChannel(element);
    }

    private IReadOnlyList<string> Disks() => ScsiDisk.FindAll(host.Roots, element.Page83Id);
}
