namespace StorageConnect;

/// <content>LUNs and clones: listing, creating, changing and removing them.</content>
public abstract partial class StorageArrayPlugin
{
    /// <summary>The elements on the array. Guide: list(). REQUIRED.</summary>
    /// <remarks>
    /// Streams: yield each as it comes. Never a snapshot, each with its <see cref="StorageElement.Page83Id"/>; don't check whether this host sees it.
    /// The caller may remove elements while it reads the list, as a pipeline does; each of the others must still be yielded, once. So ask the array for
    /// the page after a name or an id, not after a number of elements. Where nothing fits the filter the list is empty: that is no error.
    /// </remarks>
    /// <param name="server">The server to ask.</param>
    /// <param name="filter">The types wanted (the guide's se_type), and hints that a plug-in may use to return less.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    [Rule(11, "What is removed while list goes on hides none of the other elements.", "list()")]
    public abstract IAsyncEnumerable<StorageElement> ListAsync(StorageServer server, StorageElementFilter filter, CancellationToken cancellationToken);

    /// <summary>Information on one element (snapshots too). Guide: getInfo(), second form. REQUIRED.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element, found by its Uuid.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The record as the array has it now.</returns>
    /// <exception cref="NotFoundException">It isn't on the array.</exception>
    public abstract Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken);

    /// <summary>Completes records as far as possible, device paths on this host included. Guide: updateSERecords(). OPTIONAL.</summary>
    /// <remarks>The generic version calls getInfo for each element and finds its page 0x83 identity on this host.</remarks>
    /// <param name="server">The server the elements are on.</param>
    /// <param name="elements">The records to complete. Device paths begin with <see cref="IHostServices.DevicePathPrefix"/> where the host maps them.</param>
    /// <param name="appendAllowed">True: elements that are not in the list may be added to it. False unless the caller says so.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<IReadOnlyList<StorageElement>> UpdateStorageElementsAsync(StorageServer server, IReadOnlyList<StorageElement> elements,
        bool appendAllowed, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.UpdateStorageElements);

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

    /// <summary>Makes an element larger or smaller. Guide: resize(). REQUIRED; needs the ability <c>resize</c>.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="newSizeBytes">The size wanted, in bytes, above 0.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The record with the actual size.</returns>
    public virtual Task<StorageElement> ResizeAsync(StorageServer server, StorageElement element, long newSizeBytes, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Resize);

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
}
