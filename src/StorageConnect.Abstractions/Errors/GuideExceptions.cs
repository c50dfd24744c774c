namespace StorageConnect;

/// <summary>The server record is wrong, or the array is not ready (guide: <c>InvalidStorageArrayEx</c>, <c>validate()</c>).</summary>
public sealed class InvalidStorageArrayException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public InvalidStorageArrayException(string message, Exception? innerException = null)
        : base(message, "InvalidStorageArray", innerException)
    {
    }

    internal InvalidStorageArrayException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>The array or the plug-in can't do this (guide: <c>NoSuchOperationEx</c>). The message says why.</summary>
public sealed class NoSuchOperationException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public NoSuchOperationException(string message, Exception? innerException = null)
        : base(message, "NoSuchOperation", innerException)
    {
    }

    internal NoSuchOperationException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>The restore would affect something other than the element asked for; nothing was touched (guide: <c>SnapRestoreNotSafeEx</c>).</summary>
public sealed class SnapRestoreNotSafeException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public SnapRestoreNotSafeException(string message, Exception? innerException = null)
        : base(message, "SnapRestoreNotSafe", innerException)
    {
    }

    internal SnapRestoreNotSafeException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>The element is in use, presented, has dependants, or must be offline for this (guide: <c>StorageElementBusyEx</c>).</summary>
public sealed class StorageElementBusyException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public StorageElementBusyException(string message, Exception? innerException = null)
        : base(message, "StorageElementBusy", innerException)
    {
    }

    internal StorageElementBusyException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
