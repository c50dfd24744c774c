using System.Reflection;

namespace StorageConnect;

/// <summary>
/// The contract of a plug-in for storage arrays: the guide's 42 methods (<c>IStorageArrayPlugin</c>), in the guide's order. Derive one
/// class per kind of array, declare it with <see cref="StorageArrayPluginAttribute"/>, implement the five abstract methods, and override what
/// the array can do. The base class answers for the rest: no such operation, or for an element that is there false, 0, or an empty list.
/// </summary>
/// <remarks>
/// <para>One instance serves every server of its kind, from several threads at once: keep state on the array, or in <see cref="Cache"/>
/// under the server's Uuid. The constructor takes no parameters and does nothing that can fail or wait.</para>
/// <para>A method that fails throws; one that returns has succeeded. Throw the <see cref="StorageConnectException"/> that fits: anything
/// else is reported as a fault of the plug-in. Any method may throw <see cref="AuthenticationFailedException"/>,
/// <see cref="ArrayUnreachableException"/> and, when what it was given isn't on the array any more, <see cref="NotFoundException"/>.</para>
/// <para>Records are immutable: return changed copies. What a method is given may be older than what the array holds; look objects up by
/// Uuid. Observe the cancellation token, and leave no partial change when it fires.</para>
/// <para>Asynchronous work (abilities <c>*_is_sync</c> other than Yes): return the record with <see cref="StorageElement.AsyncProgress"/> set,
/// and answer <see cref="GetAsyncProgressAsync"/>.</para>
/// </remarks>
public abstract class StorageArrayPlugin
{
    private PluginServices? _services;
    private Capabilities? _declared;
    private IReadOnlySet<string>? _implemented;

    /// <summary>The engine's services for the plug-in. Set once, after the constructor and before the first call.</summary>
    /// <exception cref="InvalidOperationException">Read before it was set, or set twice.</exception>
    public PluginServices Services
    {
        get => _services ?? throw new InvalidOperationException("The engine gives a plug-in its services after it was constructed.");
        set => _services = _services is null ? value : throw new InvalidOperationException("The services of a plug-in are set once.");
    }

    /// <summary>
    /// How many elements a command may create, clone, snapshot or remove at the same time, from 1 to 64. Override it where changes that come at the same
    /// time cost less than one after another, because they share a commit or a request. The default, 1, means one after another, in the order given.
    /// </summary>
    /// <remarks>
    /// What is asked for at the same time concerns different elements and names. Each call still stands for itself: it returns when its own change is
    /// durable, and its failure says nothing about the others. Copies that go on in the background are begun one after another all the same.
    /// </remarks>
    public virtual int ConcurrentChanges => 1;

    /// <summary>For raw data from arrays (guide: <c>IPlugin.cache</c>).</summary>
    protected PluginCache Cache => Services.Cache;

    /// <summary>This plug-in's log. No secrets.</summary>
    protected IPluginLog Log => Services.Log;

    /// <summary>The host this runs on.</summary>
    protected IHostServices Host => Services.Host;

    /// <summary>Checks what the user entered, and that the array is ready for it. Guide: validate(). REQUIRED.</summary>
    /// <remarks>
    /// Make sure that everything this kind of array needs is there (<see cref="StorageServer.ExtraInfo"/> included), connect if you can, check
    /// licences. The engine calls it before any other method sees the record; never call it yourself.
    /// </remarks>
    /// <param name="server">The server to validate.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidStorageArrayException">Something is missing or wrong and no other exception fits; the message explains it.</exception>
    public abstract Task ValidateAsync(StorageServer server, CancellationToken cancellationToken);

    /// <summary>What this array can do at this moment. Guide: getCapabilities(). REQUIRED.</summary>
    /// <remarks>Set every key; a feature that isn't supported or whose licence expired is <see cref="Ability.Unsupported"/>. Called often: be quick.</remarks>
    /// <param name="server">The server to ask.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Capabilities> GetCapabilitiesAsync(StorageServer server, CancellationToken cancellationToken) =>
        Task.FromResult(_declared ??= GetType().GetCustomAttribute<StorageArrayPluginAttribute>()?.Ability ?? new());

