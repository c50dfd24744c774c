using StorageConnect;

namespace Shelf;

/// <content>Sizes.</content>
public sealed partial class ShelfPlugin
{
    public override Task<StorageElement> ResizeAsync(StorageServer server, StorageElement element, long newSizeBytes, CancellationToken cancellationToken) =>
        ChangeAsync(server, $"volumes/{element.Uuid}/resize", new { Size = newSizeBytes }, cancellationToken);
}
