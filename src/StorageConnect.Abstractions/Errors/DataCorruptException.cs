namespace StorageConnect;

/// <summary>What the array keeps can't be read as what it should be. Nothing was changed.</summary>
public sealed class DataCorruptException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public DataCorruptException(string message, Exception? innerException = null)
        : base(message, "DataCorrupt", innerException)
    {
    }

    internal DataCorruptException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
