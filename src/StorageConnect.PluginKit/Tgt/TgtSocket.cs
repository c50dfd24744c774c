using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace StorageConnect.PluginKit.Tgt;

/// <summary>Client of tgtd's control socket: one connection per request, as tgtd needs it, without a child process.</summary>
internal sealed class TgtSocket(TgtControlAddress address) : ITgtControl
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int CredentialsSize = 12;
    private const int LargestAnswer = 256 << 20;

    /// <summary>How long tgtd may take for a request and those before it.</summary>
    /// <remarks>
    /// It executes one at a time. None takes long, except to close an image in a pool of a Ceph cluster that is full: each write of the client library
    /// waits for 30 seconds there. It is one that gives up the watch, three where an initiator has written to the image, and five where the library is
    /// about to renew the watch.
    /// </remarks>
    public static TimeSpan Deadline { get; } = TimeSpan.FromMinutes(3);

    public TgtAnswer Send(TgtRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Steps.At("tgtd");
        using var span = Tracer.BeginDebug($"tgtd: {request}");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        using var closing = deadline.Token.UnsafeRegister(static socket => ((Socket)socket!).Dispose(), socket);
        try
        {
            return Exchange(socket, request);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw deadline.IsCancellationRequested ? TgtErrors.Silent(address, Deadline, e) : TgtErrors.Translate(address, e);
        }
    }

    private TgtAnswer Exchange(Socket socket, TgtRequest request)
    {
        socket.Connect(new UnixDomainSocketEndPoint(address.Socket));
        var process = PeerOf(socket);
        var bytes = TgtWire.Encode(request);
        try
        {
            // Always the whole request: a connection without one makes tgtd spin.
            SendAll(socket, bytes);
        }
        finally
        {
            if (request.HoldsSecret)
            {
                CryptographicOperations.ZeroMemory(bytes);
            }
        }

        Span<byte> header = stackalloc byte[TgtWire.AnswerHeaderSize];
        if (!ReceiveAll(socket, header))
        {
            throw TgtErrors.Closed(address);
        }

        var (reason, length) = TgtWire.DecodeHeader(header);
        if (length is < 0 or > LargestAnswer || reason is < 0 or > ushort.MaxValue)
        {
            throw TgtErrors.Strange(address);
        }

        if (reason != 0)
        {
            throw new TgtRefusedException((TgtRefusal)reason, request);
        }

        if (length == 0)
        {
            return new("", process);
        }

        var text = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return ReceiveAll(socket, text.AsSpan(0, length)) ? new(TgtWire.DecodeText(text.AsSpan(0, length)), process) : throw TgtErrors.Closed(address);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    private static bool ReceiveAll(Socket socket, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = socket.Receive(bytes);
            if (count == 0)
            {
                return false;
            }

            bytes = bytes[count..];
        }

        return true;
    }

    /// <summary>The process behind the socket, from the kernel.</summary>
    private static int PeerOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[CredentialsSize];
        return socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) == CredentialsSize
            ? BinaryPrimitives.ReadInt32LittleEndian(credentials)
            : 0;
    }
}
