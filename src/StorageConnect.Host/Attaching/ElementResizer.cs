using StorageConnect.Host.Connectors;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Udev;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Attaching;

/// <summary>Resizes an element's device on this host to its size on the array: every path, then the map, then a check of all.</summary>
internal sealed class ElementResizer(LinuxHost host)
{
    /// <param name="element">With its size on the array.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<OscDevice> RunAsync(StorageElement element, CancellationToken cancellationToken)
    {
        host.DemandRights("Resizing on the host");
        using var held = await host.Locks.TakeElementAsync(
            host.Ledger.TryLoadPresented(element) is null ? element.Page83Id : Ledger.Attachment.KeyOf(element.Uuid), cancellationToken);
        (element, var map, var devices) = Find(element);
        host.Step("rescan");
        await Task.WhenAll(devices.Values.Select(device => host.Scsi.RescanAsync(device, cancellationToken)));
        await WrongDisk.DemandUnchangedAsync(host.Identities, element, devices, cancellationToken);
        if (!await Watch.UntilAsync(host.Roots, $"{element.SizeBytes} bytes on all paths", () => devices.Keys.All(disk => SizeOf(disk) == element.SizeBytes),
            host.Deadlines.LunSeenEverywhere, cancellationToken))
        {
            var other = devices.Keys.First(disk => SizeOf(disk) != element.SizeBytes);
            throw devices[other].Exists
                ? DeviceErrors.PathNotReady(element, other, SizeOf(other))
                : DeviceErrors.PathNotReady(element, other, "gone");
        }

        if (map is not null)
        {
            await ResizeMapAsync(element, map, cancellationToken);
        }

        return await new DeviceReader(host).TryReadAsync(element.Page83Id, cancellationToken)
            ?? throw DeviceErrors.PathNotReady(element);
    }

    /// <summary>Fails where the element has no device on this host, or a path of it is not ready. Before the array resizes it.</summary>
    public void Check(StorageElement element) => Find(element);

    /// <summary>The element with the identity that this host knows, its map if it has one, and its paths.</summary>
    private (StorageElement Element, DmDevice? Map, Dictionary<string, ScsiDevice> Devices) Find(StorageElement element)
    {
        if (host.Ledger.TryLoadPresented(element) is { } presented)
        {
            element = element with { Page83Id = presented.Page83Id };
        }

        var map = MultipathMaps.Find(host.Roots, element.Page83Id);
        var disks = map?.Slaves(host.Roots).ToList() ?? [.. ScsiDisk.FindAll(host.Roots, element.Page83Id)];
        if (disks.Count == 0)
        {
            throw DeviceErrors.DeviceNotFound(element);
        }

        var devices = new Dictionary<string, ScsiDevice>();
        foreach (var disk in disks)
        {
            var device = ScsiDevice.OfDisk(host.Roots, disk);
            if (device?.State is not "running" and var state)
            {
                throw DeviceErrors.PathNotReady(element, disk, state ?? "gone");
            }

            devices[disk] = device!;
        }

        return (element, map, devices);
    }

    private long SizeOf(string device) => DeviceReader.ReadSize(host.Roots, device);

    private async Task ResizeMapAsync(StorageElement element, DmDevice map, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(host.Deadlines.MapResized);
        string reply;
        do
        {
            if (SizeOf(map.KernelName) == element.SizeBytes)
            {
                return; // multipathd replies "ok" also when it did nothing, and "fail" when an event was faster: only the size counts
            }

            host.Step("resize map");
            reply = await host.Multipath.ResizeMapAsync(map, cancellationToken);
        }
        while (SizeOf(map.KernelName) == element.SizeBytes || await backoff.WaitAsync(cancellationToken));

        throw MultipathErrors.MultipathdRefusedSize(element, map.Name, reply);
    }
}
