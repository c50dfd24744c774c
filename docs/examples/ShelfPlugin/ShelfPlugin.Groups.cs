using StorageConnect;

namespace Shelf;

/// <content>Access groups, and what is presented to them.</content>
public sealed partial class ShelfPlugin
{
    public override async Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken)
    {
        var presented = element is null ? null : (await GetInfoAsync(server, element, cancellationToken)).AccessGroupNames;
        var groups = await ShelfApi.GetAsync<ShelfGroup[]>(server, "groups", cancellationToken);
        return [.. groups.Where(group => presented is null || presented.Contains(group.Name)).Select(ToGroup)];
    }

    public override Task<IReadOnlyList<AccessGroup>> CreateAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) =>
        ForEachAsync(server, groups, group => PostGroupAsync(server, "groups", new { group.Name, Members = group.Entries }, cancellationToken),
            cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> RemoveAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) =>
        ForEachAsync(server, groups, group => ShelfApi.PostAsync(server, "groups/remove", new { group.Name }, cancellationToken), cancellationToken);

    public override async Task<IReadOnlyList<AccessGroup>> RenameAccessGroupAsync(StorageServer server, string name, string newName,
        CancellationToken cancellationToken)
    {
        await PostGroupAsync(server, "groups/rename", new { Name = name, NewName = newName }, cancellationToken);
        return await GetAccessGroupsAsync(server, null, cancellationToken);
    }

    public override Task<AccessGroup> AddToAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) =>
        PostGroupAsync(server, "groups/members/add", new { Name = groupName, Members = entries }, cancellationToken);

    public override Task<AccessGroup> RemoveFromAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) =>
        PostGroupAsync(server, "groups/members/remove", new { Name = groupName, Members = entries }, cancellationToken);

    public override Task<StorageElement> StartPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) =>
        ChangeAsync(server, $"volumes/{element.Uuid}/present", new { Groups = accessGroupNames }, cancellationToken);

    public override Task<StorageElement> StopPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) =>
        ChangeAsync(server, $"volumes/{element.Uuid}/withdraw", new { Groups = accessGroupNames }, cancellationToken);

    private static AccessGroup ToGroup(ShelfGroup group) => new() { Name = group.Name, Entries = [.. group.Members] };

    private static async Task<AccessGroup> PostGroupAsync(StorageServer server, string path, object body, CancellationToken cancellationToken) =>
        ToGroup(await ShelfApi.PostAsync<ShelfGroup>(server, path, body, cancellationToken));

    /// <summary>Does what can be done, and answers with the list as it is then; throws when nothing could be done.</summary>
    private async Task<IReadOnlyList<AccessGroup>> ForEachAsync(StorageServer server, IReadOnlyList<AccessGroup> groups, Func<AccessGroup, Task> work,
        CancellationToken cancellationToken)
    {
        var errors = new List<StorageConnectException>();
        foreach (var group in groups)
        {
            try
            {
                await work(group);
            }
            catch (StorageConnectException e)
            {
                errors.Add(e);
            }
        }

        return errors.Count == groups.Count && errors.Count > 0 ? throw errors[0] : await GetAccessGroupsAsync(server, null, cancellationToken);
    }
}
