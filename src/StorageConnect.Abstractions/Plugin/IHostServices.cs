namespace StorageConnect;

/// <summary>What the engine lets a plug-in use of the host (guide: <c>dev_path_prefix</c>, <c>OSCPluginUtils</c>).</summary>
public interface IHostServices
{
    /// <summary>
    /// The folder of device paths (guide: <c>IPlugin.dev_path_prefix</c>): <c>/dev/mapper/</c>
    /// when multipath is enabled, else <c>/dev/disk/by-id/</c>. Read it each time: it can change.
    /// </summary>
    string DevicePathPrefix { get; }

    /// <summary>The iSCSI qualified name under which this host logs in; null where it has none. Not in the guide.</summary>
    /// <exception cref="AccessDeniedException">This user may not read it.</exception>
    string? InitiatorName => null;

    /// <summary>
    /// The paths on this host of the device with this page 0x83 identity, with <see cref="DevicePathPrefix"/>; empty when this host has no such device.
    /// </summary>
    /// <param name="page83Id">Identity as in <see cref="StorageElement.Page83Id"/>.</param>
    ValueList<string> FindDevicePaths(string page83Id);

    /// <summary>Tears down the multipath device with this page 0x83 identity, if there is one (guide: <c>destroyMPDev</c>).</summary>
    /// <param name="page83Id">Identity as in <see cref="StorageElement.Page83Id"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StorageElementBusyException">The device is open, mounted or held.</exception>
    Task DestroyMultipathDeviceAsync(string page83Id, CancellationToken cancellationToken);

    /// <summary>True when this host is logged in to this target at this portal.</summary>
    /// <param name="target">As discover found it.</param>
    bool IsConnected(IscsiTarget target);

    /// <summary>The LUNs behind iSCSI targets that this host is logged in to, one per identity, as the kernel last read them.</summary>
    /// <remarks>For plug-ins of arrays without a management interface. Not in the guide.</remarks>
    /// <param name="targetNames">The targets' names.</param>
    ValueList<HostLun> FindLuns(ValueList<string> targetNames);

    /// <summary>Logs this host in to one target at one portal, and scans for its LUNs. An existing session is kept.</summary>
    /// <remarks>For plug-ins that override discover, start and stop, because each target has its own CHAP secret.</remarks>
    /// <param name="target">The target; its portal is where to log in.</param>
    /// <param name="context">
    /// CHAP users and secrets, and the network device; without CHAP users the login goes without CHAP. Its host and port are not used. The secrets are
    /// kept in the initiator's node database, which only root can read, until the logout.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AuthenticationFailedException">The target rejected the CHAP secret, or failed to prove itself.</exception>
    /// <exception cref="ArrayUnreachableException">The portal does not answer.</exception>
    Task LoginAsync(IscsiTarget target, AccessContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Logs this host out of one target at one portal, and deletes the initiator's record of it with its secrets. Multipath maps and devices on
    /// its LUNs are removed first. Without a session it succeeds.
    /// </summary>
    /// <param name="target">The target and portal, as given to <see cref="LoginAsync"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StorageElementBusyException">A device of the target is in use. Nothing was changed.</exception>
    Task LogoutAsync(IscsiTarget target, CancellationToken cancellationToken);
}
