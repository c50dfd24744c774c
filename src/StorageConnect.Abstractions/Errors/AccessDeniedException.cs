namespace StorageConnect;

/// <summary>The user of this process may not do this here.</summary>
public sealed class AccessDeniedException(string message, Exception? innerException = null)
    : StorageConnectException(message, "AccessDenied", innerException);
