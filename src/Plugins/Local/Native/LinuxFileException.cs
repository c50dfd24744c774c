using System.Runtime.InteropServices;

namespace StorageConnect.Plugins.Local.Native;

/// <summary>A call to the kernel failed. Translated by <see cref="Errors.ErrorMapping"/> before it leaves the plug-in.</summary>
internal sealed class LinuxFileException(string what, int errno) : IOException($"{what}: {Marshal.GetPInvokeErrorMessage(errno)}")
{
    public int Errno { get; } = errno;

    public bool IsOutOfSpace => Errno is Native.Errno.NoSpace or Native.Errno.Quota;

    /// <summary>The error of the call just made.</summary>
    public static LinuxFileException Last(string what) => new(what, Marshal.GetLastPInvokeError());
}
