using StorageConnect.Host.Settings;
using StorageConnect.Host.Udev;
using Xunit;

namespace StorageConnect.Tests.Host;

public sealed class WatchTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_so_already_is_not_waited_for() =>
        Assert.True(await Watch.UntilAsync(HostRoots.Under("/nowhere"), () => true, TimeSpan.Zero, Cancellation));

    [Fact]
    public async Task What_never_is_so_ends_with_the_patience()
    {
        var looks = 0;

        Assert.False(await Watch.UntilAsync(HostRoots.Under("/nowhere"), () => Interlocked.Increment(ref looks) < 0,
            TimeSpan.FromMilliseconds(20), Cancellation));
        Assert.True(looks > 1);
    }

    [Fact]
    public async Task What_becomes_so_without_any_event_is_seen_all_the_same()
    {
        var looks = 0;

        Assert.True(await Watch.UntilAsync(HostRoots.Machine, () => Interlocked.Increment(ref looks) > 3, TimeSpan.FromMinutes(1), Cancellation));
    }

    [Fact]
    public async Task Cancelling_ends_the_wait()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = Watch.UntilAsync(HostRoots.Machine, () => false, TimeSpan.FromMinutes(1), cancel.Token);

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
}
