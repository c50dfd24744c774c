using System.Net.Sockets;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Udev;

/// <summary>
/// The kernel's and udev's events of devices that appear, change and disappear, from a netlink socket.
/// </summary>
/// <remarks>
/// Their content is ignored, because any process can send such messages. An event is only a reason to read sysfs again. Containers may get no
/// events, so callers also poll.
/// </remarks>
internal sealed class DeviceEvents : IDisposable
{
    private readonly Socket? _socket;
    private readonly byte[] _buffer = new byte[16 * 1024];

    internal DeviceEvents(Socket? socket) => _socket = socket;

    /// <summary>True when events can arrive.</summary>
    public bool IsListening => _socket is not null;

    public static DeviceEvents Listen(HostRoots roots) => new(roots.HasKernelEvents ? NetlinkSocket.TryOpenDeviceEvents() : null);

    public void Dispose() => _socket?.Dispose();

    /// <summary>Discards the events so far: for a caller that reads sysfs next.</summary>
    public void Drain()
    {
        try
        {
            // Socket.Available can't be used: netlink has no FIONREAD.
            while (_socket?.Poll(0, SelectMode.SelectRead) == true)
            {
                _socket.Receive(_buffer);
            }
        }
        catch (SocketException)
        {
            // The kernel's buffer overflowed. The caller reads sysfs in any case.
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
            // The caller reads sysfs.
        }
        catch (SocketException)
        {
            // As in Drain.
        }
    }
}
