using System.Globalization;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Connectors;

/// <summary>Fibre Channel: the HBA logs in by itself; LUNs are scanned for target by target, and removed one by one.</summary>
internal sealed class FibreChannelConnector(LinuxHost host) : IConnector
{
    private readonly StaleDevices _stale = new(host);

    public bool Carries(ScsiDevice device) => Ports().Contains(device.Host);

    public async Task DisconnectAsync(string key, IReadOnlyList<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        // A run that attaches behind the same ports may be removing a disk that leads to this element since LUN numbers were exchanged.
        var ports = FibreChannelTarget.ReadAll(host.Roots).Where(target => devices.Any(target.Carries)).Select(target => target.Wwpn);
        using var held = await host.Locks.TakeTargetsAsync(ports, cancellationToken);
        await _stale.PurgeMappedAsync(devices, cancellationToken); // the element's own map is gone
        await host.Scsi.DeleteAsync(devices, cancellationToken);
    }

    public async Task RescanAsync(IReadOnlyList<IscsiTarget> targets, CancellationToken cancellationToken)
    {
        // The targets given are iSCSI's and don't apply here: all ports that this host sees are scanned.
        await Task.WhenAll(Devices().Select(device => host.Scsi.RescanAsync(device, cancellationToken)));
        await Task.WhenAll(FibreChannelTarget.ReadAll(host.Roots).Where(target => target.IsOnline)
            .Select(target => host.Scsi.ScanAsync(target, null, cancellationToken)));
    }

    public async Task<IReadOnlyList<FoundPath>> ConnectAsync(ConnectRequest request, CancellationToken cancellationToken)
    {
        if (Ports().Count == 0)
        {
            throw AttachErrors.NoFibreChannelPort(request.Element);
        }

        return await new FibreChannelSearch(host, request, Devices).RunAsync(cancellationToken);
    }

    private List<int> Ports()
    {
        const string prefix = "host";
        return [.. SysFile.Names(Path.Combine(host.Roots.Sys, "class", "fc_host"), prefix + "*")
            .Select(name => int.Parse(name[prefix.Length..], CultureInfo.InvariantCulture))];
    }

    /// <summary>The disks behind this host's Fibre Channel ports.</summary>
    private List<ScsiDevice> Devices()
    {
        var ports = Ports();
        return
        [
            .. SysFile.Names(Path.Combine(host.Roots.Sys, "block"), "sd*")
                .Select(disk => ScsiDevice.OfDisk(host.Roots, disk))
                .OfType<ScsiDevice>()
                .Where(device => ports.Contains(device.Host))
        ];
    }
}
