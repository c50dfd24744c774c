namespace StorageConnect;

/// <summary>A value the caller gave can't be: a name, a size, an initiator. Nothing was changed.</summary>
public sealed class InvalidRequestException(string message, Exception? innerException = null)
    : StorageConnectException(message, "InvalidRequest", innerException);
