namespace StorageConnect;

/// <summary>The array turned the credentials away, or there are none.</summary>
public sealed class AuthenticationFailedException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public AuthenticationFailedException(string message, Exception? innerException = null)
        : base(message, "AuthenticationFailed", innerException)
    {
    }

    internal AuthenticationFailedException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
