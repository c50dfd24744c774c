using System.Net.Sockets;
using System.Runtime.InteropServices;
using StorageConnect.Host.Native;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Udev;

/// <summary>
/// The kernel's and udev's announcements of devices that come, change and go, as they come: on the netlink socket both send them to.
/// </summary>
/// <remarks>
/// What they say is not read: anybody may send something like it. Each is a reason to look at sysfs again, no more. Containers may hear none:
/// who waits looks now and then all the same.
/// </remarks>
internal sealed class DeviceEvents : IDisposable
{
    private const int NetlinkFamily = 16;
    private const int DatagramCloseOnExec = 2 | 0x80000;
    private const int KernelEventProtocol = 15;
    private const uint KernelAndUdev = 1 | 2;

    private readonly Socket? _socket;
    private readonly byte[] _buffer = new byte[16 * 1024];

    private DeviceEvents(Socket? socket) => _socket = socket;

    /// <summary>True when events will be heard.</summary>
    public bool IsListening => _socket is not null;

    public static DeviceEvents Listen(HostRoots roots) => new(roots.HasKernelEvents ? TryOpen() : null);

    public void Dispose() => _socket?.Dispose();

    /// <summary>Forgets the events that came so far: for one who looks now.</summary>
    public void Drain()
    {
        try
        {
            while (_socket is { Available: > 0 })
            {
                _socket.Receive(_buffer);
            }
        }
        catch (SocketException)
        {
            // More came than the kernel keeps: all the more reason to look.
        }
    }

    /// <summary>Ends at the next event, at the latest after <paramref name="atMost"/>.</summary>
    public async Task NextAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (_socket is null)
        {
            await Task.Delay(atMost, cancellationToken);
            return;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(atMost);
        try
        {
            await _socket.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to look.
        }
        catch (SocketException)
        {
            // As in Drain.
        }
    }

    private static Socket? TryOpen()
    {
        var descriptor = Libc.Socket(NetlinkFamily, DatagramCloseOnExec, KernelEventProtocol);
        if (descriptor < 0)
        {
            return null;
        }

        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        var address = new Libc.NetlinkAddress { Family = NetlinkFamily, Groups = KernelAndUdev };
        if (Libc.Bind(descriptor, address, Marshal.SizeOf(address)) < 0)
        {
            handle.Dispose();
            return null;
        }

        return new(handle);
    }
}
