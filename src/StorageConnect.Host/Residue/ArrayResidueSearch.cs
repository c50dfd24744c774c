using StorageConnect.Engine.Arrays;
using StorageConnect.Host.Attaching;
using StorageConnect.Host.Connectors;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Residue;

/// <summary>Residue that shows only when array and host are compared. An array that doesn't answer is left out.</summary>
internal sealed class ArrayResidueSearch(LinuxHost host)
{
    public async Task<IReadOnlyList<FoundResidue>> FindAsync(StorageArray array, CancellationToken cancellationToken)
    {
        var groups = await ReadGroupsAsync(array, cancellationToken);
        var seen = Seen();
        var found = new List<FoundResidue>();
        await foreach (var element in array.ListAsync(new(), cancellationToken))
        {
            var isPresented = element.AccessGroupNames.Any(groups.Contains);
            var known = host.Ledger.TryLoadPresented(element);
            var isSeen = known is null ? seen.Contains(element.Page83Id) : known.Presented!.FindDevices(host.Roots, host.Initiator.Sessions()).Count > 0;
            if (isSeen && !isPresented)
            {
                found.Add(new(
                    Describe(OscHostResidueKind.SeenNotPresented, element,
                        "The array no longer presents it to this host. Writes may fail, or go to another LUN.",
                        "Clear-OscHostResidue takes its devices away."),
                    token => RemoveAsync(array, element, known?.Key ?? element.Page83Id, token)));
            }
            else if (isPresented && !isSeen && element.State == StorageElementState.Online && element.DevicePaths.Count == 0
                && array.Server.StorageType == StorageType.iSCSI)
            {
                found.Add(new(
                    Describe(OscHostResidueKind.PresentedUnseen, element, "The array presents it to this host, and no device of it is here.",
                        "Connect-OscStorageElement attaches it; Revoke-OscStorageElementAccess withdraws it."),
                    null));
            }
        }

        return found;
    }

    private static OscHostResidue Describe(OscHostResidueKind kind, StorageElement element, string reason, string action) =>
        new() { Kind = kind, What = $"{element.Name} ({element.StorageServerName}, {element.Page83Id})", Reason = reason, SuggestedAction = action };

    private HashSet<string> Seen() =>
        [.. SysFile.Names(Path.Combine(host.Roots.Sys, "block"), "sd*").Select(disk => ScsiDisk.ReadIdentity(host.Roots, disk)).OfType<string>()];

    private async Task<HashSet<string>> ReadGroupsAsync(StorageArray array, CancellationToken cancellationToken)
    {
        var groups = await array.GetAccessGroupsAsync(null, cancellationToken);
        var selector = new AccessGroupSelector(HostInitiator.Read(host.Roots), groups, array.HasAccessControl);
        return [.. groups.Where(selector.Admits).Select(group => group.Name)];
    }

    /// <summary>Removes an element's devices, if the array still doesn't present it: a run that had its lock may have attached it meanwhile.</summary>
    private async Task<bool> RemoveAsync(StorageArray array, StorageElement element, string key, CancellationToken cancellationToken)
    {
        using var held = await host.Locks.TakeElementAsync(key, cancellationToken);
        var groups = await ReadGroupsAsync(array, cancellationToken);
        if ((await array.GetInfoAsync(element, cancellationToken)).AccessGroupNames.Any(groups.Contains))
        {
            return false;
        }

        var attachment = host.Ledger.TryLoadPresented(element);
        if ((attachment?.Key ?? element.Page83Id) != key)
        {
            return false; // it was detached meanwhile, or attached in another way
        }

        await (attachment is null ? RemoveAsync(element.Page83Id, cancellationToken) : new PresentationRemoval(host).RunAsync(attachment, cancellationToken));
        return true;
    }

    private async Task RemoveAsync(string page83Id, CancellationToken cancellationToken)
    {
        var devices = ScsiDisk.FindAll(host.Roots, page83Id).Select(disk => (Disk: disk, Device: ScsiDevice.OfDisk(host.Roots, disk))).ToList();
        await host.MapRemoval.RunAsync(page83Id, cancellationToken);
        using var claim = await host.Claims.TakeDisksAsync(
            [.. devices.Select(one => one.Disk).Where(disk => ScsiDisk.ReadIdentity(host.Roots, disk) == page83Id)],
            new((_, use) => DeviceErrors.DeviceInUseAsDisk(page83Id, use), cause => DeviceErrors.DeviceUseUnknownOfDisk(page83Id, cause)),
            cancellationToken);

        // The kernel gives a disk's name to the next device at once.
        await host.Scsi.DeleteAsync(
            devices.Where(one => one.Device is { } device && device.Disk == one.Disk && device.ReadIdentity() == page83Id).Select(one => one.Device!),
            cancellationToken);
    }
}
