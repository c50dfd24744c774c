namespace StorageConnect;

/// <summary>The name is taken. Set a specific <see cref="StorageConnectException.ErrorId"/>.</summary>
public sealed class AlreadyExistsException(string message, Exception? innerException = null)
    : StorageConnectException(message, "AlreadyExists", innerException);
