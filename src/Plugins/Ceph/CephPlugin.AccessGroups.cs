using StorageConnect.Plugins.Ceph.Operations;

namespace StorageConnect.Plugins.Ceph;

/// <content>Access groups and presentation.</content>
public sealed partial class CephPlugin
{
    /// <inheritdoc/>
    public override Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        GroupList(
            server,
            elements =>
            {
                var all = elements.Catalog.AccessGroups();
                var names = element is null ? null : elements.GroupNames(elements.Catalog.Presentation(elements.Require(element).Id));
                return all.FindAll(group => names is null || names.Contains(group.Name));
            },
            cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<AccessGroup>> CreateAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(server);

        // A pool that is only managed presents nothing, and has no use for groups.
        return server.StorageType == StorageType.iSCSI
            ? GroupList(server, elements => Groups.Create(elements, groups), cancellationToken)
            : base.CreateAccessGroupsAsync(server, groups, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<AccessGroup>> RemoveAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return GroupList(server, elements => Groups.Remove(elements, groups), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<AccessGroup>> RenameAccessGroupAsync(StorageServer server, string name, string newName,
        CancellationToken cancellationToken) =>
        GroupList(server, elements => Groups.Rename(elements, name, newName), cancellationToken);

    /// <inheritdoc/>
    public override Task<AccessGroup> AddToAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) =>
        Run(server, elements => ForServer(Groups.AddEntries(elements, groupName, entries), server), cancellationToken);

    /// <inheritdoc/>
    public override Task<AccessGroup> RemoveFromAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) =>
        Run(server, elements => ForServer(Groups.RemoveEntries(elements, groupName, entries), server), cancellationToken);

    /// <inheritdoc/>
    public override Task<StorageElement> StartPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, elements => Groups.Present(elements, element, accessGroupNames), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<StorageElement> StopPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, elements => Groups.StopPresenting(elements, element, accessGroupNames), cancellationToken);
    }

    private Task<IReadOnlyList<AccessGroup>> GroupList(StorageServer server, Func<Elements, List<AccessGroup>> work, CancellationToken cancellationToken) =>
        Run<IReadOnlyList<AccessGroup>>(server, elements => work(elements).ConvertAll(group => ForServer(group, server)), cancellationToken);
}
