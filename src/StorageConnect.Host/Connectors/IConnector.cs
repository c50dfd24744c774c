using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>A transport between this host and arrays: how an element's disks are added and removed.</summary>
internal interface IConnector
{
    /// <summary>True when a device came through this transport.</summary>
    bool Carries(ScsiDevice device);

    /// <summary>Finds the element, and checks the page 0x83 identity of each disk.</summary>
    /// <returns>Its disks, one for each path.</returns>
    /// <exception cref="StorageConnectException">It was not found; the error names the targets that were searched.</exception>
    Task<IReadOnlyList<FoundPath>> ConnectAsync(ConnectRequest request, CancellationToken cancellationToken);

    /// <summary>Removes an element's disks, whose map is gone, and sessions that carry nothing else. It can be repeated after an interruption.</summary>
    /// <param name="key">The element's key in the ledger.</param>
    /// <param name="devices">Its disks of this transport; none when only an interrupted search is left.</param>
    /// <param name="cancellationToken">Ends the call between two steps.</param>
    Task DisconnectAsync(string key, IReadOnlyList<ScsiDevice> devices, CancellationToken cancellationToken);

    /// <summary>Makes the kernel re-read its devices and scan for new ones.</summary>
    /// <param name="targets">The targets to scan; empty = all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task RescanAsync(IReadOnlyList<IscsiTarget> targets, CancellationToken cancellationToken);
}
