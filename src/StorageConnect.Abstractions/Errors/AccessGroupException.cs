namespace StorageConnect;

/// <summary>An access group was not created, changed or removed, while others of the same request may have been.</summary>
public sealed class AccessGroupException(string message, Exception? innerException = null)
    : StorageConnectException(message, "AccessGroupFailed", innerException);
