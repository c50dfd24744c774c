namespace StorageConnect;

/// <summary>The user of this process may not do this here.</summary>
public sealed class AccessDeniedException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public AccessDeniedException(string message, Exception? innerException = null)
        : base(message, "AccessDenied", innerException)
    {
    }

    internal AccessDeniedException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
