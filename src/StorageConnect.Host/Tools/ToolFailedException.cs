namespace StorageConnect.Host.Tools;

/// <summary>A tool gave no usable answer: it was killed at its deadline or limit, or its result can't be interpreted.</summary>
public sealed class ToolFailedException : StorageConnectException
{
    /// <summary>What happened and why, with the tool's name.</summary>
    public ToolFailedException(string message, Exception? innerException = null)
        : base(message, "ToolFailed", innerException)
    {
    }

    internal ToolFailedException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
