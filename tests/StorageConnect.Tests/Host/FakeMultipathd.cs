using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>Something that listens where multipathd does and answers as it is told: bytes, so that it can also answer wrongly.</summary>
internal sealed class FakeMultipathd : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<string, CancellationToken, Task<byte[]>> _answer;
    private readonly bool _hangUpFirst;
    private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _serving;

    private FakeMultipathd(string socketName, Func<string, CancellationToken, Task<byte[]>> answer, bool hangUpFirst = false)
    {
        _answer = answer;
        _hangUpFirst = hangUpFirst;
        _listener.Bind(new UnixDomainSocketEndPoint(socketName));
        _listener.Listen();
        _serving = ServeAsync();
    }

    /// <summary>The commands that arrived whole, in their order.</summary>
    public ConcurrentQueue<string> Commands { get; } = [];

    /// <summary>Ends when a client has taken its whole answer and hung up.</summary>
    public Task HungUp => _hungUp.Task;

    public static FakeMultipathd Answering(string socketName, Func<string, string> answer) =>
        new(socketName, (command, _) => Task.FromResult(Frame(answer(command))));

    /// <summary>Sends these bytes whatever the command, and hangs up.</summary>
    public static FakeMultipathd AnsweringBytes(string socketName, params byte[] answer) =>
        new(socketName, (_, _) => Task.FromResult(answer), hangUpFirst: true);

    /// <summary>Takes a command, does something, and hangs up without a word.</summary>
    public static FakeMultipathd HangingUp(string socketName, Action onCommand) => new(
        socketName,
        (_, _) =>
        {
            onCommand();
            return Task.FromResult<byte[]>([]);
        },
        hangUpFirst: true);

    public static FakeMultipathd AnsweringLater(string socketName, Func<string, CancellationToken, Task<string>> answer) =>
        new(socketName, async (command, end) => Frame(await answer(command, end)));

    /// <summary>Takes every command and never says a word.</summary>
    public static FakeMultipathd Silent(string socketName, Action? onCommand = null) => AnsweringLater(socketName, async (_, end) =>
    {
        onCommand?.Invoke();
        await Task.Delay(Timeout.Infinite, end);
        return "";
    });

    /// <summary>Length as a native size_t that counts the NUL, text, NUL.</summary>
    public static byte[] Frame(string text) =>
        [.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(text) + 1), .. Encoding.UTF8.GetBytes(text), 0];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        var clients = new List<Task>();
        try
        {
            while (true)
            {
                clients.Add(ServeAsync(await _listener.AcceptAsync(_end.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(clients);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            try
            {
                // As the daemon: the length in one read, then exactly so many bytes, the last of which is the NUL.
                var header = new byte[8];
                if (await client.ReceiveAsync(header, _end.Token) < header.Length)
                {
                    return;
                }

                var text = new byte[BitConverter.ToUInt64(header)];
                for (var count = 0; count < text.Length;)
                {
                    count += await client.ReceiveAsync(text.AsMemory(count), _end.Token);
                }

                Assert.Equal(0, text[^1]);
                var command = Encoding.UTF8.GetString(text, 0, text.Length - 1);
                Commands.Enqueue(command);

                // Torn into pieces, as a stream may.
                foreach (var piece in (await _answer(command, _end.Token)).Chunk(4096))
                {
                    await client.SendAsync(piece.AsMemory(0, 1), _end.Token);
                    await client.SendAsync(piece.AsMemory(1), _end.Token);
                }

                if (_hangUpFirst)
                {
                    return;
                }

                _ = await client.ReceiveAsync(header, _end.Token);
                _hungUp.TrySetResult();
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The test is over, or the client didn't wait.
            }
        }
    }
}
