using StorageConnect.Host.Multipath;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Storage;

/// <summary>Brings an element's device on this host to the size it has on the array: every path, then the map, then the proof.</summary>
internal sealed class Resizing(LinuxHost host)
{
    /// <param name="element">With its size on the array.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<OscDevice> RunAsync(StorageElement element, CancellationToken cancellationToken)
    {
        host.DemandRights("Resizing on the host");
        using var gate = await host.Locks.TakeElementAsync(element.Page83Id, cancellationToken);
        var map = DmDevice.FindMap(host.Roots, element.Page83Id);
        var disks = map?.Slaves(host.Roots).ToList() ?? [.. ScsiDisk.FindAll(host.Roots, element.Page83Id)];
        if (disks.Count == 0)
        {
            throw new NotFoundException($"'{element.Name}' ({element.Page83Id}) has no device on this host.")
            {
                ErrorId = "DeviceNotFound",
                Element = element.Name,
                Recommendation = "Attach it with Connect-OscStorageElement: it comes with its size.",
            };
        }

        var devices = disks.ToDictionary(disk => disk, disk => ScsiDevice.OfDisk(host.Roots, disk));
        if (devices.FirstOrDefault(path => path.Value?.State is not "running").Key is { } down)
        {
            throw PathNotReady(element, $"its disk {down} is {devices[down]?.State ?? "gone"}");
        }

        host.Step("rescan");
        await Task.WhenAll(devices.Values.Select(device => host.Scsi.RescanAsync(device!, cancellationToken)));
        if (devices.FirstOrDefault(path => path.Value!.ReadIdentity() != element.Page83Id).Key is { } wrong)
        {
            throw new DataCorruptException($"The disk {wrong} of '{element.Name}' leads to another LUN by now. Its size was not taken over.")
            {
                ErrorId = "WrongDisk",
                Element = element.Name,
                Recommendation = "Stop using the device at once. Get-OscHostResidue shows what is wrong, Clear-OscHostResidue removes it.",
            };
        }

        if (!await Watch.UntilAsync(host.Roots, () => disks.TrueForAll(disk => SizeOf(disk) == element.SizeBytes), host.Deadlines.LunSeenEverywhere, cancellationToken))
        {
            var other = disks.First(disk => SizeOf(disk) != element.SizeBytes);
            throw PathNotReady(element, $"its disk {other} shows {SizeOf(other)} bytes, and the array {element.SizeBytes}");
        }

        if (map is not null)
        {
            await ResizeMapAsync(element, map, cancellationToken);
        }

        return await new DeviceReader(host).TryReadAsync(element.Page83Id, cancellationToken)
            ?? throw PathNotReady(element, "it has just gone");
    }

    private long SizeOf(string device) => DeviceReader.ReadSize(host.Roots, device);

    private async Task ResizeMapAsync(StorageElement element, DmDevice map, CancellationToken cancellationToken)
    {
        var patience = new Backoff(host.Deadlines.MapResized);
        string reply;
        do
        {
            if (SizeOf(map.KernelName) == element.SizeBytes)
            {
                return; // it says ok also when it did nothing, and fail when an event was faster: the size alone counts
            }

            host.Step("resize map");
            reply = await host.Multipath.ResizeMapAsync(map, cancellationToken);
        }
        while (SizeOf(map.KernelName) == element.SizeBytes || await patience.WaitAsync(cancellationToken));

        throw new ArrayUnreachableException(
            $"The multipath device {map.Name} of '{element.Name}' does not come to {element.SizeBytes} bytes; multipathd said: {reply.ReplaceLineEndings(" ")}.")
        {
            ErrorId = MultipathdError.RefusedId,
            Element = element.Name,
            Retryable = true,
            Recommendation = "All its disks have the new size. See multipathd's log, then repeat.",
        };
    }

    private static StorageElementBusyException PathNotReady(StorageElement element, string why) =>
        new($"The device of '{element.Name}' can't take over the new size: {why}.")
        {
            ErrorId = "PathNotReady",
            Element = element.Name,
            Retryable = true,
            Recommendation = "Every path must be up (Get-OscDevice). Repair it, then repeat with the same size.",
        };
}
