using StorageConnect.Host.Connectors;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Attaching;

/// <summary>
/// One element's way out: refused while anybody uses it; else written, its map and its disks removed, its sessions logged out where nobody
/// else needs them, and only then withdrawn on the array. Each step looks what is left to do, so that it can be begun anew at any point.
/// </summary>
internal sealed class ElementDetacher(LinuxHost host, IElementPresenter array, Action<string> warn)
{
    /// <param name="asked">The element.</param>
    /// <param name="groups">The groups to withdraw it from; empty = those that hold this host alone.</param>
    /// <param name="keepAccess">Leave it presented.</param>
    /// <param name="cancellationToken">Ends the call between two steps.</param>
    public async Task RunAsync(StorageElement asked, IReadOnlyList<string> groups, bool keepAccess, CancellationToken cancellationToken)
    {
        host.DemandRights("Detaching an element");
        // Without the array where it is not needed: it may be what is broken, and the host's answer is worth more then.
        var element = asked.Page83Id.Length > 0 ? asked : await array.GetElementAsync(asked, cancellationToken);
        using var held = await host.Locks.TakeElementAsync(element.Page83Id, cancellationToken);
        var before = host.Ledger.TryLoad(element.Page83Id);
        var map = MultipathMaps.Find(host.Roots, element.Page83Id);
        var disks = FindDisks(element.Page83Id, map);
        var refusal =
            new DeviceRefusal((device, use) => DeviceErrors.DeviceInUse(element, device, use), cause => DeviceErrors.DeviceUseUnknown(element, cause));
        using var claim = map is not null
            ? await host.Claims.TakeMapAsync(map, refusal, cancellationToken)
            : await host.Claims.TakeDisksAsync(disks, refusal, cancellationToken);
        if (!keepAccess)
        {
            element = await array.GetElementAsync(element, cancellationToken);
        }

        if (map is not null && !host.Multipath.IsListening)
        {
            throw MultipathErrors.MultipathdUnreachableToRemove(map.Name, element.Name);
        }

        var attachment = (before ?? new() { Page83Id = element.Page83Id, StorageElementUuid = element.Uuid, StorageElementName = element.Name }) with
        {
            StorageServerUuid = element.StorageServerUuid,
            StorageServerName = element.StorageServerName,
            State = AttachmentState.Detaching,
            Since = DateTimeOffset.UtcNow,
        };
        host.Ledger.Save(attachment);
        await FlushAsync(element, map, disks, cancellationToken);
        if (map is null)
        {
            await RemoveFromHostAsync(element, disks, cancellationToken);
        }
        else
        {
            claim.Dispose(); // the kernel removes no map that is open here
            using var paths = await RemoveMapAsync(element, disks, refusal, cancellationToken);
            await RemoveFromHostAsync(element, disks, cancellationToken);
        }

        if (!keepAccess)
        {
            await WithdrawAsync(element, groups, cancellationToken);
        }

        host.Step("forget");
        host.Ledger.Remove(attachment);
    }

    /// <summary>The element's disks: by their own identity, and those under its map that tell none any more.</summary>
    private List<string> FindDisks(string page83Id, DmDevice? map) =>
    [
        .. ScsiDisk.FindAll(host.Roots, page83Id)
            .Union(map?.Slaves(host.Roots).Where(disk => ScsiDisk.ReadIdentity(host.Roots, disk) is null) ?? [])
    ];

    /// <summary>Removes the map, and claims its paths at once: free again, anything could take one of them.</summary>
    private async Task<DeviceClaim> RemoveMapAsync(StorageElement element, List<string> disks, DeviceRefusal refusal, CancellationToken cancellationToken)
    {
        var again = new Backoff(host.Deadlines.MapGone);
        while (true)
        {
            host.Step("remove map");
            await host.Teardown.RunAsync(element.Page83Id, cancellationToken);
            try
            {
                return await host.Claims.TakeDisksAsync(disks, refusal, cancellationToken);
            }
            catch (StorageElementBusyException) when (MultipathMaps.Find(host.Roots, element.Page83Id) is not null)
            {
                // An event that was under way made the map again.
                if (!await again.WaitAsync(cancellationToken))
                {
                    throw;
                }
            }
        }
    }

    private async Task RemoveFromHostAsync(StorageElement element, List<string> disks, CancellationToken cancellationToken)
    {
        var devices = disks.Select(disk => ScsiDevice.OfDisk(host.Roots, disk)).OfType<ScsiDevice>().ToList();
        foreach (var connector in HostConnectors.All(host))
        {
            await connector.DisconnectAsync(element.Page83Id, [.. devices.Where(connector.Carries)], cancellationToken);
        }

        await host.Scsi.DeleteAsync(devices, cancellationToken); // of a transport that nobody knows

        // Events that were under way may have owned the map anew, of disks that are gone now.
        if (MultipathMaps.Find(host.Roots, element.Page83Id) is not null)
        {
            await host.Teardown.RunAsync(element.Page83Id, cancellationToken);
        }

        DeviceLinks.Clear(host.Roots, element.Page83Id);
        await host.Wwids.RemoveAsync(element.Page83Id, cancellationToken);
    }

    private async Task FlushAsync(StorageElement element, DmDevice? map, List<string> disks, CancellationToken cancellationToken)
    {
        if (map is not null && await host.Multipath.TryShowMapAsync(map, cancellationToken) is { } shown
            && shown.Paths.All(path => path.State == OscPathState.Failed))
        {
            // Nobody has it open, so nothing waits in a cache that could be written. But what does wait would wait for ever.
            warn($"No path of {map.Name} carries I/O: it is removed without writing to it.");
            host.Step("stop queueing");
            await host.Multipath.StopQueueingAsync(map, cancellationToken);
            return;
        }

        host.Step("flush");
        foreach (var device in map is not null ? [map.KernelName] : disks.Where(IsReachable))
        {
            await DeviceFlush.RunAsync(host.Roots, host.Deadlines, device, map?.Name ?? device, cancellationToken);
        }
    }

    private bool IsReachable(string disk) => ScsiDevice.OfDisk(host.Roots, disk)?.State is "running";

    private async Task WithdrawAsync(StorageElement element, IReadOnlyList<string> named, CancellationToken cancellationToken)
    {
        var choice = new AccessGroupSelector(HostInitiator.Read(host.Roots), await array.GetAccessGroupsAsync(cancellationToken));
        var groups = named.Count > 0 ? named : choice.SelectForWithdraw(element);
        if (groups.Count > 0)
        {
            host.Step("withdraw");
            element = await array.WithdrawAsync(element, groups, cancellationToken);
        }

        if (choice.Shared(element) is [_, ..] shared)
        {
            warn($"'{element.Name}' stays presented to {string.Join(", ", shared.Select(name => $"'{name}'"))}: there are other hosts in it. "
                + "Revoke-OscStorageElementAccess withdraws it when none of them uses it.");
        }
    }
}
