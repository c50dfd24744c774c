using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Operations;

namespace StorageConnect.Plugins.Local;

/// <content>Access groups and presentation.</content>
public sealed partial class LocalPlugin
{
    public override Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return GroupList(
            server,
            element?.Name,
            array => array.Database.Read(db => element is null ? GroupRows.All(db) : GroupRows.Of(db, array.Require(db, element).Id)),
            cancellationToken);
    }

    public override Task<IReadOnlyList<AccessGroup>?> FindAccessGroupsAsync(
        StorageServer server, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(names);
        return Run<IReadOnlyList<AccessGroup>?>(
            server, null, array => array.Database.Read(db => GroupRows.ByNames(db, names)).ConvertAll(group => group.For(server)), cancellationToken);
    }

    public override Task<IReadOnlyList<AccessGroup>> CreateAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(groups);
        return GroupList(server, groups.Count > 0 ? groups[0].Name : null,
            array => Groups.Create(array, server, groups, cancellationToken), cancellationToken);
    }

    public override Task<IReadOnlyList<AccessGroup>> RemoveAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(groups);
        return RunFreeing<IReadOnlyList<AccessGroup>>(
            server,
            groups.Count > 0 ? groups[0].Name : null,
            array => Task.FromResult<IReadOnlyList<AccessGroup>>(
                Groups.Remove(array, server, groups, cancellationToken).ConvertAll(group => group.For(server))),
            cancellationToken);
    }

    public override Task<IReadOnlyList<AccessGroup>> RenameAccessGroupAsync(StorageServer server, string name, string newName,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return GroupList(server, name, array => Groups.Rename(array, name, newName, cancellationToken), cancellationToken);
    }

    public override Task<AccessGroup> AddToAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Run(server, groupName, array => Groups.AddEntries(array, server.StorageType, groupName, entries, cancellationToken).For(server),
            cancellationToken);
    }

    public override Task<AccessGroup> RemoveFromAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return RunFreeing(server, groupName,
            array => Task.FromResult(Groups.RemoveEntries(array, groupName, entries, cancellationToken).For(server)), cancellationToken);
    }

    public override Task<StorageElement> StartPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return RunAsync(server, element.Name,
            async array => (await Groups.PresentAsync(array, element, accessGroupNames, cancellationToken)).ToElement(server, array), cancellationToken);
    }

    public override Task<StorageElement> StopPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return RunFreeing(server, element.Name,
            async array => (await Groups.StopPresentingAsync(array, element, accessGroupNames, cancellationToken)).ToElement(server, array), cancellationToken);
    }

    private Task<IReadOnlyList<AccessGroup>> GroupList(StorageServer server, string? element, Func<LocalArray, List<AccessGroup>> work,
        CancellationToken cancellationToken) =>
        Run<IReadOnlyList<AccessGroup>>(server, element, array => [.. work(array).Select(group => group.For(server))], cancellationToken);
}
