namespace StorageConnect;

/// <summary>An access group was not created, changed or removed, while others of the same request may have been.</summary>
public sealed class AccessGroupException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public AccessGroupException(string message, Exception? innerException = null)
        : base(message, "AccessGroupFailed", innerException)
    {
    }

    internal AccessGroupException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
