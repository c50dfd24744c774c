using StorageConnect.Engine.Arrays;
using StorageConnect.Host.Connectors;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Residue;

/// <summary>Residue that shows only when array and host are compared. An array that doesn't answer is left out.</summary>
internal sealed class ArrayResidueSearch(LinuxHost host)
{
    public async Task<IReadOnlyList<FoundResidue>> FindAsync(StorageArray array, CancellationToken cancellationToken)
    {
        var initiator = HostInitiator.Read(host.Roots);
        var groups = (await array.GetAccessGroupsAsync(null, cancellationToken)).Where(group => IsOurs(group, initiator))
            .Select(group => group.Name).ToHashSet();
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
                    token => known is null ? RemoveAsync(element.Page83Id, token) : RemoveAsync(known, token)));
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

    // A group without entries is a passive array's: it admits every initiator.
    private static bool IsOurs(AccessGroup group, OscInitiator initiator) =>
        group.Entries.Count == 0
        || group.Entries.Any(entry => InitiatorName.Comparer.Equals(entry, initiator.Iqn)
            || initiator.InterfaceIqns.Any(name => InitiatorName.Comparer.Equals(entry, name))
            || initiator.Wwpns.Any(wwpn => InitiatorName.Comparer.Equals(entry, wwpn)));

    private HashSet<string> Seen() =>
        [.. SysFile.Names(Path.Combine(host.Roots.Sys, "block"), "sd*").Select(disk => ScsiDisk.ReadIdentity(host.Roots, disk)).OfType<string>()];

    private async Task RemoveAsync(Attachment attachment, CancellationToken cancellationToken)
    {
        using var held = await host.Locks.TakeElementAsync(attachment.Key, cancellationToken);
        await new PresentationRemoval(host).RunAsync(attachment, cancellationToken);
    }

    private async Task RemoveAsync(string page83Id, CancellationToken cancellationToken)
    {
        using var held = await host.Locks.TakeElementAsync(page83Id, cancellationToken);
        var disks = ScsiDisk.FindAll(host.Roots, page83Id);
        await host.MapRemoval.RunAsync(page83Id, cancellationToken);
        using var claim = await host.Claims.TakeDisksAsync(
            disks,
            new((_, use) => DeviceErrors.DeviceInUseAsDisk(page83Id, use), cause => DeviceErrors.DeviceUseUnknownOfDisk(page83Id, cause)),
            cancellationToken);
        await host.Scsi.DeleteAsync(disks.Select(disk => ScsiDevice.OfDisk(host.Roots, disk)).OfType<ScsiDevice>(), cancellationToken);
    }
}
