using StorageConnect.Host.Devices;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>Takes away what scans without a LUN number brought up, where their run was killed before it could do so itself.</summary>
internal sealed class FullScanCleanup(LinuxHost host, StaleDevices stale)
{
    /// <summary>To be called by one who has the locks of these targets: so whoever noted a scan at one of them is dead.</summary>
    public async Task RunAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken)
    {
        if (host.Ledger.FullScans is not [_, ..] scans)
        {
            return; // as good as always
        }

        var sessions = host.Initiator.Sessions();
        foreach (var scan in scans)
        {
            if (sessions.FirstOrDefault(session => scan.IsAt(session, host.Roots)) is not { } session)
            {
                host.Ledger.Remove(scan); // and its disks went with it
            }
            else if (targets.Contains(session.TargetName))
            {
                await RunAsync(scan, ScsiDevice.Of(host.Roots, session), cancellationToken);
            }
        }
    }

    private async Task RunAsync(FullScan scan, IReadOnlyList<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        // What came since, and is no element of ours. Those of ours are whole, or taken up by whoever asks for them.
        var known = host.Ledger.Attachments.Select(attachment => attachment.Page83Id).ToHashSet();
        var besides = devices.Where(device => !scan.Before.Contains(device.Hctl) && (device.ReadIdentity() is not { } id || !known.Contains(id)));
        await stale.TryPurgeAsync([.. besides], cancellationToken);
        host.Ledger.Remove(scan);
    }
}
