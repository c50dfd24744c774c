using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>The changes of one attach on this host so far, recorded before each can fail. What existed before is not included.</summary>
internal sealed class AttachChanges
{
    private readonly Lock _lock = new();
    private readonly List<(IscsiNode Node, OwnedSession Owned)> _sessions = [];
    private readonly List<ScsiDevice> _devices = [];
    private readonly List<FullScan> _fullScans = [];

    /// <summary>The sessions that were begun.</summary>
    public IReadOnlyList<(IscsiNode Node, OwnedSession Owned)> Sessions => Copy(_sessions);

    /// <summary>The devices that were added.</summary>
    public IReadOnlyList<ScsiDevice> Devices => Copy(_devices);

    /// <summary>The full scans that were begun.</summary>
    public IReadOnlyList<FullScan> FullScans => Copy(_fullScans);

    public void LoggedIn(IscsiNode node, OwnedSession owned) => Add(_sessions, (node, owned));

    public void FullScanBegins(FullScan scan) => Add(_fullScans, scan);

    public void Added(ScsiDevice device) => Add(_devices, device);

    private void Add<T>(List<T> list, T item)
    {
        lock (_lock)
        {
            list.Add(item);
        }
    }

    private List<T> Copy<T>(List<T> list)
    {
        lock (_lock)
        {
            return [.. list];
        }
    }
}
