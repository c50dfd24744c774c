namespace StorageConnect;

/// <summary>There is no such element, group, snapshot, pool or server. Set a specific <see cref="StorageConnectException.ErrorId"/>.</summary>
public sealed class NotFoundException(string message, Exception? innerException = null)
    : StorageConnectException(message, "NotFound", innerException);
