using System.Runtime.InteropServices;

namespace StorageConnect.Linux.Files;

/// <summary>A call to the kernel failed. Callers translate it into an error for users.</summary>
/// <param name="what">The attempted call, as "open /path".</param>
/// <param name="errno">The kernel's error number.</param>
public sealed class LinuxFileException(string what, int errno) : IOException($"{what}: {Marshal.GetPInvokeErrorMessage(errno)}")
{
    /// <summary>The kernel's error number: see <see cref="Native.Errno"/>.</summary>
    public int Errno { get; } = errno;

    /// <summary>True when the file system is full, or a quota is used up.</summary>
    public bool IsOutOfSpace => Errno is Native.Errno.NoSpace or Native.Errno.Quota;

    /// <summary>The error of the last call.</summary>
    public static LinuxFileException Last(string what) => new(what, Marshal.GetLastPInvokeError());
}
