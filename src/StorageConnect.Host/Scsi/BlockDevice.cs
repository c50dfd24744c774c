using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Host.Native;

namespace StorageConnect.Host.Scsi;

/// <summary>What the kernel says of a block device's node.</summary>
internal static unsafe class BlockDevice
{
    private const int ReadOnly = 0;
    private const int Exclusive = 0x80; // O_EXCL: of a block device, to be its only holder
    private const int DoNotBlock = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int NotPermitted = 1;
    private const int Interrupted = 4;
    private const int AccessDenied = 13;
    private const int Busy = 16;

    /// <summary>Opens a device with O_EXCL. For reading: udev looks again only at what was open for writing.</summary>
    /// <returns>The claim, until it is disposed; null when somebody else has claimed the device.</returns>
    /// <exception cref="IOException">The device can't be opened: no path to it, or no such node.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not open it.</exception>
    public static SafeFileHandle? TryClaim(string node)
    {
        int descriptor, error;
        do
        {
            descriptor = Libc.Open(node, ReadOnly | Exclusive | DoNotBlock | CloseOnExec);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Interrupted);
        return error switch
        {
            0 => new(descriptor, ownsHandle: true),
            Busy => null,
            NotPermitted or AccessDenied => throw new UnauthorizedAccessException($"{node} can't be opened: {new Win32Exception(error).Message}."),
            _ => throw new IOException($"{node} can't be opened: {new Win32Exception(error).Message}."),
        };
    }

    /// <summary>
    /// The number of the block device a path leads to, as <c>major:minor</c>; null when it leads to none. A link of /proc is followed into its namespace.
    /// </summary>
    public static string? ReadNumber(string path)
    {
        const int currentFolder = -100; // AT_FDCWD
        const uint typeOnly = 1; // STATX_TYPE
        const ushort typeMask = 0xf000;
        const ushort blockDevice = 0x6000;
        Libc.FileStatus status;
        return Libc.Statx(currentFolder, path, 0, typeOnly, &status) == 0 && (status.Mode & typeMask) == blockDevice
            ? string.Create(CultureInfo.InvariantCulture, $"{status.DeviceMajor}:{status.DeviceMinor}")
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
            if (Libc.IoControl(handle, getStatus, status) < 0)
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
