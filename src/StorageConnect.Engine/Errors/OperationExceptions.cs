namespace StorageConnect.Engine.Errors;

/// <summary>An operation failed for a reason of its plug-in's own kind.</summary>
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

/// <summary>The timeout was reached before the operations ended.</summary>
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
