namespace StorageConnect;

/// <summary>The restore would touch something other than the element asked for; nothing was touched (guide: <c>SnapRestoreNotSafeEx</c>).</summary>
public sealed class SnapRestoreNotSafeException : StorageConnectException
{
    /// <summary>What happened and why, with the name of the thing.</summary>
    public SnapRestoreNotSafeException(string message, Exception? innerException = null)
        : base(message, "SnapRestoreNotSafe", innerException)
    {
    }

    internal SnapRestoreNotSafeException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
