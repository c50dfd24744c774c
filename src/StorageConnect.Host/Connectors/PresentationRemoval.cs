using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>Removes the devices of a presentation that has ended or is about to end: its identity proves nothing any more.</summary>
internal sealed class PresentationRemoval(LinuxHost host)
{
    /// <summary>Removes the disks at its places with their map, logs out of sessions that carry nothing else, and deletes the ledger's entry.</summary>
    /// <exception cref="StorageElementBusyException">They are in use. The entry stays.</exception>
    public async Task RunAsync(Attachment attachment, CancellationToken cancellationToken)
    {
        await RemoveDevicesAsync(attachment, cancellationToken);
        await LogoutAsync(attachment, cancellationToken);
        await EndEntryAsync(attachment, () => host.Ledger.Remove(attachment), cancellationToken);
    }

    /// <summary>Removes the disks at its places with their map.</summary>
    /// <exception cref="StorageElementBusyException">They are in use. Nothing was removed.</exception>
    public async Task RemoveDevicesAsync(Attachment attachment, CancellationToken cancellationToken)
    {
        await new StaleDevices(host).PurgeAllAsync(host.Ledger.FindOwnPlaces(attachment).FindDevices(host.Roots, host.Initiator.Sessions()), cancellationToken);
        await ForgetIdentityAsync(attachment, cancellationToken);
    }

    /// <summary>Ends the ledger's entry. Of two entries with the same identity, the last one that ends takes the map and the names with it.</summary>
    /// <param name="attachment">The entry.</param>
    /// <param name="end">Deletes or replaces it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task EndEntryAsync(Attachment attachment, Action end, CancellationToken cancellationToken)
    {
        using var held = await host.Locks.TakePurgeAsync(cancellationToken);
        await ForgetIdentityCoreAsync(attachment, cancellationToken);
        end();
    }

    /// <summary>Removes the map and the names of the identity, unless another element's disks have the same identity.</summary>
    public async Task ForgetIdentityAsync(Attachment attachment, CancellationToken cancellationToken)
    {
        using var held = await host.Locks.TakePurgeAsync(cancellationToken);
        await ForgetIdentityCoreAsync(attachment, cancellationToken);
    }

    private async Task ForgetIdentityCoreAsync(Attachment attachment, CancellationToken cancellationToken)
    {
        if (attachment.Page83Id.Length == 0 || ScsiDisk.FindAll(host.Roots, attachment.Page83Id).Count > 0
            || host.Ledger.Attachments.Any(other => other.Page83Id == attachment.Page83Id && other.Key != attachment.Key))
        {
            return;
        }

        if (MultipathMaps.Find(host.Roots, attachment.Page83Id) is not null)
        {
            await host.MapRemoval.RunAsync(attachment.Page83Id, cancellationToken);
        }

        DeviceLinks.Clear(host.Roots, attachment.Page83Id);
        await host.Wwids.RemoveAsync(attachment.Page83Id, cancellationToken);
    }

    /// <summary>
    /// Logs out of sessions with the element's targets that carry no LUN any more: those we created, and those that the plug-in created for it.
    /// </summary>
    public async Task LogoutAsync(Attachment attachment, CancellationToken cancellationToken)
    {
        var presented = host.Ledger.FindOwnPlaces(attachment);
        var owned = host.Ledger.Sessions.Where(one => one.MadeFor == attachment.Key || presented.IsTarget(one.TargetName)).ToList();
        using var held = await host.Locks.TakeTargetsAsync(
            presented.Places.Select(place => place.TargetName).Concat(owned.Select(one => one.TargetName)), cancellationToken);
        await new SessionRelease(host).ReleaseAsync(owned, [], cancellationToken);
        foreach (var session in host.Initiator.Sessions().Where(session => presented.IsTarget(session.TargetName)))
        {
            var isOthers = presented.OtherSessionIds.Contains(session.Id) && presented.Boot == BootId.TryRead(host.Roots.Proc);
            if (!isOthers && !host.Ledger.Sessions.Any(one => one.IsServedBy(session, host.Roots))
                && !ScsiDevice.Of(host.Roots, session).Any(device => device.HoldsData))
            {
                host.Step("logout");
                await host.Initiator.LogoutAsync(session, cancellationToken);
            }
        }
    }
}
