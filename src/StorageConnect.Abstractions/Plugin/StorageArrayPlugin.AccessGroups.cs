namespace StorageConnect;

/// <content>Access groups, and which elements are presented to them.</content>
public abstract partial class StorageArrayPlugin
{
    /// <summary>The access groups on the array, or those an element is presented to. Guide: getAccessGroups(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">Only the groups this element is presented to now, or null for all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<AccessGroup>>(server, element, [], cancellationToken);

    /// <summary>Those of the named access groups that are on the array. Not in the guide.</summary>
    /// <remarks>
    /// Override it where the array finds a group without listing all of them: a change of a group costs the same then, however many there are.
    /// The server's record has only the groups found here, then, when groups are created, removed and renamed.
    /// </remarks>
    /// <param name="server">The server to ask.</param>
    /// <param name="names">The names.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The groups; null where all have to be listed.</returns>
    public virtual Task<IReadOnlyList<AccessGroup>?> FindAccessGroupsAsync(
        StorageServer server, IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AccessGroup>?>(null);

    /// <summary>Creates access groups. Guide: createAccessGroups(). REQUIRED.</summary>
    /// <remarks>
    /// Some may succeed and others not: return those that did; the engine reports the ones missing. Throw only when none can be created.
    /// Never called with more entries than <c>max_access_entries</c>, nor without <c>access_control</c>. A group without entries is created, or
    /// refused with <see cref="InvalidRequestException"/>; it never gets entries that nobody named. Of two with one name one is created at most.
    /// An entry that is in another group stays there.
    /// </remarks>
    /// <param name="server">The server; its <see cref="StorageServer.AccessGroups"/> is not changed in place.</param>
    /// <param name="groups">The groups to create.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The server's list of groups with the created ones added.</returns>
    [Rule(10, "A group without entries is created or refused; it never gets entries that nobody named.", "createAccessGroups()")]
    public virtual Task<IReadOnlyList<AccessGroup>> CreateAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.CreateAccessGroups);

    /// <summary>Removes access groups. Guide: removeAccessGroups(). REQUIRED.</summary>
    /// <remarks>
    /// Some may succeed and others not: leave in the list those that did not; the engine reports them. A group that elements are still presented to is not
    /// removed.
    /// </remarks>
    /// <param name="server">The server; its <see cref="StorageServer.AccessGroups"/> is not changed in place.</param>
    /// <param name="groups">The groups to remove.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The server's list of groups without the removed ones.</returns>
    public virtual Task<IReadOnlyList<AccessGroup>> RemoveAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.RemoveAccessGroups);

    /// <summary>Gives an access group another name; presentations stay. Guide: renameAccessGroup(). REQUIRED.</summary>
    /// <param name="server">The server; its <see cref="StorageServer.AccessGroups"/> is not changed in place.</param>
    /// <param name="name">The group's name.</param>
    /// <param name="newName">The name it gets.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The server's list of groups with this one renamed.</returns>
    /// <exception cref="AlreadyExistsException">Another group has the new name.</exception>
    public virtual Task<IReadOnlyList<AccessGroup>> RenameAccessGroupAsync(StorageServer server, string name, string newName,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.RenameAccessGroup);

    /// <summary>Adds initiators to an access group. Guide: addToAccessGroup(). REQUIRED.</summary>
    /// <param name="server">The server the group is on.</param>
    /// <param name="groupName">The group.</param>
    /// <param name="entries">IQNs for iSCSI, WWNs for SAN. One that is in the group already changes nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The group with all its entries.</returns>
    public virtual Task<AccessGroup> AddToAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.AddToAccessGroup);

    /// <summary>Removes initiators from an access group. Guide: removeFromAccessGroup(). REQUIRED.</summary>
    /// <param name="server">The server the group is on.</param>
    /// <param name="groupName">The group.</param>
    /// <param name="entries">The entries to remove. One that isn't in the group changes nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The group with the entries it has left. A group without any stays, with its presentations.</returns>
    /// <exception cref="InvalidRequestException">The array keeps no empty group, and this is the last entry. Nothing was changed.</exception>
    [Rule(10, "A group stays when its last entry is removed, empty, with its presentations; or the removal is refused, and the entry stays.",
        "removeFromAccessGroup()")]
    public virtual Task<AccessGroup> RemoveFromAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.RemoveFromAccessGroup);

    /// <summary>Presents an element to access groups. Guide: startPresent(). REQUIRED.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="accessGroupNames">The groups. One it is presented to already changes nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The record with the names of all groups it is now presented to. An offline element stays offline.</returns>
    /// <exception cref="NotFoundException">The element or one of the groups isn't there: then it is presented to none of those named.</exception>
    /// <exception cref="StorageElementBusyException">It is offline, and the array presents no offline element. Nothing was changed.</exception>
    [Rule(13, "startPresent with a group that isn't there is NotFound, and presents the element to none of those named.", "startPresent()")]
    public virtual Task<StorageElement> StartPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.StartPresent);

    /// <summary>Stops presenting an element to access groups. Guide: stopPresent(). REQUIRED.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="accessGroupNames">The groups; others are left alone. One it isn't presented to changes nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The record with the names of all groups it is still presented to.</returns>
    /// <exception cref="NotFoundException">
    /// The element isn't there, or one of the groups, where the array tells that from one it isn't presented to. Nothing was changed.
    /// </exception>
    public virtual Task<StorageElement> StopPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.StopPresent);
}
