namespace StorageConnect;

/// <summary>The array or the plug-in can't do this (guide: <c>NoSuchOperationEx</c>). The message says why.</summary>
public sealed class NoSuchOperationException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public NoSuchOperationException(string message, Exception? innerException = null)
        : base(message, "NoSuchOperation", innerException)
    {
    }

    internal NoSuchOperationException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
