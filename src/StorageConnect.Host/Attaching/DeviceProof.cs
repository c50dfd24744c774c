using StorageConnect.Host.Connectors;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Attaching;

/// <summary>
/// The last check of an attach, before its device is returned: every path of the device leads to the element. The scans have refused wrong disks
/// at a LUN number before that (<see cref="WrongDisk"/>).
/// </summary>
internal sealed class DeviceProof(LinuxHost host, Action<string> warn)
{
    /// <summary>The device, with every path's identity read once more through the device that will carry the data.</summary>
    /// <param name="element">The element.</param>
    /// <param name="pathsFound">The number of its disks.</param>
    /// <param name="presented">Checks the disks of an identity that belongs to a presentation; null for others.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="DataCorruptException">A path leads to another LUN (<c>WrongDisk</c>).</exception>
    /// <exception cref="NotFoundException">All paths disappeared meanwhile, or none answers (<c>ElementNotSeen</c>).</exception>
    public async Task<OscDevice> RunAsync(StorageElement element, int pathsFound, PresentedLun? presented, CancellationToken cancellationToken)
    {
        var device = await ReadAsync(element, cancellationToken);
        if (device is not { Verified: true })
        {
            throw device?.Paths.Any(IsThere) != true ? AttachErrors.ElementNotSeenAnyMore(element)
                : device.HasWrongPath ? DeviceErrors.WrongDisk(element)
                : AttachErrors.ElementNotSeenWhileSilent(element);
        }

        if (presented is not null)
        {
            await presented.ProveAsync(device.Paths.Select(path => Path.GetFileName(path.Device)), cancellationToken);
        }

        if (device.SizeBytes != element.SizeBytes)
        {
            warn($"{device.Path} has {device.SizeBytes} bytes and '{element.Name}' {element.SizeBytes} on the array. "
                + "Resize-OscStorageElement -IncludeHost with that size updates the host.");
        }

        if (device.Paths.Count < pathsFound)
        {
            warn($"{device.Path} has {device.Paths.Count} paths, though {pathsFound} were found.");
        }

        foreach (var path in device.Paths.Where(path => path.State == OscPathState.Failed))
        {
            warn($"{device.Path} has a path that carries no I/O now: {path.Device}{(path.Portal is null ? "" : $" through the portal {path.Portal}")}.");
        }

        return device;
    }

    /// <summary>The device. A path that disappears at this moment shows no identity either. The device is then read once more, without that path.</summary>
    private async Task<OscDevice?> ReadAsync(StorageElement element, CancellationToken cancellationToken)
    {
        var reader = new DeviceReader(host);
        return await reader.TryReadAsync(element.Page83Id, cancellationToken) is { Verified: true } device
            ? device
            : await reader.TryReadAsync(element.Page83Id, cancellationToken);
    }

    private bool IsThere(OscDevicePath path) => ScsiDevice.OfDisk(host.Roots, Path.GetFileName(path.Device)) is not null;
}
