using StorageConnect.Host.Connectors;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Attaching;

/// <summary>What this attach has done so far, and its rollback. What existed before stays.</summary>
internal sealed class AttachUndo(LinuxHost host, IElementPresenter array, Action<string> warn)
{
    private StorageElement? _presented;
    private IReadOnlyList<string> _groups = [];

    /// <summary>What the connector changed.</summary>
    public AttachChanges Changes { get; } = new();

    /// <summary>True when the element's map existed before: the rollback keeps it.</summary>
    public bool HadMap { get; set; }

    /// <summary>True when this host had a disk of the element before, in a map or not.</summary>
    public bool HadDisk { get; init; }

    /// <summary>
    /// True when this attach put the element's identity on multipath's list, and the element wasn't attached before: the rollback takes it off again.
    /// </summary>
    public bool IsListed { get; private set; }

    /// <summary>The ledger's entry as it was before; null when there was none.</summary>
    public Attachment? Before { get; set; }

    /// <summary>True when all devices at the element's places came with this presentation: the rollback removes them.</summary>
    public bool OwnsPlaces { get; set; }

    /// <summary>Records whether this attach has put the identity on multipath's list.</summary>
    public void Listed(bool isAdded) => IsListed |= isAdded && Before?.State is not AttachmentState.Attached;

    public void Presented(StorageElement element, IReadOnlyList<string> groups) => (_presented, _groups) = (element, groups);

    /// <summary>Rolls everything back as far as possible. What remains stays in the ledger for the next run, with a warning.</summary>
    public async Task RunAsync(Attachment attachment)
    {
        // The rollback has deadlines of its own. The caller's cancellation must not leave it half done.
        var cancellationToken = CancellationToken.None;
        var isWhole = await TryAsync(async () =>
        {
            var devices = Changes.Devices.Union(FindAtPlaces(attachment)).Where(device => device.Exists).ToList();
            if (!HadMap && devices.Count > 0 && attachment.Page83Id.Length > 0)
            {
                await host.MapRemoval.TryRunAsync(attachment.Page83Id, cancellationToken);
            }

            var stale = new StaleDevices(host);
            var others = devices.Where(device => attachment.Presented is null && device.ReadIdentity() != attachment.Page83Id).ToList();
            await stale.TryPurgeAsync(others, cancellationToken); // those in use by now stay
            foreach (var device in devices.Except(others))
            {
                await stale.PurgeAsync(device, cancellationToken);
            }

            Changes.FullScans.ToList().ForEach(host.Ledger.Remove);
            if (!HadMap && IsListed && attachment.Page83Id.Length > 0)
            {
                await host.Wwids.RemoveAsync(attachment.Page83Id, cancellationToken);
            }
        });
        isWhole &= await TryAsync(() => LogoutAsync(attachment, cancellationToken));
        if (isWhole && _presented is { } presented && _groups.Count > 0)
        {
            if (attachment.Presented is null && (HadMap || (HadDisk && ScsiDisk.FindAll(host.Roots, attachment.Page83Id).Count > 0)))
            {
                // The device existed before, and others had withdrawn its element. Since this presentation it works again and may be in use.
                warn($"'{presented.Name}' stays presented to {string.Join(", ", _groups.Select(name => $"'{name}'"))}: this host has its device from before.");
                isWhole = false;
            }
            else
            {
                isWhole = await TryAsync(() => WithdrawAsync(presented, attachment, cancellationToken)) && _groups.Count == 0;
            }
        }

        if (isWhole)
        {
            await TryAsync(() => RestoreEntryAsync(attachment, cancellationToken));
        }
    }

    private async Task RestoreEntryAsync(Attachment attachment, CancellationToken cancellationToken)
    {
        if (attachment.Presented is not null && Before?.Page83Id != attachment.Page83Id)
        {
            await new PresentationRemoval(host).EndEntryAsync(attachment, Restore, cancellationToken);
        }
        else
        {
            Restore();
        }

        void Restore()
        {
            if (Before is { } before)
            {
                host.Ledger.Save(before);
            }
            else
            {
                host.Ledger.Remove(attachment);
            }
        }
    }

    private IEnumerable<ScsiDevice> FindAtPlaces(Attachment attachment) =>
        OwnsPlaces && attachment.Presented is not null
            ? host.Ledger.FindOwnPlaces(attachment).FindDevices(host.Roots, host.Initiator.Sessions())
            : [];

    /// <summary>
    /// Devices that had the element's LUN numbers before lead to it since it is presented. They are removed first. Those in use stay, and lead nowhere
    /// after the withdrawal, as before.
    /// </summary>
    private async Task WithdrawAsync(StorageElement presented, Attachment attachment, CancellationToken cancellationToken)
    {
        var devices = attachment.Presented is null
            ? ScsiDisk.FindAll(host.Roots, attachment.Page83Id).Select(disk => ScsiDevice.OfDisk(host.Roots, disk)).OfType<ScsiDevice>()
            : new PresentedIdentity { Places = (await array.GetElementAsync(presented, cancellationToken)).LunAddresses }
                .FindDevices(host.Roots, host.Initiator.Sessions());
        await new StaleDevices(host).TryPurgeAsync([.. devices], cancellationToken);

        // Another host of a group may use the element by now: it found it presented.
        var selector = await AccessGroupSelector.ReadAsync(host, array, cancellationToken);
        var own = selector.SelectForWithdraw(presented with { AccessGroupNames = [.. _groups] });
        _groups = [.. _groups.Except(own)];
        if (own.Count > 0)
        {
            await array.WithdrawAsync(presented, own, cancellationToken);
        }

        if (_groups.Count > 0)
        {
            warn(AccessGroupSelector.StaysPresented(presented, _groups));
        }
    }

    private async Task LogoutAsync(Attachment attachment, CancellationToken cancellationToken)
    {
        using (await host.Locks.TakeTargetsAsync(Changes.Sessions.Select(session => session.Node.TargetName), cancellationToken))
        {
            await new SessionRelease(host).ReleaseAsync([.. Changes.Sessions.Select(session => session.Owned)], [], cancellationToken);
        }

        if (OwnsPlaces && attachment.Presented is not null)
        {
            await new PresentationRemoval(host).LogoutAsync(attachment, cancellationToken);
        }
    }

    private async Task<bool> TryAsync(Func<Task> step)
    {
        try
        {
            await step();
            return true;
        }
        catch (StorageConnectException e)
        {
            warn($"The rollback is incomplete: {e.Message} Disconnect-OscStorageElement completes it.");
            return false;
        }
    }
}
