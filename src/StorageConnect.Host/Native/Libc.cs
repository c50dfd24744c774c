using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StorageConnect.Host.Native;

/// <summary>The few calls of the C library that .NET has no API for.</summary>
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    [LibraryImport(Name, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Name, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int socket, in NetlinkAddress address, int length);

    [LibraryImport(Name, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int IoControl(SafeFileHandle device, nuint request, void* argument);

    [LibraryImport(Name, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int folder, string path, int flags, uint mask, FileStatus* status);

    [LibraryImport(Name, EntryPoint = "poll")]
    public static partial int Poll(ref PollEntry first, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    public struct NetlinkAddress
    {
        public ushort Family;
        public ushort Padding;
        public uint Port;
        public uint Groups;
    }

    /// <summary>Of the kernel's <c>struct statx</c>, which is the same on all machines, what is used here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(128)]
        public uint DeviceMajor;

        [FieldOffset(132)]
        public uint DeviceMinor;
    }

    /// <summary>The C library's <c>pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        /// <summary>POLLIN: something can be read.</summary>
        public const short Input = 1;

        public int Descriptor;
        public short Asked;
        public short Returned;
    }
}
