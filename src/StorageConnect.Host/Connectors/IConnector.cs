using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>A transport between this host and arrays: how an element's disks appear, and how they go.</summary>
internal interface IConnector
{
    /// <summary>True when a device came through this transport.</summary>
    bool Carries(ScsiDevice device);

    /// <summary>Finds the element, and proves each disk by its page 0x83.</summary>
    /// <returns>Its disks, one for each path.</returns>
    /// <exception cref="StorageConnectException">It is not there; the error says where it was looked for.</exception>
    Task<IReadOnlyList<FoundPath>> ConnectAsync(ConnectRequest request, CancellationToken cancellationToken);

    /// <summary>Removes an element's disks, whose map is gone, and what this host has only for them. Begun again after a kill, it goes on.</summary>
    /// <param name="key">Under which the ledger keeps the element.</param>
    /// <param name="devices">Its disks of this transport; none when only an attempt to find it is left.</param>
    /// <param name="cancellationToken">Ends the call between two steps.</param>
    Task DisconnectAsync(string key, IReadOnlyList<ScsiDevice> devices, CancellationToken cancellationToken);

    /// <summary>Has the kernel read the devices it knows again, and look for others.</summary>
    /// <param name="targets">The targets to look behind; empty = all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task RescanAsync(IReadOnlyList<IscsiTarget> targets, CancellationToken cancellationToken);
}
