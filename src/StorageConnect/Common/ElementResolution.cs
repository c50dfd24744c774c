using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Finds the record an identity means: as given, or asked of the array by name, Uuid or deserialized record.</summary>
internal static class ElementResolution
{
    /// <summary>A LUN or clone.</summary>
    public static async Task<StorageElement> FindElementAsync(this StorageArray array, StorageElementIdentity identity, CancellationToken cancellationToken)
    {
        var element = await FindRecordAsync(array, identity, cancellationToken) ?? await array.FindElementAsync(identity.Key, cancellationToken);
        return element.Type == StorageElementType.Snapshot ? throw WrongType(element, "a LUN or clone") : element;
    }

    /// <summary>A snapshot.</summary>
    public static async Task<StorageElement> FindSnapshotAsync(this StorageArray array, StorageElementIdentity identity, CancellationToken cancellationToken)
    {
        var snapshot = await FindRecordAsync(array, identity, cancellationToken) ?? await array.FindSnapshotAsync(identity.Key, cancellationToken);
        return snapshot.Type != StorageElementType.Snapshot ? throw WrongType(snapshot, "a snapshot") : snapshot;
    }

    /// <summary>A LUN, a clone, or else a snapshot.</summary>
    public static async Task<StorageElement> FindAnyAsync(this StorageArray array, StorageElementIdentity identity, CancellationToken cancellationToken) =>
        await FindRecordAsync(array, identity, cancellationToken) ?? await array.FindAnyAsync(identity.Key, cancellationToken);

    private static async Task<StorageElement?> FindRecordAsync(StorageArray array, StorageElementIdentity identity, CancellationToken cancellationToken) =>
        identity.Record ?? (identity.Stale is { } stale ? await array.GetInfoAsync(stale, cancellationToken) : null);

    private static InvalidRequestException WrongType(StorageElement element, string wanted) =>
        CommandErrors.WrongElementType(element.Name, element.Type, wanted);
}
