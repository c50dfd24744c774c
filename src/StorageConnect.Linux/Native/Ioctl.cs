using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StorageConnect.Linux.Native;

/// <summary>Control requests to a device or file (ioctl).</summary>
public static unsafe class Ioctl
{
    /// <summary>Sends a request; again when a signal interrupts it.</summary>
    /// <param name="file">The open device or file.</param>
    /// <param name="request">The number of the request.</param>
    /// <param name="argument">The structure that belongs to the request.</param>
    /// <returns>0, or the kernel's error number.</returns>
    public static int Send(SafeFileHandle file, nuint request, void* argument)
    {
        int error;
        do
        {
            error = Libc.IoctlPointer(file, request, argument) < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Errno.Interrupted);
        return error;
    }
}
