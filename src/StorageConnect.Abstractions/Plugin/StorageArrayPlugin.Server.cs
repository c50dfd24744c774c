namespace StorageConnect;

/// <content>The array itself: what it is, how it is, and the targets that this host logs in to.</content>
public abstract partial class StorageArrayPlugin
{
    /// <summary>The array's own information. Guide: getInfo(), first form. REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The record with <see cref="StorageServer.Description"/>, <see cref="StorageServer.Status"/> and what else is known (sizes in bytes) filled
    /// in.</returns>
    public abstract Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken);

    /// <summary>The arrays behind a concentrator or appliance, of which the user chooses one. Guide: getStorageNames(). REQUIRED.</summary>
    /// <param name="server">The server to ask; it has passed the first validate and may have no <see cref="StorageServer.StorageName"/> yet.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The names; an empty list where there is nothing to choose.</returns>
    public virtual Task<IReadOnlyList<string>> GetStorageNamesAsync(StorageServer server, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>The status of the array or of an element, for people. Guide: getStatus(). REQUIRED.</summary>
    /// <remarks>Lighter than getInfo where the array allows it.</remarks>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">The element, or null for the array.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public abstract Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken);

    /// <summary>The qualities of service of the array. Guide: getQoSList(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The values; an empty list where there is nothing to choose.</returns>
    public virtual Task<IReadOnlyList<QosValue>> GetQosListAsync(StorageServer server, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<QosValue>>([]);

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
}
