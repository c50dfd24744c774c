namespace StorageConnect;

/// <summary>What the engine lets a plug-in use of the host (guide: <c>dev_path_prefix</c>, <c>OSCPluginUtils</c>).</summary>
public interface IHostServices
{
    /// <summary>
    /// The folder in which device paths start at this moment (guide: <c>IPlugin.dev_path_prefix</c>): <c>/dev/mapper/</c>
    /// when multipath is enabled, else <c>/dev/disk/by-id/</c>. Ask each time: it can change.
    /// </summary>
    string DevicePathPrefix { get; }

    /// <summary>The paths on this host of the device with this page 0x83 identity, with the prefix of the moment; empty when it isn't there.</summary>
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

    /// <summary>The LUNs that this host has found behind iSCSI targets it is logged in to, one for each identity, as the kernel last read them.</summary>
    /// <remarks>For a plug-in without a management interface to ask. The guide's services only answer where an identity is that the plug-in knows.</remarks>
    /// <param name="targetNames">The targets' names.</param>
    ValueList<HostLun> FindLuns(ValueList<string> targetNames);
}
