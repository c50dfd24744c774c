namespace StorageConnect;

/// <summary>The server record is wrong or the array is not ready (guide: <c>InvalidStorageArrayEx</c>, <c>validate()</c>).</summary>
public sealed class InvalidStorageArrayException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public InvalidStorageArrayException(string message, Exception? innerException = null)
        : base(message, "InvalidStorageArray", innerException)
    {
    }

    internal InvalidStorageArrayException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
