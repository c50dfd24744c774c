using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace StorageConnect.Linux.Native;

/// <summary>The socket on which the kernel and udev announce devices (NETLINK_KOBJECT_UEVENT). .NET can't make one.</summary>
public static class NetlinkSocket
{
    private const int NetlinkFamily = 16;
    private const int DatagramCloseOnExec = 2 | 0x80000;
    private const int KernelEventProtocol = 15;
    private const uint KernelAndUdev = 1 | 2;

    /// <summary>Opens it; null where the kernel or the container doesn't allow it.</summary>
    public static Socket? TryOpenDeviceEvents()
    {
        var descriptor = Libc.Socket(NetlinkFamily, DatagramCloseOnExec, KernelEventProtocol);
        if (descriptor < 0)
        {
            return null;
        }

        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        var address = new NetlinkAddress { Family = NetlinkFamily, Groups = KernelAndUdev };
        if (Libc.Bind(descriptor, address, Marshal.SizeOf(address)) < 0)
        {
            handle.Dispose();
            return null;
        }

        return new(handle);
    }
}
