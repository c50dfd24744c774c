namespace StorageConnect.Engine;

/// <summary>An operation failed in a way that only its plug-in knows.</summary>
public sealed class OperationFailedException : StorageConnectException
{
    /// <summary>What happened and why.</summary>
    public OperationFailedException(string message, Exception? innerException = null)
        : base(message, "OperationFailed", innerException)
    {
    }

    internal OperationFailedException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>An operation was stopped by request.</summary>
public sealed class OperationStoppedException : StorageConnectException
{
    /// <summary>What happened and why.</summary>
    public OperationStoppedException(string message, Exception? innerException = null)
        : base(message, "OperationStopped", innerException)
    {
    }

    internal OperationStoppedException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>The time to wait was over before the operations were.</summary>
public sealed class OperationTimeoutException : StorageConnectException
{
    /// <summary>What happened and why.</summary>
    public OperationTimeoutException(string message, Exception? innerException = null)
        : base(message, "OperationTimeout", innerException)
    {
    }

    internal OperationTimeoutException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
