namespace StorageConnect.Host.Settings;

/// <summary>This host can't do its part now: multipathd, iscsid or udev does not run or gave no usable answer. The array is not the reason.</summary>
public sealed class HostNotReadyException : StorageConnectException
{
    /// <summary>What is missing, and why.</summary>
    public HostNotReadyException(string message, Exception? innerException = null)
        : base(message, "HostNotReady", innerException)
    {
    }

    internal HostNotReadyException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
