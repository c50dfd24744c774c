using StorageConnect;

namespace Shelf;

/// <content>Volumes: made, switched on and off, removed.</content>
public sealed partial class ShelfPlugin
{
    public override Task<StorageElement> CreateAsync(
        StorageServer server, StorageElement element, bool thinProvision, string? qos, CancellationToken cancellationToken) =>
        ChangeAsync(server, "volumes", new { element.Name, Size = element.SizeBytes, Pool = element.VolumeGroupName, Thin = thinProvision }, cancellationToken);

    public override Task OnlineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        ChangeAsync(server, $"volumes/{element.Uuid}/online", new { }, cancellationToken);

    public override Task OfflineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        ChangeAsync(server, $"volumes/{element.Uuid}/offline", new { }, cancellationToken);

    public override Task RemoveAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        ShelfApi.DeleteAsync(server, $"volumes/{element.Uuid}", cancellationToken);

    /// <summary>A call that changes one thing and answers with it.</summary>
    private static async Task<StorageElement> ChangeAsync(StorageServer server, string path, object body, CancellationToken cancellationToken) =>
        ToElement(server, await ShelfApi.PostAsync<ShelfVolume>(server, path, body, cancellationToken));
}
