using System.Net.Sockets;
using System.Text;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.Multipath;

/// <summary>
/// Client of multipathd's socket, so that no process runs per command. Each command has a connection of its own: any number at once are safe. A
/// daemon that listens elsewhere is reached through its own client program.
/// </summary>
/// <remarks>
/// A frame, both ways: its length as a native 8-byte integer that counts the closing NUL, then the text and the NUL. Any user can listen on
/// the abstract name while multipathd doesn't, so no reply counts without the same state in sysfs.
/// </remarks>
internal sealed class Multipathd(HostRoots roots, HostDeadlines deadlines, IToolRunner tools)
{
    private const int LengthBytes = sizeof(ulong);
    private const int LongestReply = 32 * 1024 * 1024; // libmpathcmd's limit: enough for 10,000 maps
    private readonly MultipathdClient _client = new(roots, deadlines, tools);

    /// <summary>True when it accepts connections. Never waits.</summary>
    public bool IsListening()
    {
        foreach (var endPoint in EndPoints())
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            try
            {
                socket.Connect(endPoint);
                return true;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock)
            {
                return true; // it listens, and its queue is full
            }
            catch (SocketException)
            {
                // No listener: try the next name.
            }
        }

        return _client.IsRunning();
    }

    /// <summary>The whole reply, without the line feed at its end. A refusal is a reply like others.</summary>
    /// <exception cref="HostNotReadyException">No usable reply: not running, too late, cut off, or not multipathd's protocol.</exception>
    /// <exception cref="AccessDeniedException">This user may not connect.</exception>
    public async Task<string> ExecuteAsync(string command, CancellationToken cancellationToken)
    {
        // Changes are for administrators; queries are details.
        using var span = IsQuery(command)
            ? Tracer.BeginDebug($"multipathd: {command}")
            : Tracer.Begin($"multipathd: {command}");
        try
        {
            var reply = await ExchangeAsync(command, cancellationToken);
            span.End($"{FirstLine(reply)}");
            return reply;
        }
        catch (StorageConnectException e)
        {
            span.End($"{e.Message}");
            throw;
        }
    }

    private static bool IsQuery(string command) => command.StartsWith("show ", StringComparison.Ordinal);

    private static string FirstLine(string reply)
    {
        const int longest = 80;
        var line = reply.Split('\n')[0];
        return line.Length <= longest ? line : $"{reply.Length} characters";
    }

    /// <remarks>
    /// multipathd carries out what it was sent, even if this side has stopped waiting. So a change is waited for also after a cancellation: that keeps
    /// it out of later runs.
    /// </remarks>
    private async Task<string> ExchangeAsync(string command, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(deadlines.MultipathdReply);
        try
        {
            using var socket = await TryConnectAsync(deadline.Token);
            if (socket is null)
            {
                deadline.Token.ThrowIfCancellationRequested();
                return _client.IsRunning()
                    ? await _client.ExecuteAsync(command, IsQuery(command) ? cancellationToken : CancellationToken.None)
                    : throw MultipathErrors.MultipathdUnreachableStopped();
            }

            await SendAsync(socket, command, deadline.Token);
            if (IsQuery(command))
            {
                return await ReceiveAsync(socket, command, deadline.Token);
            }

            using var reply = new CancellationTokenSource(deadlines.MultipathdReply);
            return await ReceiveAsync(socket, command, reply.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw MultipathErrors.MultipathdUnreachable(command, deadlines.MultipathdReply, e);
        }
        catch (OperationCanceledException e)
        {
            // With the caller's own token, not the linked one's.
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (SocketException e)
        {
            throw MultipathErrors.MultipathdUnreachableBroken(command, e);
        }
    }

    private IEnumerable<UnixDomainSocketEndPoint> EndPoints()
    {
        if (!OperatingSystem.IsLinux())
        {
            yield break;
        }

        // multipath-tools 0.12 and later listen on the path, earlier ones on the abstract name only.
        var path = Path.Combine(roots.Run, "multipathd.socket");
        if (File.Exists(path))
        {
            yield return new(path);
        }

        if (roots.AbstractMultipathdSocket is { } name)
        {
            yield return new('\0' + name);
        }
    }

    /// <summary>Null when there is no listener.</summary>
    private async Task<Socket?> TryConnectAsync(CancellationToken cancellationToken)
    {
        SocketException? failure = null;
        foreach (var endPoint in EndPoints())
        {
            var queue = new Backoff(TimeSpan.MaxValue); // the token is the deadline
            do
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(endPoint, cancellationToken);
                    return socket;
                }
                catch (SocketException e)
                {
                    socket.Dispose();
                    failure = e;
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            }
            while (failure.SocketErrorCode is SocketError.WouldBlock && await queue.WaitAsync(cancellationToken)); // the queue is full
        }

        return failure?.SocketErrorCode is SocketError.AccessDenied
            ? throw MultipathErrors.MultipathdRefusedConnection(failure)
            : null;
    }

    private static async Task SendAsync(Socket socket, string command, CancellationToken cancellationToken)
    {
        var length = Encoding.UTF8.GetByteCount(command) + 1;
        var frame = new byte[LengthBytes + length]; // its last byte stays the NUL
        BitConverter.TryWriteBytes(frame, (ulong)length); // native order, as multipathd reads it
        Encoding.UTF8.GetBytes(command, frame.AsSpan(LengthBytes));
        for (var sent = 0; sent < frame.Length;)
        {
            sent += await socket.SendAsync(frame.AsMemory(sent), cancellationToken);
        }
    }

    private static async Task<string> ReceiveAsync(Socket socket, string command, CancellationToken cancellationToken)
    {
        var header = new byte[LengthBytes];
        await FillAsync(socket, header, command, cancellationToken);
        var length = BitConverter.ToUInt64(header);
        if (length is 0 or >= LongestReply)
        {
            throw MultipathErrors.MultipathdUnreachableForeign(command, $"a length of {length}");
        }

        var text = new byte[length];
        await FillAsync(socket, text, command, cancellationToken);
        return text[^1] == 0
            ? Encoding.UTF8.GetString(text, 0, text.Length - 1).TrimEnd('\n')
            : throw MultipathErrors.MultipathdUnreachableForeign(command, "no NUL at the end");
    }

    private static async Task FillAsync(Socket socket, Memory<byte> buffer, string command, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            var count = await socket.ReceiveAsync(buffer, cancellationToken);
            if (count == 0)
            {
                throw MultipathErrors.MultipathdUnreachableCutOff(command);
            }

            buffer = buffer[count..];
        }
    }
}
