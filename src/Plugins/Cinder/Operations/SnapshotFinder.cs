using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>Finds what a snapshot's record means: a snapshot of one volume, or the members of a group's snapshot.</summary>
internal sealed class SnapshotFinder(CinderArray array)
{
    /// <summary>All snapshots as records; those of a group's snapshot are one.</summary>
    public async Task<IReadOnlyList<StorageElement>> ListAsync(string? volumeId, CancellationToken cancellationToken)
    {
        var map = await array.GetMapAsync(cancellationToken);
        var all = await array.Api.ListSnapshotsAsync(volumeId, cancellationToken);
        var records = all.Where(snapshot => snapshot.GroupSnapshotId is null).Select(map.ToElement).ToList();
        foreach (var id in all.Select(snapshot => snapshot.GroupSnapshotId).OfType<string>().Distinct())
        {
            // While a group's snapshot is deleted, its members go one after the other.
            if (await TryGetGroupAsync(id, cancellationToken) is { } group
                && (volumeId is null || group.Members.Any(member => member.VolumeId == volumeId)))
            {
                records.Add(map.ToElement(group.Snapshot, group.Members));
            }
        }

        return records;
    }

    /// <summary>A snapshot's record as it is now.</summary>
    public async Task<StorageElement> GetAsync(StorageElement snapshot, CancellationToken cancellationToken)
    {
        var map = await array.GetMapAsync(cancellationToken);
        var id = Ids.ToId(snapshot.Uuid);
        return await array.Api.TryGetSnapshotAsync(id, cancellationToken) is { } single ? map.ToElement(single)
            : await TryGetGroupAsync(id, cancellationToken) is { } group ? map.ToElement(group.Snapshot, group.Members)
            : throw CinderErrors.SnapshotNotFound(array.Server, snapshot);
    }

    /// <summary>The snapshots that a record stands for: one, or the members of a group's.</summary>
    /// <exception cref="NotFoundException">There is no such snapshot.</exception>
    public async Task<(bool IsGroup, IReadOnlyList<Snapshot> Members)> FindAsync(StorageElement snapshot, CancellationToken cancellationToken)
    {
        var id = Ids.ToId(snapshot.Uuid);
        return await array.Api.TryGetSnapshotAsync(id, cancellationToken) is { } single ? (false, [single])
            : await TryGetGroupAsync(id, cancellationToken) is { } group ? (true, group.Members)
            : throw CinderErrors.SnapshotNotFound(array.Server, snapshot);
    }

    /// <summary>The snapshot of one element in it.</summary>
    /// <exception cref="NotFoundException">There is no such snapshot, or the element isn't in it.</exception>
    public async Task<Snapshot> FindMemberAsync(StorageElement snapshot, StorageElement element, CancellationToken cancellationToken)
    {
        var volumeId = Ids.ToId(element.Uuid);
        return (await FindAsync(snapshot, cancellationToken)).Members.FirstOrDefault(member => member.VolumeId == volumeId)
            ?? throw CinderErrors.SnapshotNotFound(array.Server, snapshot);
    }

    private async Task<(GroupSnapshot Snapshot, IReadOnlyList<Snapshot> Members)?> TryGetGroupAsync(string id, CancellationToken cancellationToken) =>
        await array.Api.TryGetGroupSnapshotAsync(id, cancellationToken) is { } group
            ? (group, (await array.Api.ListSnapshotsAsync(null, cancellationToken)).Where(one => one.GroupSnapshotId == id).ToList())
            : null;
}
