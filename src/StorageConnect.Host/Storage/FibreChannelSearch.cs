using System.Globalization;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Storage;

/// <summary>Finds an element's disks behind this host's Fibre Channel ports.</summary>
internal sealed class FibreChannelSearch(LinuxHost host, StorageElement element, AttachUndo undo)
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
        foreach (var disk in before)
        {
            if (ScsiDevice.OfDisk(host.Roots, disk) is { } device && !await _stale.IsGenuineAsync(device, cancellationToken))
            {
                await _stale.PurgeAsync(device, cancellationToken);
            }
        }

        host.Step("scan");
        await Task.WhenAll(ports.Select(port => host.Scsi.ScanAllAsync(int.Parse(port["host".Length..], CultureInfo.InvariantCulture), cancellationToken)));
        await Watch.UntilAsync(host.Roots, () => Disks().Count > 0, host.Deadlines.LunSeen, cancellationToken);
        var found = Disks()
            .Select(disk => (Disk: disk, Device: ScsiDevice.OfDisk(host.Roots, disk)))
            .Where(path => path.Device is not null)
            .Select(path => new FoundPath(path.Device!, path.Disk, !before.Contains(path.Disk)))
            .ToList();
        found.Where(path => path.IsNew).ToList().ForEach(path => undo.Added(path.Device));
        return found.Count > 0 ? found : throw AttachErrors.ElementNotSeenByFibreChannel(element);
    }

    private IReadOnlyList<string> Disks() => ScsiDisk.FindAll(host.Roots, element.Page83Id);
}
