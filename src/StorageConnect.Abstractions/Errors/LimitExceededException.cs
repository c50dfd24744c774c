namespace StorageConnect;

/// <summary>A limit of the array is reached: number of clones, entries in a group, capacity.</summary>
public sealed class LimitExceededException(string message, Exception? innerException = null)
    : StorageConnectException(message, "LimitExceeded", innerException);
