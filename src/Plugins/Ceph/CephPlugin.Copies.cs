using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Operations;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph;

/// <content>Snapshots, clones and splits.</content>
public sealed partial class CephPlugin
{
    /// <inheritdoc/>
    public override Task<long> GetCloneLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Unlimited(server, element, cancellationToken);

    /// <inheritdoc/>
    public override Task<bool> IsCloneableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(
            server,
            elements => element.Type == StorageElementType.Snapshot
                ? elements.RequireSnapshot(element).Multi is null
                : IsFree(elements, elements.Require(element)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<StorageElement> CloneAsync(StorageServer server, StorageElement element, StorageElement? destination, string? qos,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, elements => Copies.Clone(elements, element, destination, qos), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<bool> IsSplittableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, elements => element.Type != StorageElementType.Snapshot && elements.Require(element).Parent is not null, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<StorageElement> SplitCloneAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, elements => _splits.Begin(elements, element), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<StorageElement> CloneFromSnapAsync(StorageServer server, StorageElement element, StorageElement snapshot, StorageElement? destination,
        string? qos, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        ArgumentNullException.ThrowIfNull(snapshot);
        return Run(server, elements => Copies.CloneSnapshot(elements, element, snapshot, destination, qos), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<StorageElement>> GetCurrentClonesAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) => Run<IReadOnlyList<StorageElement>>(
        server,
        elements =>
        {
            if (element is not null)
            {
                RequireThere(elements, element);
            }

            return Find(elements, new() { Types = [StorageElementType.SnapClone] })
                .FindAll(clone => element is null || clone.SourceUuids.Contains(element.Uuid));
        },
        cancellationToken);

    /// <inheritdoc/>
    public override Task<long> GetSnapLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Unlimited(server, element, cancellationToken);

    /// <inheritdoc/>
    public override Task<bool> IsSnapableAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) => Run(
        server,
        elements => element is null || (element.Type != StorageElementType.Snapshot && IsFree(elements, elements.Require(element))),
        cancellationToken);

    /// <inheritdoc/>
    public override Task<StorageElement> CreateSnapAsync(StorageServer server, StorageElement element, StorageElement? destination,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, elements => Copies.Snapshot(elements, element, destination), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<StorageElement> CreateMultiSnapAsync(StorageServer server, IReadOnlyList<StorageElement> elements, StorageElement? destination,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(elements);
        ArgumentOutOfRangeException.ThrowIfZero(elements.Count, nameof(elements));
        return Run(server, pool => MultiSnapshots.Create(pool, elements, destination), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<bool> IsRestorableAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return Run(server, elements => Restores.IsPossible(elements, snapshot, element), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task SnapRestoreAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return Run(server, elements => Restores.Restore(elements, snapshot, element), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task SnapRemoveAsync(StorageServer server, StorageElement snapshot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return Run(server, elements => Copies.RemoveSnapshot(elements, snapshot), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<StorageElement>> GetCurrentSnapsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) => Run<IReadOnlyList<StorageElement>>(
        server,
        elements => element is null ? AllSnapshots(elements) : element.Type == StorageElementType.Snapshot
            ? SnapshotsOfSnapshot(elements, element)
            : SnapshotsOf(elements, elements.Require(element)),
        cancellationToken);

    /// <inheritdoc/>
    public override Task<StorageElement> GetAsyncProgressAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Run(server, elements => _splits.GetProgress(elements, record), cancellationToken);
    }

    /// <summary>Stops a split that goes on in the background. The clone stays a clone.</summary>
    /// <param name="server">The server it runs on.</param>
    /// <param name="record">The record with AsyncHandle, as for getAsyncProgress.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when it had ended already.</returns>
    public override Task<bool> CancelAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Run(server, elements => _splits.Cancel(elements, record), cancellationToken);
    }

    private static void RequireThere(Elements elements, StorageElement element)
    {
        if (element.Type == StorageElementType.Snapshot)
        {
            elements.RequireSnapshot(element);
        }
        else
        {
            elements.Require(element);
        }
    }

    private static bool IsFree(Elements elements, Image image) =>
        !elements.Catalog.Intents().Any(intent => intent.Entry.Images.Contains(image.Id));

    private static List<StorageElement> AllSnapshots(Elements elements)
    {
        elements.ReadAll();
        var snapshots = elements.Listing.Snapshots.Where(snapshot => IsShown(elements, snapshot)).Select(elements.ToElement).ToList();
        snapshots.AddRange(MultiSnapshotsOf(elements, _ => true));
        return snapshots;
    }

    private static List<StorageElement> SnapshotsOf(Elements elements, Image image)
    {
        var snapshots = elements.Rbd.ListSnapshots(image, elements.Token)
            .Where(snapshot => snapshot.Kind == SnapshotKind.User && IsShown(elements, snapshot)).Select(elements.ToElement).ToList();
        snapshots.AddRange(MultiSnapshotsOf(elements, images => images.Contains(image.Id)));
        return snapshots;
    }

    /// <summary>There are none, but the snapshot has to be there.</summary>
    private static List<StorageElement> SnapshotsOfSnapshot(Elements elements, StorageElement snapshot)
    {
        elements.RequireSnapshot(snapshot);
        return [];
    }

    private static IEnumerable<StorageElement> MultiSnapshotsOf(Elements elements, Func<IReadOnlyList<string>, bool> wanted)
    {
        var noted = elements.Catalog.Multis().Where(multi => wanted(multi.Entry.Images)).ToList();
        if (noted.Count == 0)
        {
            return [];
        }

        var groups = elements.Rbd.ListGroups(elements.Token).ToHashSet(StringComparer.Ordinal);
        return noted.Where(multi => groups.Contains(ImageNames.MultiGroup(multi.Uuid))).Select(multi => elements.ToElement(multi.Uuid, multi.Entry));
    }

    private static bool IsShown(Elements elements, ImageSnapshot snapshot) =>
        !ImageNames.IsHidden(snapshot.ImageName) && ImageNames.OwnerOfTemporary(snapshot.Name) is null
        && !Recovery.TryRemoveTemporary(elements, snapshot);

    private Task<long> Unlimited(StorageServer server, StorageElement? element, CancellationToken cancellationToken) => Run(
        server,
        elements =>
        {
            if (element is not null)
            {
                RequireThere(elements, element);
            }

            return (long)Capabilities.Unlimited;
        },
        cancellationToken);
}
