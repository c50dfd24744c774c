namespace StorageConnect.Host.Tools;

/// <summary>
/// Waits for what sends no event: first a millisecond, then twice as long each time, up to a tenth of a second. The kernel sends no
/// inotify event when a device leaves sysfs, and udev's links in /dev go at another moment than the device.
/// </summary>
internal sealed class Backoff(TimeSpan patience)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private TimeSpan _next = TimeSpan.FromMilliseconds(1);

    /// <summary>False, at once, when the patience is used up.</summary>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        var left = patience - TimeProvider.System.GetElapsedTime(_began);
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        await Task.Delay(_next < left ? _next : left, cancellationToken);
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return true;
    }
}
