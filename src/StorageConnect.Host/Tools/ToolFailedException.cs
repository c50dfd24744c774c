namespace StorageConnect.Host.Tools;

/// <summary>A tool gave no usable answer: it was killed at its deadline or limit, or ended in a way that can't be understood.</summary>
public sealed class ToolFailedException(string message, Exception? innerException = null)
    : StorageConnectException(message, "ToolFailed", innerException);
