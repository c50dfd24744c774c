using System.Runtime.CompilerServices;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Operations;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph;

/// <content>LUNs and clones: looking at them, making, changing and removing them.</content>
public sealed partial class CephPlugin
{
    /// <inheritdoc/>
    public override Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(
            server,
            elements => element.Type == StorageElementType.Snapshot
                ? elements.ToElement(elements.RequireSnapshot(element))
                : elements.ToElement(elements.Require(element)) with { Status = StatusOf(elements, element) },
            cancellationToken);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StorageElement> ListAsync(StorageServer server, StorageElementFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var found = await Run(server, elements => Find(elements, filter), cancellationToken);
        foreach (var element in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return element;
        }
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<StorageElement>> UpdateStorageElementsAsync(StorageServer server, IReadOnlyList<StorageElement> elements,
        bool appendAllowed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(elements);
        return Run<IReadOnlyList<StorageElement>>(
            server,
            pool =>
            {
                if (server.StorageType == StorageType.iSCSI)
                {
                    pool.Pool.Export.Targets.Repair(cancellationToken);
                }

                var updated = elements.Select(element => element.Type == StorageElementType.Snapshot
                    ? pool.ToElement(pool.RequireSnapshot(element))
                    : pool.ToElement(pool.Require(element))).ToList();
                if (appendAllowed)
                {
                    var known = updated.Select(element => element.Uuid).ToHashSet(StringComparer.Ordinal);
                    updated.AddRange(Find(pool, new()).Where(element => !known.Contains(element.Uuid)));
                }

                return updated.ConvertAll(element => element with { DevicePaths = PathsOf(server, element) });
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public override Task OnlineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, elements => Volumes.Online(elements, element), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task OfflineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, elements => Volumes.Offline(elements, element), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<StorageElement> CreateAsync(StorageServer server, StorageElement element, bool thinProvision, string? qos,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, elements => Volumes.Create(elements, element, thinProvision, qos), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<StorageElement> ResizeAsync(StorageServer server, StorageElement element, long newSizeBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, elements => Volumes.Resize(elements, element, newSizeBytes), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task RemoveAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, elements => Volumes.Remove(elements, element), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task SetQosAsync(StorageServer server, StorageElement element, string qos, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, elements => Volumes.SetQos(elements, element, qos), cancellationToken);
    }

    /// <summary>What a filter asks for. One element is found without listing the others.</summary>
    private List<StorageElement> Find(Elements elements, StorageElementFilter filter)
    {
        IEnumerable<Image> images;
        if (filter.Uuid is { } uuid)
        {
            images = elements.Find(uuid) is { } one ? [one] : [];
        }
        else if (filter.Name is { } name)
        {
            images = elements.Rbd.FindByName(ImageNames.Of(name), elements.Token) is { } one ? [one] : [];
        }
        else
        {
            elements.ReadAll();
            foreach (var snapshot in elements.Listing.Snapshots)
            {
                Recovery.TryRemoveTemporary(elements, snapshot);
            }

            _splits.GoOn(elements);
            foreach (var unfinished in elements.Listing.Images.Where(image => ImageNames.OwnerOfUnfinished(image.Name) is { } owner && Owners.IsGone(owner)))
            {
                Recovery.TryRemoveUnfinished(elements, unfinished.Name);
            }

            images = elements.Listing.Images.Where(image => !ImageNames.IsHidden(image.Name));
        }

        return
        [
            .. images.Select(elements.ToElement).Where(element =>
                filter.Types.Contains(element.Type)
                && (filter.Name is null || element.Name == filter.Name)
                && (filter.Page83Id is null || element.Page83Id == filter.Page83Id)
                && (filter.NamePrefix is null || element.Name.StartsWith(filter.NamePrefix, StringComparison.OrdinalIgnoreCase))),
        ];
    }

    /// <summary>The devices that came of an element on this host.</summary>
    private ValueList<string> PathsOf(StorageServer server, StorageElement element) =>
        server.StorageType == StorageType.iSCSI && element is { Type: not StorageElementType.Snapshot, State: StorageElementState.Online }
            ? Host.FindDevicePaths(element.Page83Id)
            : [];
}
