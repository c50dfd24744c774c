namespace StorageConnect;

/// <summary>What the array keeps can't be read as what it should be. Nothing was changed.</summary>
public sealed class DataCorruptException(string message, Exception? innerException = null)
    : StorageConnectException(message, "DataCorrupt", innerException);
