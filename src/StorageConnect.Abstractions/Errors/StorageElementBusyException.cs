namespace StorageConnect;

/// <summary>The element is in use, presented, has dependants, or must be offline for this (guide: <c>StorageElementBusyEx</c>).</summary>
public sealed class StorageElementBusyException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public StorageElementBusyException(string message, Exception? innerException = null)
        : base(message, "StorageElementBusy", innerException)
    {
    }

    internal StorageElementBusyException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
