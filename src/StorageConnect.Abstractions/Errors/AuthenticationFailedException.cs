namespace StorageConnect;

/// <summary>The array turned the credentials away, or there are none.</summary>
public sealed class AuthenticationFailedException(string message, Exception? innerException = null)
    : StorageConnectException(message, "AuthenticationFailed", innerException);
