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
}
