using StorageConnect.Host.Devices;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>Removes devices left by interrupted full scans.</summary>
/// <remarks>
/// A device that the session did not have before the scan counts as left by it. So this runs before each rescan on purpose, and an outdated entry removes
/// nothing: it stays until its session ends, and <c>Test-OscHost</c> shows it.
/// </remarks>
internal sealed class FullScanCleanup(LinuxHost host, StaleDevices stale)
{
    /// <summary>The caller holds the locks of these targets, so a recorded scan of one of them is not running any more.</summary>
    public async Task RunAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken)
    {
        if (host.Ledger.FullScans is not [_, ..] scans)
        {
            return; // the usual case
        }

        var sessions = host.Initiator.Sessions();
        foreach (var scan in scans)
        {
            if (sessions.FirstOrDefault(session => scan.IsAt(session, host.Roots)) is not { } session)
            {
                host.Ledger.Remove(scan); // and its disks went with it
            }
            else if (targets.Contains(session.TargetName) && !scan.IsOutdated)
            {
                await RunAsync(scan, ScsiDevice.Of(host.Roots, session), cancellationToken);
            }
        }
    }

    private async Task RunAsync(FullScan scan, IReadOnlyList<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        // Devices added since, except those of attached elements.
        var known = host.Ledger.Attachments.Select(attachment => attachment.Page83Id).ToHashSet();
        var besides = devices.Where(device => !scan.Before.Contains(device.Hctl) && (device.ReadIdentity() is not { } id || !known.Contains(id)));
        await stale.TryPurgeAsync([.. besides], cancellationToken);
        host.Ledger.Remove(scan);
    }
}
