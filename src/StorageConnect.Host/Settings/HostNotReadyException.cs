namespace StorageConnect.Host.Settings;

/// <summary>This host isn't ready: multipathd, iscsid or udev doesn't run or gave no usable answer. The array is not the cause.</summary>
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
