namespace StorageConnect;

/// <summary>The name is taken. Set a specific <see cref="StorageConnectException.ErrorId"/>.</summary>
public sealed class AlreadyExistsException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public AlreadyExistsException(string message, Exception? innerException = null)
        : base(message, "AlreadyExists", innerException)
    {
    }

    internal AlreadyExistsException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
