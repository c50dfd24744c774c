namespace StorageConnect;

/// <summary>The user of this process has no permission for this.</summary>
public sealed class AccessDeniedException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public AccessDeniedException(string message, Exception? innerException = null)
        : base(message, "AccessDenied", innerException)
    {
    }

    internal AccessDeniedException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>An access group was not created, changed or removed. Other groups of the same request may have been.</summary>
public sealed class AccessGroupException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public AccessGroupException(string message, Exception? innerException = null)
        : base(message, "AccessGroupFailed", innerException)
    {
    }

    internal AccessGroupException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>The name is taken. Set a specific <see cref="StorageConnectException.ErrorId"/>.</summary>
public sealed class AlreadyExistsException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public AlreadyExistsException(string message, Exception? innerException = null)
        : base(message, "AlreadyExists", innerException)
    {
    }

    internal AlreadyExistsException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>The array, or a service it needs, does not answer.</summary>
public sealed class ArrayUnreachableException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public ArrayUnreachableException(string message, Exception? innerException = null)
        : base(message, "ArrayUnreachable", innerException)
    {
    }

    internal ArrayUnreachableException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>Credentials are missing or were rejected.</summary>
public sealed class AuthenticationFailedException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public AuthenticationFailedException(string message, Exception? innerException = null)
        : base(message, "AuthenticationFailed", innerException)
    {
    }

    internal AuthenticationFailedException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>Stored data can't be read as what it should be. Nothing was changed.</summary>
public sealed class DataCorruptException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public DataCorruptException(string message, Exception? innerException = null)
        : base(message, "DataCorrupt", innerException)
    {
    }

    internal DataCorruptException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>An argument is not valid: a name, a size, an initiator. Nothing was changed.</summary>
public sealed class InvalidRequestException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public InvalidRequestException(string message, Exception? innerException = null)
        : base(message, "InvalidRequest", innerException)
    {
    }

    internal InvalidRequestException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>A limit of the array is reached: number of clones, entries in a group, capacity.</summary>
public sealed class LimitExceededException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public LimitExceededException(string message, Exception? innerException = null)
        : base(message, "LimitExceeded", innerException)
    {
    }

    internal LimitExceededException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}

/// <summary>There is no such element, group, snapshot, pool or server. Set a specific <see cref="StorageConnectException.ErrorId"/>.</summary>
public sealed class NotFoundException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the object.</summary>
    public NotFoundException(string message, Exception? innerException = null)
        : base(message, "NotFound", innerException)
    {
    }

    internal NotFoundException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