    /// <summary>The array's own information. Guide: getInfo(), first form. REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The record with <see cref="StorageServer.Description"/>, <see cref="StorageServer.Status"/> and what else is known (sizes in bytes) filled
    /// in.</returns>
    public abstract Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken);

    /// <summary>Information on one element (snapshots too). Guide: getInfo(), second form. REQUIRED.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element, found by its Uuid.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The record as the array has it now.</returns>
    /// <exception cref="NotFoundException">It isn't on the array.</exception>
    public abstract Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken);

    /// <summary>The arrays behind a concentrator or appliance, of which the user chooses one. Guide: getStorageNames(). REQUIRED.</summary>
    /// <param name="server">The server to ask; it has passed the first validate and may have no <see cref="StorageServer.StorageName"/> yet.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The names; an empty list where there is nothing to choose.</returns>
    public virtual Task<IReadOnlyList<string>> GetStorageNamesAsync(StorageServer server, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

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
    /// refused with <see cref="InvalidRequestException"/>; it never gets entries that nobody named.
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

    /// <summary>Finds the iSCSI targets that can be reached. Guide: discover(). OPTIONAL, iSCSI only.</summary>
    /// <remarks>
    /// Override discover, start and stop together or none of them: a plug-in that overrides one or two is refused. Where none is
    /// overridden the engine has a version that works with any iSCSI target.
    /// </remarks>
    /// <param name="server">The server to ask; only targets reachable through its <see cref="StorageServer.NetDevices"/>, if set, are kept.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The record with <see cref="StorageServer.StorageId"/> or <see cref="StorageServer.IscsiTargets"/> filled in.</returns>
    [Rule(22, "discover, start and stop are for iSCSI only; the storage id is the plug-in's own and goes back untouched.", "discover()")]
    public virtual Task<StorageServer> DiscoverAsync(StorageServer server, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Discover);

    /// <summary>Logs this host in to the targets that discover found. Guide: start(). OPTIONAL, iSCSI only.</summary>
    /// <remarks>Override together with discover and stop, or not at all. Uses the access contexts given, CHAP when <see cref="StorageServer.Chap"/>.</remarks>
    /// <param name="server">The targets are as discover stored them.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task StartAsync(StorageServer server, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Start);

    /// <summary>Logs this host out of targets. Guide: stop(). OPTIONAL, iSCSI only.</summary>
    /// <remarks>
    /// Override together with discover and start, or not at all. Tear multipath devices down first
    /// (<see cref="IHostServices.DestroyMultipathDeviceAsync"/>). Only the access contexts given are logged out; the others stay.
    /// </remarks>
    /// <param name="server">The targets are as discover stored them.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task StopAsync(StorageServer server, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Stop);

    /// <summary>Makes this host see elements that were presented or withdrawn. Guide: refresh(). OPTIONAL, obsolete as of API 1.2.10.</summary>
    /// <remarks>Called only for plug-ins that negotiated a revision below 1.2.10.</remarks>
    /// <param name="server">The server whose elements changed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task RefreshAsync(StorageServer server, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Refresh);

    /// <summary>The elements on the array. Guide: list(). REQUIRED.</summary>
    /// <remarks>
    /// Streams: yield each as it comes. Never a snapshot, each with its <see cref="StorageElement.Page83Id"/>; don't check whether this host sees it.
    /// </remarks>
    /// <param name="server">The server to ask.</param>
    /// <param name="filter">The types wanted (the guide's se_type), and hints that a plug-in may use to return less.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public abstract IAsyncEnumerable<StorageElement> ListAsync(StorageServer server, StorageElementFilter filter, CancellationToken cancellationToken);

    /// <summary>Completes records as far as possible, device paths on this host included. Guide: updateSERecords(). OPTIONAL.</summary>
    /// <remarks>The generic version calls getInfo for each element and finds its page 0x83 identity on this host.</remarks>
    /// <param name="server">The server the elements are on.</param>
    /// <param name="elements">The records to complete. Device paths begin with <see cref="IHostServices.DevicePathPrefix"/> where the host maps them.</param>
    /// <param name="appendAllowed">True: elements that are not in the list may be added to it. False unless the caller says so.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<IReadOnlyList<StorageElement>> UpdateStorageElementsAsync(StorageServer server, IReadOnlyList<StorageElement> elements,
        bool appendAllowed, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.UpdateStorageElements);

    /// <summary>The status of the array or of an element, for people. Guide: getStatus(). REQUIRED.</summary>
    /// <remarks>Lighter than getInfo where the array allows it.</remarks>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">The element, or null for the array.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public abstract Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken);

    /// <summary>Sets an element online; its presentation doesn't change. Guide: online(). REQUIRED. One that is online stays so.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    [Rule(13, "online and offline never change presentation.", "online()")]
    public virtual Task OnlineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Online);

    /// <summary>Sets an element offline; its presentation doesn't change. Guide: offline(). REQUIRED. One that is offline stays so.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageElementBusyException">
    /// It is in use, or presented and the array sets no presented element offline. Nothing was changed.
    /// </exception>
    [Rule(13, "offline may refuse a presented element with StorageElementBusy; it never withdraws it.", "offline()")]
    public virtual Task OfflineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Offline);

    /// <summary>Creates an element. Guide: create(). REQUIRED.</summary>
    /// <param name="server">The server to create it on.</param>
    /// <param name="element">What to create. Only Type, StorageServerUuid, SizeBytes, VolumeGroupName and Name are filled in.</param>
    /// <param name="thinProvision">True (the default): take blocks as they are written, where the array can. False: reserve them.</param>
    /// <param name="qos">A <see cref="QosValue.Value"/>, or null for the array's default. May be ignored where the array has none at creation.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The element with all that is needed to find it again: Uuid, Page83Id, the actual size, the QoS in force.</returns>
    /// <exception cref="AlreadyExistsException">The name is taken.</exception>
    /// <exception cref="LimitExceededException">There is no room for it, or too many elements.</exception>
    public virtual Task<StorageElement> CreateAsync(StorageServer server, StorageElement element, bool thinProvision, string? qos,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Create);

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

    /// <summary>Makes an element larger or smaller. Guide: resize(). REQUIRED; needs the ability <c>resize</c>.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="newSizeBytes">The size wanted, in bytes, above 0.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The record with the actual size.</returns>
    public virtual Task<StorageElement> ResizeAsync(StorageServer server, StorageElement element, long newSizeBytes, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Resize);

    /// <summary>Removes an element with its data. Guide: remove(). REQUIRED.</summary>
    /// <remarks>
    /// Never cleans up for the caller: an element that is still presented, in use or has dependants is not removed. Where snapshots and clones don't depend
    /// on it, it goes and they stay. For a snapshot there is <see cref="SnapRemoveAsync"/>; called here, it is removed alone, or refused.
    /// </remarks>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageElementBusyException">It is presented, in use, or something depends on it.</exception>
    public virtual Task RemoveAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Remove);

    /// <summary>How many thin clones there can be. Guide: getCloneLimits(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">The limit for this element, or null for the array's.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The number; -1 = unlimited.</returns>
    public virtual Task<long> GetCloneLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        AnswerAsync(server, element, 0L, cancellationToken);

    /// <summary>Whether a thin clone of the element can be made at this moment, limits considered. Guide: isCloneable(). REQUIRED.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<bool> IsCloneableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        AnswerAsync(server, element, false, cancellationToken);

    /// <summary>Makes a thin clone. Guide: clone(). REQUIRED; needs the ability <c>clone</c>.</summary>
    /// <remarks>Where the array needs an intermediate snapshot, make it, and remove it afterwards when that is possible.</remarks>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The source.</param>
    /// <param name="destination">Type, StorageServerUuid and Name of the clone; null without <c>custom_clone_name</c>.</param>
    /// <param name="qos">A <see cref="QosValue.Value"/>, or null for the array's choice.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The clone, with Page83Id and the QoS in force.</returns>
    [Rule(17, "An intermediate snapshot is removed when it can be.", "clone()")]
    public virtual Task<StorageElement> CloneAsync(StorageServer server, StorageElement element, StorageElement? destination, string? qos,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Clone);

    /// <summary>Whether the element can be split from its parent or peers at this moment, for good. Guide: isSplittable(). REQUIRED.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False too where the array would make them share again (deduplication).</returns>
    public virtual Task<bool> IsSplittableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        AnswerAsync(server, element, false, cancellationToken);

    /// <summary>Makes a clone share no block with any other element. Guide: splitClone(). REQUIRED; needs the ability <c>splitclone</c>.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The clone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The element, now a <see cref="StorageElementType.Lun"/>; with AsyncProgress while the array works on it.</returns>
    /// <exception cref="NoSuchOperationException">The array makes no deep copies.</exception>
    public virtual Task<StorageElement> SplitCloneAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.SplitClone);

    /// <summary>Makes a thin clone of an element as it was at a snapshot. Guide: cloneFromSnap(). REQUIRED; needs the ability <c>snapclone</c>.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element that was snapshot.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="destination">Type, StorageServerUuid and Name of the clone; null without <c>custom_clone_name</c>.</param>
    /// <param name="qos">A <see cref="QosValue.Value"/>, or null for the array's choice.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The clone, with Page83Id and the QoS in force, in the element's size at the snapshot.</returns>
    /// <exception cref="InvalidRequestException">The element is no member of the snapshot, or what is in the snapshot's place is none.</exception>
    public virtual Task<StorageElement> CloneFromSnapAsync(StorageServer server, StorageElement element, StorageElement snapshot, StorageElement? destination,
        string? qos, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.CloneFromSnap);

    /// <summary>The clones on the array, or those made of an element. Guide: getCurrentClones(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">An element of any type, snapshots too; null for all clones.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="NoSuchOperationException">The array can't list them.</exception>
    public virtual Task<IReadOnlyList<StorageElement>> GetCurrentClonesAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.GetCurrentClones);

    /// <summary>How many snapshots there can be. Guide: getSnapLimits(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">The limit for this element, or null for the array's.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The number; -1 = unlimited.</returns>
    public virtual Task<long> GetSnapLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        AnswerAsync(server, element, 0L, cancellationToken);

    /// <summary>Whether a snapshot can be made at this moment, limits and licences considered. Guide: isSnapable(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">The element, or null for the array as a whole.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<bool> IsSnapableAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        AnswerAsync(server, element, false, cancellationToken);

    /// <summary>Makes a snapshot of an element. Guide: createSnap(). REQUIRED; needs the ability <c>snapshot</c>.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="destination">Type, StorageServerUuid and Name of the snapshot; null without <c>custom_snap_name</c>, or when the user gave no name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The snapshot, with the element in <see cref="StorageElement.SourceUuids"/>.</returns>
    public virtual Task<StorageElement> CreateSnapAsync(StorageServer server, StorageElement element, StorageElement? destination,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.CreateSnap);

    /// <summary>Makes one snapshot of several elements at the same instant. Guide: createMultiSnap(). REQUIRED; needs the ability <c>snapshot</c>.</summary>
    /// <param name="server">The server they are on.</param>
    /// <param name="elements">The elements, two or more.</param>
    /// <param name="destination">Type, StorageServerUuid and Name of the snapshot; null without <c>custom_snap_name</c>, or when the user gave no name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>One snapshot, with all the elements in <see cref="StorageElement.SourceUuids"/>.</returns>
    /// <exception cref="NoSuchOperationException">The array can't do it in a single operation.</exception>
    public virtual Task<StorageElement> CreateMultiSnapAsync(StorageServer server, IReadOnlyList<StorageElement> elements, StorageElement? destination,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.CreateMultiSnap);

    /// <summary>Whether a restore would be safe at this moment. Guide: isRestorable(). REQUIRED.</summary>
    /// <param name="server">The server they are on.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="element">Only this element: then nothing else on the array may be affected. Null: the whole snapshot.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<bool> IsRestorableAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        AnswerAsync(server, snapshot, false, cancellationToken);

    /// <summary>Rolls back to a snapshot. Guide: snapRestore(). REQUIRED; synchronous.</summary>
    /// <remarks>
    /// With an element: that element and under no circumstance anything else. Without: all members of that snapshot, and nothing else. Newer snapshots
    /// are something else: an array that would lose them refuses. State, presentation and identities of the members stay; their size may become
    /// the one at the snapshot.
    /// </remarks>
    /// <param name="server">The server they are on.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="element">The element to roll back, or null for all members of the snapshot.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="SnapRestoreNotSafeException">Something else would be affected; nothing was touched.</exception>
    /// <exception cref="StorageElementBusyException">It is in use.</exception>
    public virtual Task SnapRestoreAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.SnapRestore);

    /// <summary>Removes a snapshot. Guide: snapRemove(). REQUIRED; synchronous.</summary>
    /// <remarks>Clones that were made of it stay, or it is busy. An element that is no snapshot is refused, whatever type the record tells.</remarks>
    /// <param name="server">The server it is on.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageElementBusyException">It is busy.</exception>
    [Rule(20, "A busy snapshot is StorageElementBusy.", "snapRemove()")]
    public virtual Task SnapRemoveAsync(StorageServer server, StorageElement snapshot, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.SnapRemove);

    /// <summary>The snapshots on the array that have this name or this Uuid. Not in the guide.</summary>
    /// <remarks>
    /// Override it where the array finds a snapshot without listing all of them: looking for one costs the same then, however many there are.
    /// </remarks>
    /// <param name="server">The server to ask.</param>
    /// <param name="nameOrUuid">The name, case-sensitive, or the Uuid.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The snapshots, none where there is none; null where all have to be listed.</returns>
    public virtual Task<IReadOnlyList<StorageElement>?> FindSnapshotsAsync(StorageServer server, string nameOrUuid, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StorageElement>?>(null);

    /// <summary>What was made directly of any of these elements and snapshots: snapshots, clones, and clones that were split since. Not in the guide.</summary>
    /// <remarks>
    /// Override it, together with <see cref="FindSnapshotsAsync"/>, where the array finds them without listing all: the family of one element costs no
    /// more than its members then.
    /// </remarks>
    /// <param name="server">The server to ask.</param>
    /// <param name="uuids">The Uuids of the sources; what they name may be gone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>All whose <see cref="StorageElement.SourceUuids"/> have one of these Uuids, none where there is none; null where all have to be
    /// listed.</returns>
    public virtual Task<IReadOnlyList<StorageElement>?> FindCopiesAsync(
        StorageServer server, IReadOnlyCollection<string> uuids, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StorageElement>?>(null);

    /// <summary>The snapshots on the array, or those of an element. Guide: getCurrentSnaps(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">The element, or null for all snapshots.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="NoSuchOperationException">The array can't list them.</exception>
    public virtual Task<IReadOnlyList<StorageElement>> GetCurrentSnapsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.GetCurrentSnaps);

    /// <summary>The qualities of service of the array. Guide: getQoSList(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The values; an empty list where there is nothing to choose.</returns>
    public virtual Task<IReadOnlyList<QosValue>> GetQosListAsync(StorageServer server, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<QosValue>>([]);

    /// <summary>Changes an element's quality of service. Guide: setQoS(). REQUIRED.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="qos">A <see cref="QosValue.Value"/> from <see cref="GetQosListAsync"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageElementBusyException">It can't be changed while the element is online.</exception>
    /// <exception cref="NoSuchOperationException">It can't be changed at all.</exception>
    [Rule(20, "An element too busy to be changed is StorageElementBusy.", "setQoS()")]
    public virtual Task SetQosAsync(StorageServer server, StorageElement element, string qos, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.SetQos);

    /// <summary>How far an asynchronous operation is. Guide: getAsyncProgress(). REQUIRED IF ASYNC IS SUPPORTED.</summary>
    /// <param name="server">The server it runs on.</param>
    /// <param name="record">The record last returned for the operation, with AsyncProgress and AsyncHandle.</param>
    /// <param name="cancellationToken">Ends the call, not the operation.</param>
    /// <returns>
    /// While it runs, the record with AsyncProgress -1 (unknown) or 0 to 100. From the first one on it has the Uuid, the name and the type of what is made
    /// (of a split, the clone's or a LUN's type), and they don't change. When it is done, the record that a synchronous call would have
    /// returned, with AsyncProgress null. Asked again, that record again. An operation that failed throws.
    /// </returns>
    [Rule(21, "From the first one on, the record of an operation has the Uuid, the name and the type of what is made.", "getAsyncProgress()")]
    public virtual Task<StorageElement> GetAsyncProgressAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.GetAsyncProgress);

    /// <summary>
    /// The pause between two calls of <see cref="GetAsyncProgressAsync"/>; null leaves it to the engine, which begins at 20 ms and grows to 2 s.
    /// Not in the guide.
    /// </summary>
    public virtual TimeSpan? ProgressInterval => null;

    /// <summary>
    /// Stops an asynchronous operation and takes back what it has half made. Not one of the guide's 42 methods: override it where the array
    /// can do that.
    /// </summary>
    /// <remarks>Once it was stopped, <see cref="GetAsyncProgressAsync"/> throws for it, best with the error id <c>OperationStopped</c>.</remarks>
    /// <param name="server">The server it runs on.</param>
    /// <param name="record">The record last returned for the operation, with AsyncProgress and AsyncHandle.</param>
    /// <param name="cancellationToken">Ends the call; the operation may be stopped all the same.</param>
    /// <returns>True when it was stopped, and nothing of it is left; false when it had ended already.</returns>
    /// <exception cref="NoSuchOperationException">It can't be stopped.</exception>
    public virtual Task<bool> CancelAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Cancel);

    /// <summary>
    /// Whether this plug-in implements a method of the guide. The engine calls only this, and no reflection, before it uses its generic
    /// version of an optional method. Not in the guide.
    /// </summary>
    /// <remarks>The base class checks which methods are overridden. Override it in a plug-in that stands in for another one.</remarks>
    /// <param name="method">The guide's name, from <see cref="GuideMethod"/>; an unknown name gives false.</param>
    public virtual bool Implements(string method) => (_implemented ??= OverriddenMethods.Of(GetType())).Contains(method);

    /// <summary>
    /// The error that every method throws that isn't overridden and has no other answer. Override it to say why this kind of array can't do it.
    /// </summary>
    /// <param name="server">The server that was asked.</param>
    /// <param name="method">The guide's name of the method, from <see cref="GuideMethod"/>; <see cref="GuideMethod.ToWords"/> makes words of it.</param>
    protected virtual NoSuchOperationException Unsupported(StorageServer server, string method) =>
        new($"The array '{server?.Name}' can't {GuideMethod.ToWords(method)}: its plug-in {GetType().FullName} does not support it.")
        {
            Element = server?.Name,
            Recommendation = "Get-OscCapability shows what the array can do. Use the array's own tools for the rest.",
        };

    // No is an answer about an element that is there. About one that isn't, the answer is NotFound, for arrays without the feature too.
    private async Task<T> AnswerAsync<T>(StorageServer server, StorageElement? element, T answer, CancellationToken cancellationToken)
    {
        if (element is not null)
        {
            await GetInfoAsync(server, element, cancellationToken).ConfigureAwait(false);
        }

        return answer;
    }
}
