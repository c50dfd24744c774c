using StorageConnect;

namespace Shelf;

/// <content>Clones of volumes, and of volumes as they were at a snapshot. The array makes them in the background.</content>
public sealed partial class ShelfPlugin
{
    public override async Task<long> GetCloneLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        await CheckAsync(server, element, cancellationToken);
        return Capabilities.Unlimited;
    }

    public override async Task<bool> IsCloneableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        await CheckAsync(server, element, cancellationToken);
        return (await GetCapabilitiesAsync(server, cancellationToken)).Clone == Ability.Online;
    }

    public override Task<StorageElement> CloneAsync(StorageServer server, StorageElement element, StorageElement? destination, string? qos,
        CancellationToken cancellationToken) =>
        BeginAsync(server, "clones", new { destination?.Name, Source = element.Uuid }, cancellationToken);

    public override Task<StorageElement> CloneFromSnapAsync(
        StorageServer server, StorageElement element, StorageElement snapshot, StorageElement? destination, string? qos, CancellationToken cancellationToken) =>
        BeginAsync(server, "clones", new { destination?.Name, Source = element.Uuid, Snapshot = snapshot.Uuid }, cancellationToken);

    public override Task<IReadOnlyList<StorageElement>> GetCurrentClonesAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        ListKindAsync(server, "clone", element, cancellationToken);

    public override async Task<StorageElement> GetAsyncProgressAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken) =>
        WithProgress(server, await ShelfApi.GetAsync<ShelfVolume>(server, $"volumes/{record.Uuid}", cancellationToken));

    /// <summary>A call that begins something which the array then does in the background.</summary>
    private static async Task<StorageElement> BeginAsync(StorageServer server, string path, object body, CancellationToken cancellationToken) =>
        WithProgress(server, await ShelfApi.PostAsync<ShelfVolume>(server, path, body, cancellationToken));

    // The array finds its work again by the volume's id, which is in the record: the handle needs to hold nothing more.
    private static StorageElement WithProgress(StorageServer server, ShelfVolume volume) => volume.Progress is { } percent
        ? ToElement(server, volume) with { AsyncProgress = percent, AsyncHandle = volume.Id }
        : ToElement(server, volume);
}
