namespace StorageConnect;

/// <summary>The restore would touch something other than the element asked for; nothing was touched (guide: <c>SnapRestoreNotSafeEx</c>).</summary>
public sealed class SnapRestoreNotSafeException(string message, Exception? innerException = null)
    : StorageConnectException(message, "SnapRestoreNotSafe", innerException);
