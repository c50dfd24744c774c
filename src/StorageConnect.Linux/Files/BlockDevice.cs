using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Linux.Native;

namespace StorageConnect.Linux.Files;

/// <summary>Calls to the kernel about a device's node.</summary>
public static unsafe class BlockDevice
{
    private const int ReadOnly = 0;
    private const int Exclusive = 0x80; // O_EXCL: on a block device, an exclusive claim
    private const int DoNotBlock = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int Busy = 16;

    /// <summary>Opens a device with O_EXCL. For reading: udev probes a device again only after it was open for writing.</summary>
    /// <returns>The claim, until it is disposed; null when the device is claimed already.</returns>
    /// <exception cref="IOException">The device can't be opened: no path to it, or no such node.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not open it.</exception>
    public static SafeFileHandle? TryClaim(string node)
    {
        int descriptor, error;
        do
        {
            descriptor = Libc.Open(node, ReadOnly | Exclusive | DoNotBlock | CloseOnExec, 0);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Errno.Interrupted);
        return error switch
        {
            0 => new(descriptor, ownsHandle: true),
            Busy => null,
            Errno.NotPermitted or Errno.Access => throw new UnauthorizedAccessException($"{node} can't be opened: {new Win32Exception(error).Message}."),
            _ => throw new IOException($"{node} can't be opened: {new Win32Exception(error).Message}."),
        };
    }

    /// <summary>
    /// The number of the device a path leads to: <c>major:minor</c> of a block device, with a <c>c</c> before it of a character device; null when it leads
    /// to neither. A link of /proc is followed into its namespace.
    /// </summary>
    /// <remarks>The file system of another file is not asked: a FUSE or network file system whose server is gone would never answer.</remarks>
    public static string? ReadNumber(string path)
    {
        const int currentFolder = -100; // AT_FDCWD
        const int asCached = 0x4000; // AT_STATX_DONT_SYNC
        const uint typeOnly = 1; // STATX_TYPE
        return Libc.Statx(currentFolder, path, asCached, typeOnly, out var status) == 0 && (status.IsBlockDevice || status.IsCharacterDevice)
            ? string.Create(CultureInfo.InvariantCulture, $"{(status.IsCharacterDevice ? "c" : "")}{status.SpecialMajor}:{status.SpecialMinor}")
            : null;
    }

    /// <summary>The number of the block device under a loop device; null when a file is under it, or nothing.</summary>
    public static string? ReadLoopDevice(string loop)
    {
        const uint getStatus = 0x4C05; // LOOP_GET_STATUS64
        const int statusLength = 232;
        const int realDeviceAt = 16; // lo_rdevice
        try
        {
            using var handle = File.OpenHandle(loop, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var status = stackalloc byte[statusLength];
            if (Ioctl.Send(handle, getStatus, status) != 0)
            {
                return null;
            }

            // The kernel's packing: 12 bits of the major above the lower 8 of the minor.
            var device = *(ulong*)(status + realDeviceAt);
            return device == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{(device >> 8) & 0xfff}:{(device & 0xff) | ((device >> 12) & 0xfff00)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // just gone
        }
    }
}
