namespace StorageConnect;

/// <summary>There is no such element, group, snapshot, pool or server. Set a specific <see cref="StorageConnectException.ErrorId"/>.</summary>
public sealed class NotFoundException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public NotFoundException(string message, Exception? innerException = null)
        : base(message, "NotFound", innerException)
    {
    }

    internal NotFoundException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
