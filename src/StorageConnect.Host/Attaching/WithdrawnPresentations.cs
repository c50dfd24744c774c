using StorageConnect.Host.Connectors;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Ledger;

namespace StorageConnect.Host.Attaching;

/// <summary>
/// Removes devices of presentations that the array has ended or moved. The next element to be presented may get their place or their identity, so
/// they are removed before that.
/// </summary>
internal sealed class WithdrawnPresentations(LinuxHost host, IElementPresenter array)
{
    /// <param name="server">The array's server.</param>
    /// <param name="besides">The element that is worked on.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageElementBusyException">Such a device is in use.</exception>
    public async Task ClearAsync(StorageServer server, StorageElement besides, CancellationToken cancellationToken)
    {
        bool Concerns(Attachment attachment) => attachment.Presented is not null
            && attachment.StorageServerUuid == server.Uuid && attachment.StorageElementUuid != besides.Uuid;
        if (!host.Ledger.Attachments.Any(Concerns))
        {
            return;
        }

        var listed = (await array.ListAsync(cancellationToken)).ToDictionary(element => element.Uuid);
        var selector = await AccessGroupSelector.ReadAsync(host, array, cancellationToken);
        foreach (var attachment in host.Ledger.Attachments.Where(Concerns))
        {
            // Skipped while another run holds the lock: that run works on the element.
            using var held = host.Locks.TryTakeElement(attachment.Key);
            if (held is not null && host.Ledger.TryLoad(attachment.Key) is { } current && Concerns(current)
                && !IsPresentedThere(current, listed.GetValueOrDefault(current.StorageElementUuid), selector)
                && !IsPresentedThere(current, await TryGetAsync(current, cancellationToken),
                    await AccessGroupSelector.ReadAsync(host, array, cancellationToken)))
            {
                Tracer.Verbose($"Host: '{current.StorageElementName}' is no longer presented at the place where this host has it");
                await new PresentationRemoval(host).RunAsync(current, cancellationToken);
            }
        }
    }

    private static bool IsPresentedThere(Attachment attachment, StorageElement? element, AccessGroupSelector selector) => element is not null
        && selector.IsPresented(element)
        && (attachment.Presented!.Places.Count == 0 || attachment.Presented.Places.Equals(element.LunAddresses));

    /// <summary>The element as it is under the lock: another run may have attached it since the list was read.</summary>
    private async Task<StorageElement?> TryGetAsync(Attachment attachment, CancellationToken cancellationToken)
    {
        try
        {
            return await array.GetElementAsync(
                new() { Uuid = attachment.StorageElementUuid, Name = attachment.StorageElementName, StorageServerUuid = attachment.StorageServerUuid },
                cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }
}
