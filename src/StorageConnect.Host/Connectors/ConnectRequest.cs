using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.Connectors;

/// <summary>One element to find on this host.</summary>
/// <param name="Server">Its server, with secrets.</param>
/// <param name="Element">The element, as it is on the array now.</param>
/// <param name="Key">Its key in the ledger.</param>
/// <param name="Initiator">The initiator name to log in with; null where any will do.</param>
/// <param name="Presented">Proves its disks, where its identity belongs to the presentation; else null.</param>
/// <param name="StartTargets">Calls the plug-in's own login; its result is null where the plug-in has none and the host logs in.</param>
/// <param name="Changes">Records what is changed on the host.</param>
/// <param name="Warn">Receives warnings for the user.</param>
internal sealed record ConnectRequest(
    StorageServer Server,
    StorageElement Element,
    string Key,
    InitiatorIdentity? Initiator,
    PresentedLun? Presented,
    Func<CancellationToken, Task<IReadOnlyList<IscsiTarget>?>> StartTargets,
    AttachChanges Changes,
    Action<string> Warn);
