namespace StorageConnect.Engine;

/// <summary>An operation failed in a way that only its plug-in knows.</summary>
public sealed class OperationFailedException(string message, Exception? innerException = null)
    : StorageConnectException(message, "OperationFailed", innerException);

/// <summary>An operation was stopped by request.</summary>
public sealed class OperationStoppedException(string message, Exception? innerException = null)
    : StorageConnectException(message, "OperationStopped", innerException);

/// <summary>The time to wait was over before the operations were.</summary>
public sealed class OperationTimeoutException(string message, Exception? innerException = null)
    : StorageConnectException(message, "OperationTimeout", innerException);
