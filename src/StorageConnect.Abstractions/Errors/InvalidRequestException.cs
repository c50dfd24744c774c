namespace StorageConnect;

/// <summary>A value the caller gave can't be: a name, a size, an initiator. Nothing was changed.</summary>
public sealed class InvalidRequestException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public InvalidRequestException(string message, Exception? innerException = null)
        : base(message, "InvalidRequest", innerException)
    {
    }

    internal InvalidRequestException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
