namespace StorageConnect;

/// <summary>The array or the plug-in can't do this (guide: <c>NoSuchOperationEx</c>). The message says why.</summary>
public sealed class NoSuchOperationException(string message, Exception? innerException = null)
    : StorageConnectException(message, "NoSuchOperation", innerException);
