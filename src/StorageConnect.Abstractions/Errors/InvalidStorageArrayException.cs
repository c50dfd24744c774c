namespace StorageConnect;

/// <summary>The server record is wrong or the array is not ready (guide: <c>InvalidStorageArrayEx</c>, <c>validate()</c>).</summary>
public sealed class InvalidStorageArrayException(string message, Exception? innerException = null)
    : StorageConnectException(message, "InvalidStorageArray", innerException);
