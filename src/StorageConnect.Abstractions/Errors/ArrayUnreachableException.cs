namespace StorageConnect;

/// <summary>The array, or a service it needs, does not answer.</summary>
public sealed class ArrayUnreachableException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public ArrayUnreachableException(string message, Exception? innerException = null)
        : base(message, "ArrayUnreachable", innerException)
    {
    }

    internal ArrayUnreachableException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
