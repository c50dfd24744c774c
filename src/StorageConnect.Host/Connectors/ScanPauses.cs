using StorageConnect.Host.Devices;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Connectors;

/// <summary>The pauses between scans for an element that isn't visible yet: arrays send no event when a LUN becomes visible.</summary>
/// <remarks>
/// A scan of all LUNs also brings in the disks of other elements, which are removed again. udev and multipathd handle an event for each of them. If scans
/// follow each other faster than that, the events queue up, and a late one is about a disk whose name belongs to another disk by then.
/// </remarks>
internal sealed class ScanPauses(LinuxHost host)
{
    private readonly Backoff _usual = new(TimeSpan.MaxValue, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));
    private readonly Backoff _afterOthers = new(TimeSpan.MaxValue, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    /// <summary>The pause before a scan is repeated.</summary>
    /// <param name="hasBroughtOthers">Whether it brought in other elements' disks.</param>
    /// <param name="cancellationToken">Ends the pause.</param>
    public async Task WaitAsync(bool hasBroughtOthers, CancellationToken cancellationToken)
    {
        if (hasBroughtOthers)
        {
            await Watch.UntilAsync(
                host.Roots, "udev to handle the scan's other disks", () => !UdevQueue.IsBusy(host.Roots), host.Deadlines.LinksSettled, cancellationToken);
        }

        await (hasBroughtOthers ? _afterOthers : _usual).WaitAsync(cancellationToken);
    }
}
