using System.Net.Sockets;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.Settings;
using Xunit;

namespace StorageConnect.Tests.Host;

public sealed class MultipathdTests : IDisposable
{
    private static readonly HostDeadlines Short = new() { MultipathdReply = TimeSpan.FromMilliseconds(50) };
    private readonly FakeHost _host = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // A minute, so that no busy machine makes a test fail; where the deadline itself is tested it is short.
    private Multipathd Client => new(_host.Roots, new() { MultipathdReply = TimeSpan.FromMinutes(1) }, NoTools);

    private static ScriptedTools NoTools => new(command => throw new InvalidOperationException($"No tool is needed: {command}"));

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_command_goes_out_and_its_reply_comes_back_without_the_line_feed()
    {
        const string maps = "name   sysfs uuid                             \nmpatha dm-0  3600000000000000000000000ab0d0001";
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ => maps + "\n");

        var reply = await Client.ExecuteAsync("show maps", Cancellation);

        Assert.Equal(maps, reply);
        Assert.Equal(["show maps"], daemon.Commands);
    }

    [Fact]
    public async Task A_reply_of_megabytes_arrives_whole()
    {
        var maps = string.Concat(Enumerable.Range(0, 30_000).Select(i => $"map{i} dm-{i} {i:x33}\n"));
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ => maps);

        Assert.Equal(maps.TrimEnd('\n'), await Client.ExecuteAsync("show maps", Cancellation));
    }

    [Fact]
    public async Task Many_commands_at_once_each_get_their_own_reply()
    {
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, command => $"to {command}\n");
        var client = Client;

        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => client.ExecuteAsync($"show map m{i} json", Cancellation)));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"to show map m{i} json"), replies);
    }

    [Fact]
    public async Task A_daemon_that_listens_elsewhere_is_asked_through_its_own_client()
    {
        _host.Write("run/multipathd.pid", "4711\n");
        _host.Write("proc/4711/comm", "multipathd\n");
        var tools = new ScriptedTools(_ => ScriptedTools.Done("ok\n"));
        var daemon = new Multipathd(_host.Roots, HostDeadlines.Standard, tools);

        Assert.True(daemon.IsListening());
        Assert.Empty(tools.Commands);
        Assert.Equal("ok", await daemon.ExecuteAsync("del map mpatha", Cancellation));
        Assert.Equal(["multipathd", "-kdel map mpatha"], [tools.Commands[0].Tool.Name, .. tools.Commands[0].Arguments]);
    }

    [Theory]
    [InlineData("multipathd", "", "timeout receiving packet")]
    [InlineData("bash", "ok", "")] // the process with that number is another by now
    public async Task A_client_without_an_answer_and_a_daemon_that_is_gone_are_unreachable(string program, string output, string error)
    {
        _host.Write("run/multipathd.pid", "4711\n");
        _host.Write("proc/4711/comm", program + "\n");
        var daemon = new Multipathd(_host.Roots, HostDeadlines.Standard, new ScriptedTools(_ => new(1, output, error)));

        var unreachable = await Assert.ThrowsAsync<HostNotReadyException>(() => daemon.ExecuteAsync("show maps json", Cancellation));

        Assert.Equal("MultipathdUnreachable", unreachable.ErrorId);
        Assert.Contains(error, unreachable.Message);
    }

    [Fact]
    public async Task A_refusal_is_a_reply_like_any_other()
    {
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ => "fail\nmap or partition in use\n");

        Assert.Equal("fail\nmap or partition in use", await Client.ExecuteAsync("del map mpatha", Cancellation));
    }

    [Fact]
    public async Task Without_a_socket_multipathd_is_unreachable_and_the_error_says_it_does_not_run()
    {
        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => Client.ExecuteAsync("show maps", Cancellation));

        Assert.Equal("MultipathdUnreachable", error.ErrorId);
        Assert.Contains("not running", error.Message);
        Assert.Contains("systemctl status multipathd", error.Recommendation);
        Assert.False(error.Retryable);
        Assert.False(Client.IsListening());
    }

    [Fact]
    public async Task A_socket_that_a_dead_daemon_left_behind_counts_as_none()
    {
        using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        left.Bind(new UnixDomainSocketEndPoint(_host.MultipathdSocket));

        Assert.False(Client.IsListening());
        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => Client.ExecuteAsync("show maps", Cancellation));
        Assert.Contains("not running", error.Message);
    }

    [Fact]
    public async Task The_abstract_name_is_asked_when_there_is_no_path()
    {
        var name = $"/sc-test/{Guid.NewGuid():n}";
        await using var daemon = FakeMultipathd.Answering('\0' + name, _ => "ok\n");
        var client = new Multipathd(_host.Roots with { AbstractMultipathdSocket = name }, HostDeadlines.Standard, NoTools);

        Assert.True(client.IsListening());
        Assert.Equal("ok", await client.ExecuteAsync("reconfigure", Cancellation));
    }

    [Fact]
    public async Task A_silent_daemon_ends_at_the_deadline_with_the_command_in_the_error()
    {
        await using var daemon = FakeMultipathd.Silent(_host.MultipathdSocket);

        var client = new Multipathd(_host.Roots, Short, NoTools);

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => client.ExecuteAsync("show maps", Cancellation));

        Assert.Equal("multipathd did not answer 'show maps' within 0.05 s.", error.Message);
        Assert.True(error.Retryable);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_with_the_callers_own_token()
    {
        using var cancel = new CancellationTokenSource();
        await using var daemon = FakeMultipathd.Silent(_host.MultipathdSocket, cancel.Cancel);

        var stopped = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.ExecuteAsync("show maps", cancel.Token));

        Assert.Equal(cancel.Token, stopped.CancellationToken);
    }

    [Fact]
    public async Task A_change_that_was_sent_is_waited_for_also_after_a_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        var answer = new TaskCompletionSource<string>();
        await using var daemon = FakeMultipathd.AnsweringLater(_host.MultipathdSocket, (_, _) =>
        {
            cancel.Cancel();
            return answer.Task;
        });

        var removal = Client.ExecuteAsync("del map mpatha", cancel.Token);
        await Task.Delay(50, Cancellation);
        Assert.False(removal.IsCompleted);
        answer.SetResult("ok");

        Assert.Equal("ok", await removal);
    }

    [Fact]
    public async Task A_change_through_the_client_program_is_waited_for_also_after_a_cancellation()
    {
        _host.Write("run/multipathd.pid", "4711\n");
        _host.Write("proc/4711/comm", "multipathd\n");
        using var cancel = new CancellationTokenSource();
        var daemon = new Multipathd(_host.Roots, HostDeadlines.Standard, new ScriptedTools(_ =>
        {
            cancel.Cancel();
            return ScriptedTools.Done("ok\n");
        }));

        Assert.Equal("ok", await daemon.ExecuteAsync("del map mpatha", cancel.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => daemon.ExecuteAsync("del map mpathb", cancel.Token)); // not sent at all
    }

    [Fact]
    public async Task A_daemon_too_busy_to_accept_is_there_but_does_not_answer()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_host.MultipathdSocket));
        listener.Listen(0);
        var queue = FillQueue();
        try
        {
            Assert.True(Client.IsListening());
            var client = new Multipathd(_host.Roots, Short, NoTools);
            var error = await Assert.ThrowsAsync<HostNotReadyException>(() => client.ExecuteAsync("show maps", Cancellation));
            Assert.Contains("did not answer", error.Message);
        }
        finally
        {
            queue.ForEach(socket => socket.Dispose());
        }
    }

    [Theory]
    [InlineData("at once")]
    [InlineData("in the length", 9, 0, 0)]
    [InlineData("in the text", 9, 0, 0, 0, 0, 0, 0, 0, 111, 107)]
    public async Task A_reply_cut_off_is_no_reply(string where, params int[] bytes)
    {
        await using var daemon = FakeMultipathd.AnsweringBytes(_host.MultipathdSocket, [.. bytes.Select(b => (byte)b)]);

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => Client.ExecuteAsync("show maps", Cancellation));

        Assert.True(error.Message.Contains("closed the connection", StringComparison.Ordinal), $"{where}: {error.Message}");
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(32UL * 1024 * 1024)]
    [InlineData(0x0a6b6f0a6b6f0a6bUL)]
    [InlineData(ulong.MaxValue)]
    public async Task A_length_that_no_reply_has_is_refused_before_any_memory_is_taken(ulong length)
    {
        await using var daemon = FakeMultipathd.AnsweringBytes(_host.MultipathdSocket, [.. BitConverter.GetBytes(length), (byte)'o', (byte)'k', 0]);

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => Client.ExecuteAsync("show maps", Cancellation));

        Assert.Contains($"a length of {length}", error.Message);
    }

    [Fact]
    public async Task A_reply_without_its_NUL_is_refused()
    {
        await using var daemon = FakeMultipathd.AnsweringBytes(_host.MultipathdSocket, [.. BitConverter.GetBytes(2UL), (byte)'o', (byte)'k']);

        var error = await Assert.ThrowsAsync<HostNotReadyException>(() => Client.ExecuteAsync("show maps", Cancellation));

        Assert.Contains("NUL", error.Message);
    }

    private List<Socket> FillQueue()
    {
        var queue = new List<Socket>();
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            queue.Add(socket);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(_host.MultipathdSocket));
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock)
            {
                return queue;
            }
        }
    }
}
