using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Operations;

namespace StorageConnect.Plugins.Local;

/// <content>Snapshots, clones, and the progress of their copies.</content>
public sealed partial class LocalPlugin
{
    private const int Percent = 100;

    public override Task<long> GetCloneLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Unlimited(server, element, cancellationToken);

    public override Task<bool> IsCloneableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);

        // Also for a snapshot: its data doesn't change in any pool.
        return Run(server, element.Name, array => IsCopyable(array, array.Database.Read(db => array.Require(db, element))), cancellationToken);
    }

    public override Task<StorageElement> CloneAsync(StorageServer server, StorageElement element, StorageElement? destination, string? qos,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return RunAsync(server, destination?.Name ?? element.Name,
            async array => Begun(server, array, await Copies.CloneAsync(array, element, null, destination, qos, cancellationToken)), cancellationToken);
    }

    public override Task<bool> IsSplittableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return Run(
            server,
            element.Name,
            array => array.Database.Read(db => array.Require(db, element)) is { Type: StorageElementType.SnapClone } row
                && (array.Pool.Capabilities.SplitClone == Ability.Online || !row.Online)
                && Damages.Find(array, row) is null,
            cancellationToken);
    }

    public override Task<StorageElement> SplitCloneAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, element.Name, array => Copies.Split(array, element, cancellationToken).ToElement(server, array), cancellationToken);
    }

    public override Task<StorageElement> CloneFromSnapAsync(StorageServer server, StorageElement element, StorageElement snapshot, StorageElement? destination,
        string? qos, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        ArgumentNullException.ThrowIfNull(snapshot);
        return RunAsync(server, destination?.Name ?? element.Name,
            async array => Begun(server, array, await Copies.CloneAsync(array, element, snapshot, destination, qos, cancellationToken)), cancellationToken);
    }

    public override Task<IReadOnlyList<StorageElement>> GetCurrentClonesAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Elements(server, element, ElementRows.Clones, cancellationToken);
    }

    public override Task<long> GetSnapLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Unlimited(server, element, cancellationToken);

    public override Task<bool> IsSnapableAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Run(
            server,
            element?.Name,
            array => element is null || (array.Database.Read(db => array.Require(db, element)) is { IsSnapshot: false } row && IsCopyable(array, row)),
            cancellationToken);
    }

    public override Task<StorageElement> CreateSnapAsync(StorageServer server, StorageElement element, StorageElement? destination,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return RunAsync(server, destination?.Name ?? element.Name,
            async array => Begun(server, array, await Copies.SnapshotAsync(array, [element], destination, cancellationToken)), cancellationToken);
    }

    public override Task<StorageElement> CreateMultiSnapAsync(StorageServer server, IReadOnlyList<StorageElement> elements, StorageElement? destination,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(elements);
        ArgumentOutOfRangeException.ThrowIfZero(elements.Count, nameof(elements));
        return RunAsync(server, destination?.Name ?? elements[0].Name,
            async array => Begun(server, array, await Copies.SnapshotAsync(array, elements, destination, cancellationToken)), cancellationToken);
    }

    public override Task<bool> IsRestorableAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(snapshot);
        return Run(server, snapshot.Name, array => Restores.IsPossible(array, snapshot, element, cancellationToken), cancellationToken);
    }

    public override Task SnapRestoreAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(snapshot);
        return Run(server, element?.Name ?? snapshot.Name, array => Restores.Restore(array, snapshot, element, cancellationToken), cancellationToken);
    }

    public override Task SnapRemoveAsync(StorageServer server, StorageElement snapshot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(snapshot);
        return RunFreeing(server, snapshot.Name, array => Copies.RemoveSnapshotAsync(array, snapshot, cancellationToken), cancellationToken);
    }

    public override Task<IReadOnlyList<StorageElement>> GetCurrentSnapsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Elements(server, element, ElementRows.Snapshots, cancellationToken);
    }

    public override Task<IReadOnlyList<StorageElement>?> FindSnapshotsAsync(StorageServer server, string nameOrUuid, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(nameOrUuid);
        return Run<IReadOnlyList<StorageElement>?>(
            server,
            null,
            array => array.Database.Read(db => ElementRows.SnapshotsNamed(db, nameOrUuid).ConvertAll(row => row.ToElement(server, array))),
            cancellationToken);
    }

    public override Task<IReadOnlyList<StorageElement>?> FindCopiesAsync(StorageServer server, IReadOnlyCollection<string> uuids,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(uuids);
        return Run<IReadOnlyList<StorageElement>?>(
            server,
            null,
            array => array.Database.Read(db => uuids.SelectMany(uuid => ElementRows.CopiesOf(db, uuid)).DistinctBy(row => row.Uuid)
                .Select(row => row.ToElement(server, array)).ToList()),
            cancellationToken);
    }

    public override Task<StorageElement> GetAsyncProgressAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(record);
        return Run(
            server,
            record.Name,
            array =>
            {
                var job = record.AsyncHandle is { } handle ? array.Jobs.Find(handle) : null;
                return job?.State switch
                {
                    JobState.Running or JobState.Stopping =>
                        record with { AsyncProgress = job.Total == 0 ? 0 : (int)Int128.Min(Percent - 1, (Int128)job.Done * Percent / job.Total) },
                    JobState.Failed => throw job.ToError(),
                    _ => array.Database.Read(db => array.Require(db, record)).ToElement(server, array),
                };
            },
            cancellationToken);
    }

    private static bool IsCopyable(LocalArray array, ElementRow row) =>
        (array.Pool.ClonesInstantly || !row.Online) && Damages.Find(array, row) is null;

    private static StorageElement Begun(StorageServer server, LocalArray array, (ElementRow Row, JobRow? Job) made) =>
        made.Row.ToElement(server, array) with { AsyncProgress = made.Job is null ? null : 0, AsyncHandle = made.Job?.Uuid };

    private Task<long> Unlimited(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Run(
            server,
            element?.Name,
            array =>
            {
                _ = element is null ? null : array.Database.Read(db => array.Require(db, element));
                return (long)Capabilities.Unlimited;
            },
            cancellationToken);
    }

    private Task<IReadOnlyList<StorageElement>> Elements(StorageServer server, StorageElement? element, Func<PoolConnection, string?, List<ElementRow>> query,
        CancellationToken cancellationToken) =>
        Run<IReadOnlyList<StorageElement>>(
            server,
            element?.Name,
            array => array.Database.Read(db => query(db, element is null ? null : array.Require(db, element).Uuid)
                .ConvertAll(row => row.ToElement(server, array))),
            cancellationToken);
}
