using StorageConnect.Plugins.Cinder.Operations;

namespace StorageConnect.Plugins.Cinder;

/// <content>Clones, snapshots, and what goes on in the background.</content>
public sealed partial class CinderPlugin
{
    public override async Task<long> GetCloneLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        var array = Open(server);
        await DemandAsync(array, element, cancellationToken);
        return (await array.Api.GetLimitsAsync(cancellationToken)).MaxTotalVolumes;
    }

    public override async Task<bool> IsCloneableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        var array = Open(server);
        var volume = await array.RequireVolumeAsync(element, cancellationToken);
        var limits = await array.Api.GetLimitsAsync(cancellationToken);
        return volume.Status is "available" or "in-use" && HasRoom(limits.MaxTotalVolumes, limits.TotalVolumesUsed, 1)
            && HasRoom(limits.MaxTotalVolumeGigabytes, limits.TotalGigabytesUsed, volume.Size);
    }

    public override Task<StorageElement> CloneAsync(StorageServer server, StorageElement element, StorageElement? destination, string? qos,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new VolumeCreator(Open(server)).CloneAsync(element, destination, qos, cancellationToken);
    }

    public override async Task<bool> IsSplittableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        await GetInfoAsync(server, element, cancellationToken); // it must exist
        return false;
    }

    public override Task<StorageElement> CloneFromSnapAsync(StorageServer server, StorageElement element, StorageElement snapshot, StorageElement? destination,
        string? qos, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        ArgumentNullException.ThrowIfNull(snapshot);
        return new VolumeCreator(Open(server)).CloneAsync(element, snapshot, destination, qos, cancellationToken);
    }

    public override async Task<IReadOnlyList<StorageElement>> GetCurrentClonesAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken)
    {
        var array = Open(server);
        var sources = await FindSourcesAsync(array, element, cancellationToken);
        var map = await array.GetMapAsync(cancellationToken);
        return await array.Api.ListVolumesAsync(null, cancellationToken)
            .Where(volume => ElementMap.IsClone(volume) && !volume.IsMigrationCopy
                && (sources is null || sources.Contains(volume.SourceVolid ?? "") || sources.Contains(volume.SnapshotId ?? "")))
            .Select(map.ToElement)
            .ToListAsync(cancellationToken);
    }

    public override async Task<long> GetSnapLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        var array = Open(server);
        await DemandAsync(array, element, cancellationToken);
        return (await array.Api.GetLimitsAsync(cancellationToken)).MaxTotalSnapshots;
    }

    public override async Task<bool> IsSnapableAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        var array = Open(server);
        var volume = element is null ? null : await array.RequireVolumeAsync(element, cancellationToken);
        var limits = await array.Api.GetLimitsAsync(cancellationToken);
        return volume?.Status is null or "available" or "in-use" && HasRoom(limits.MaxTotalSnapshots, limits.TotalSnapshotsUsed, 1)
            && HasRoom(limits.MaxTotalVolumeGigabytes, limits.TotalGigabytesUsed, volume?.Size ?? 1);
    }

    public override Task<StorageElement> CreateSnapAsync(StorageServer server, StorageElement element, StorageElement? destination,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new Snapshots(Open(server)).CreateAsync(element, destination, cancellationToken);
    }

    public override Task<StorageElement> CreateMultiSnapAsync(StorageServer server, IReadOnlyList<StorageElement> elements, StorageElement? destination,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(elements);
        return new Snapshots(Open(server)).CreateAsync(elements, destination, cancellationToken);
    }

    public override async Task<bool> IsRestorableAsync(StorageServer server, StorageElement snapshot, StorageElement? element,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return await new Snapshots(Open(server)).FindObstacleAsync(snapshot, element, cancellationToken) is null;
    }

    public override Task SnapRestoreAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new Snapshots(Open(server)).RestoreAsync(snapshot, element, cancellationToken);
    }

    public override Task SnapRemoveAsync(StorageServer server, StorageElement snapshot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new Snapshots(Open(server)).RemoveAsync(snapshot, cancellationToken);
    }

    public override async Task<IReadOnlyList<StorageElement>> GetCurrentSnapsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken)
    {
        var array = Open(server);
        await DemandAsync(array, element, cancellationToken);
        return await new SnapshotFinder(array).ListAsync(element is null ? null : Ids.ToId(element.Uuid), cancellationToken);
    }

    public override async Task<StorageElement> GetAsyncProgressAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        var array = Open(server);
        var handle = OperationHandle.Read(record);
        var map = await array.GetMapAsync(cancellationToken);
        var done = handle.Kind switch
        {
            OperationKind.Create => await array.Outcome.OfCreateAsync(handle, record.Name, cancellationToken) is { } volume ? map.ToElement(volume) : null,
            OperationKind.Extend => await array.Outcome.OfExtendAsync(handle, record.Name, cancellationToken) is { } volume ? map.ToElement(volume) : null,
            OperationKind.Snapshot =>
                await array.Outcome.OfSnapshotAsync(handle, record.Name, cancellationToken) is { } snapshot ? map.ToElement(snapshot) : null,
            _ => await array.Outcome.OfGroupSnapshotAsync(handle, record.Name, cancellationToken) is not null
                ? await new SnapshotFinder(array).GetAsync(record, cancellationToken)
                : null,
        };
        return done ?? record with { AsyncProgress = -1 };
    }

    private static bool HasRoom(long limit, long used, long wanted) => limit < 0 || used + wanted <= limit;

    private static Task DemandAsync(CinderArray array, StorageElement? element, CancellationToken cancellationToken) =>
        element is null ? Task.CompletedTask : array.RequireVolumeAsync(element, cancellationToken);

    /// <summary>The ids whose copies are clones of an element: itself, and a volume's snapshots; null for all.</summary>
    private static async Task<HashSet<string>?> FindSourcesAsync(CinderArray array, StorageElement? element, CancellationToken cancellationToken)
    {
        if (element is null)
        {
            return null;
        }

        if (element.Type == StorageElementType.Snapshot)
        {
            return [.. (await new SnapshotFinder(array).FindAsync(element, cancellationToken)).Members.Select(member => member.Id)];
        }

        var volume = await array.RequireVolumeAsync(element, cancellationToken);
        return [volume.Id, .. (await array.Api.ListSnapshotsAsync(volume.Id, cancellationToken)).Select(snapshot => snapshot.Id)];
    }
}
