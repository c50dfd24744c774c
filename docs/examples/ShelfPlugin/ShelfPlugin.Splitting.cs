using StorageConnect;

namespace Shelf;

/// <content>Splitting, which goes on in the background too.</content>
public sealed partial class ShelfPlugin
{
    public override async Task<bool> IsSplittableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        (await GetInfoAsync(server, element, cancellationToken)).Type == StorageElementType.SnapClone;

    public override Task<StorageElement> SplitCloneAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        BeginAsync(server, $"volumes/{element.Uuid}/split", new { }, cancellationToken);
}
