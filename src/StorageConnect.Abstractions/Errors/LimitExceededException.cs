namespace StorageConnect;

/// <summary>A limit of the array is reached: number of clones, entries in a group, capacity.</summary>
public sealed class LimitExceededException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public LimitExceededException(string message, Exception? innerException = null)
        : base(message, "LimitExceeded", innerException)
    {
    }

    internal LimitExceededException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
