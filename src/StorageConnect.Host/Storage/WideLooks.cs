using StorageConnect.Host.Ledger;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Storage;

/// <summary>Takes away what looks without a LUN number brought up, where their run was killed before it could do so itself.</summary>
internal sealed class WideLooks(LinuxHost host, StaleDevices stale)
{
    /// <summary>To be called by one who has the locks of these targets: so whoever noted a look at one of them is dead.</summary>
    public async Task TidyAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken)
    {
        if (host.Ledger.Looks is not [_, ..] looks)
        {
            return; // as good as always
        }

        var sessions = host.Initiator.Sessions();
        foreach (var look in looks)
        {
            if (sessions.FirstOrDefault(session => look.IsAt(session, host.Roots)) is not { } session)
            {
                host.Ledger.Remove(look); // and its disks went with it
            }
            else if (targets.Contains(session.TargetName))
            {
                await TidyAsync(look, ScsiDevice.Of(host.Roots, session), cancellationToken);
            }
        }
    }

    private async Task TidyAsync(WideLook look, IReadOnlyList<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        // What came since, and is no element of ours. Those of ours are whole, or taken up by whoever asks for them.
        var known = host.Ledger.Attachments.Select(attachment => attachment.Page83Id).ToHashSet();
        var besides = devices.Where(device => !look.Before.Contains(device.Hctl) && (device.ReadIdentity() is not { } id || !known.Contains(id)));
        await stale.TryPurgeAsync([.. besides], cancellationToken);
        host.Ledger.Remove(look);
    }
}
