namespace StorageConnect;

/// <summary>The array, or a service it needs, does not answer.</summary>
public sealed class ArrayUnreachableException(string message, Exception? innerException = null)
    : StorageConnectException(message, "ArrayUnreachable", innerException);
