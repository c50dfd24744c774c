using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.Connectors;

/// <summary>One element that is to be found.</summary>
/// <param name="Server">Its server, with secrets.</param>
/// <param name="Element">The element, as it is on the array now.</param>
/// <param name="Key">Under which the ledger keeps it.</param>
/// <param name="Initiator">The name under which this host sees it; null where any will do.</param>
/// <param name="Presented">Proves its disks, where its identity belongs to the presentation; else null.</param>
/// <param name="StartTargets">Has the plug-in log this host in, where it does that in its own way; null where the host logs in by itself.</param>
/// <param name="Changes">Takes down what is changed on the host.</param>
/// <param name="Warn">Told what the user should know though it is no failure.</param>
internal sealed record ConnectRequest(
    StorageServer Server,
    StorageElement Element,
    string Key,
    InitiatorIdentity? Initiator,
    PresentedLun? Presented,
    Func<CancellationToken, Task<IReadOnlyList<IscsiTarget>?>> StartTargets,
    AttachChanges Changes,
    Action<string> Warn);
