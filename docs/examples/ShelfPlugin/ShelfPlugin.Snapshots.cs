using StorageConnect;

namespace Shelf;

/// <content>Snapshots of one volume or of several, and the way back.</content>
public sealed partial class ShelfPlugin
{
    public override async Task<long> GetSnapLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        await CheckAsync(server, element, cancellationToken);
        return Capabilities.Unlimited;
    }

    public override async Task<bool> IsSnapableAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        await CheckAsync(server, element, cancellationToken);
        return element?.Type != StorageElementType.Snapshot && (await GetCapabilitiesAsync(server, cancellationToken)).Snapshot == Ability.Online;
    }

    public override Task<StorageElement> CreateSnapAsync(StorageServer server, StorageElement element, StorageElement? destination,
        CancellationToken cancellationToken) =>
        CreateMultiSnapAsync(server, [element], destination, cancellationToken);

    public override Task<StorageElement> CreateMultiSnapAsync(StorageServer server, IReadOnlyList<StorageElement> elements, StorageElement? destination,
        CancellationToken cancellationToken) =>
        ChangeAsync(server, "snapshots", new { destination?.Name, Sources = elements.Select(element => element.Uuid) }, cancellationToken);

    public override async Task<bool> IsRestorableAsync(StorageServer server, StorageElement snapshot, StorageElement? element,
        CancellationToken cancellationToken)
    {
        var found = await GetInfoAsync(server, snapshot, cancellationToken);
        return element is null || found.SourceUuids.Contains(element.Uuid);
    }

    public override Task SnapRestoreAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        ShelfApi.PostAsync(server, $"snapshots/{snapshot.Uuid}/restore", new { Member = element?.Uuid }, cancellationToken);

    public override async Task SnapRemoveAsync(StorageServer server, StorageElement snapshot, CancellationToken cancellationToken)
    {
        // The array removes volumes by the same request.
        if ((await GetInfoAsync(server, snapshot, cancellationToken)).Type != StorageElementType.Snapshot)
        {
            throw new InvalidRequestException($"'{snapshot.Name}' is no snapshot.") { Element = snapshot.Name };
        }

        await ShelfApi.DeleteAsync(server, $"volumes/{snapshot.Uuid}", cancellationToken);
    }

    public override Task<IReadOnlyList<StorageElement>> GetCurrentSnapsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        ListKindAsync(server, "snapshot", element, cancellationToken);

    /// <summary>An element that isn't there is an error, whatever is asked about it.</summary>
    private async Task CheckAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        if (element is not null)
        {
            await GetInfoAsync(server, element, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<StorageElement>> ListKindAsync(StorageServer server, string kind, StorageElement? source,
        CancellationToken cancellationToken)
    {
        await CheckAsync(server, source, cancellationToken);
        var volumes = await ShelfApi.GetAsync<ShelfVolume[]>(server, $"volumes?kind={kind}", cancellationToken);
        return [.. volumes.Where(volume => source is null || volume.Sources.Contains(source.Uuid)).Select(volume => ToElement(server, volume))];
    }
}
