using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace StorageConnect.Tests.Local.Support;

/// <summary>A tgtd whose protocol only its own tgtadm knows: to this process it answers what no tgtd of today does, for others it is the real one.</summary>
public sealed class StrangeDaemon : IAsyncDisposable
{
    private readonly TgtDaemon _daemon;
    private readonly string _folder = Directory.CreateTempSubdirectory("strange-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly StringBuilder _heard = new();
    private readonly Task _serving;

    public StrangeDaemon(TgtDaemon daemon)
    {
        _daemon = daemon;
        _listener.Bind(new UnixDomainSocketEndPoint(ControlPath + ".0"));
        _listener.Listen();
        _serving = Task.Run(ServeAsync);
    }

    public string ControlPath => Path.Combine(_folder, "control");

    /// <summary>All that was sent to it, by whom ever.</summary>
    public string Heard
    {
        get
        {
            lock (_heard)
            {
                return _heard.ToString();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
        Directory.Delete(_folder, recursive: true);
    }

    private static int ProcessBehind(Socket client)
    {
        var credentials = new byte[12];
        client.GetRawSocketOption(1, 17, credentials);
        return BinaryPrimitives.ReadInt32LittleEndian(credentials);
    }

    private async Task ServeAsync()
    {
        var clients = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync();
                clients.Add(Task.Run(() => ServeAsync(client)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(clients);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            if (ProcessBehind(client) == Environment.ProcessId)
            {
                var request = new byte[4096];
                Note(request, await client.ReceiveAsync(request));
                client.Send(Enumerable.Repeat((byte)0xFF, 64).ToArray());
                return;
            }

            using var real = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await real.ConnectAsync(new UnixDomainSocketEndPoint(_daemon.ControlPath + ".0"));
            await Task.WhenAny(PumpAsync(client, real, heard: true), PumpAsync(real, client, heard: false));
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool heard)
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                if (heard)
                {
                    Note(buffer, count);
                }

                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (SocketException)
        {
            // One side was done.
        }
    }

    private void Note(byte[] bytes, int count)
    {
        lock (_heard)
        {
            _heard.Append(Encoding.Latin1.GetString(bytes, 0, count));
        }
    }
}
