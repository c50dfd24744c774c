namespace StorageConnect;

/// <summary>The element is in use, presented, has dependants, or must be offline for this (guide: <c>StorageElementBusyEx</c>).</summary>
public sealed class StorageElementBusyException(string message, Exception? innerException = null)
    : StorageConnectException(message, "StorageElementBusy", innerException);
