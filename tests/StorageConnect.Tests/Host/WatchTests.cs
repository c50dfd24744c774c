using System.Net.Sockets;
using System.Runtime.InteropServices;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Udev;
using Xunit;

namespace StorageConnect.Tests.Host;

public sealed partial class WatchTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_holds_already_is_not_waited_for() =>
        Assert.True(await Watch.UntilAsync(HostRoots.Under("/nowhere"), "it", () => true, TimeSpan.Zero, Cancellation));

    [Fact]
    public async Task What_never_holds_ends_with_the_timeout()
    {
        var checks = 0;

        Assert.False(await Watch.UntilAsync(HostRoots.Under("/nowhere"), "it", () => Interlocked.Increment(ref checks) < 0,
            TimeSpan.FromMilliseconds(20), Cancellation));
        Assert.True(checks > 1);
    }

    [Fact]
    public async Task A_wait_is_a_line_of_the_trace_and_what_holds_already_is_none()
    {
        var lines = new List<string>();
        using var scope = new TraceScope(line => lines.Add(line.Text));
        var work = Task.CompletedTask;
        scope.Run(() => work = WaitTwiceAsync());
        await work;

        Assert.Equal(["Host: wait for the second: not within 0.001 s"], lines);

        static async Task WaitTwiceAsync()
        {
            await Watch.UntilAsync(HostRoots.Under("/nowhere"), "the first", () => true, TimeSpan.FromMinutes(1), Cancellation);
            await Watch.UntilAsync(HostRoots.Under("/nowhere"), "the second", () => false, TimeSpan.FromMilliseconds(1), Cancellation);
        }
    }

    [Fact]
    public async Task What_comes_to_hold_without_an_event_is_noticed()
    {
        var checks = 0;

        Assert.True(await Watch.UntilAsync(HostRoots.Machine, "it", () => Interlocked.Increment(ref checks) > 3, TimeSpan.FromMinutes(1), Cancellation));
    }

    [Fact]
    public async Task Cancelling_ends_the_wait()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = Watch.UntilAsync(HostRoots.Machine, "it", () => false, TimeSpan.FromMinutes(1), cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task The_kernels_announcement_ends_a_wait_before_its_time()
    {
        const string device = "/sys/class/mem/null/uevent";
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists(device),
            "Needs root on Linux, to have the kernel announce a device.");
        using var events = DeviceEvents.Listen(HostRoots.Machine);
        Assert.SkipUnless(events.IsListening, "No announcements of the kernel are heard here.");
        try
        {
            File.WriteAllText(device, "change");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"The kernel does not take it here: {e.Message}");
        }

        await events.NextAsync(TimeSpan.FromMinutes(5), Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
    }

    [Fact]
    public async Task Events_of_before_are_discarded_from_a_socket_that_does_not_tell_how_much_there_is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Netlink is Linux's.");
        const int netlink = 16;
        const int datagram = 2;
        const int betweenPrograms = 2; // NETLINK_USERSOCK: as netlink as the devices' one, and open to every user
        var descriptor = OpenSocket(netlink, datagram, betweenPrograms);
        Assert.SkipUnless(descriptor >= 0, "Netlink is not for use here.");
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        var own = new NetlinkAddress { Family = netlink };
        var length = Marshal.SizeOf<NetlinkAddress>();
        Assert.Equal(0, Bind(handle, own, length));
        Assert.Equal(0, ReadOwnAddress(handle, ref own, ref length));
        using var events = new DeviceEvents(new Socket(handle));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, Send(handle, [1], 1, 0, own, length));
        }

        events.Drain();
        events.Drain(); // nothing is left, and nothing is waited for
        var next = events.NextAsync(TimeSpan.FromMinutes(5), Cancellation);
        Assert.False(next.IsCompleted);

        Assert.Equal(1, Send(handle, [1], 1, 0, own, length));
        await next.WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
    }

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind")]
    private static partial int Bind(SafeSocketHandle socket, in NetlinkAddress address, int length);

    [LibraryImport("libc", EntryPoint = "getsockname")]
    private static partial int ReadOwnAddress(SafeSocketHandle socket, ref NetlinkAddress address, ref int length);

    [LibraryImport("libc", EntryPoint = "sendto")]
    private static partial nint Send(SafeSocketHandle socket, byte[] content, nint contentLength, int flags, in NetlinkAddress address, int length);

    /// <summary><c>struct sockaddr_nl</c>.</summary>
    private struct NetlinkAddress
    {
        public ushort Family;
        public ushort Padding;
        public uint Port;
        public uint Groups;
    }
}
