using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>The initiator of the Linux kernel, driven by open-iscsi: iscsiadm for what iscsid must do, sysfs for what is.</summary>
internal sealed partial class OpenIscsiInitiator(HostRoots roots, HostDeadlines deadlines, IToolRunner tools) : IIscsiInitiator
{
    private readonly IscsiDatabase _database = new(roots, deadlines);
    private readonly OrphanedLogin _late = new(roots, deadlines, new(roots, deadlines));

    /// <inheritdoc/>
    public IReadOnlyList<IscsiSession> Sessions() => OperatingSystem.IsLinux() ? IscsiSession.ReadAll(roots) : [];

    private IscsiSession? Find(IscsiNode node) => Sessions().FirstOrDefault(node.IsServedBy);

    /// <summary>Begins again what failed in passing, with growing pauses, until its time is up. What took long by itself isn't repeated.</summary>
    private async Task<T> RetryAsync<T>(Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var pause = deadlines.IscsiRetry / 40; ; pause *= 2)
        {
            try
            {
                return await attempt();
            }
            catch (StorageConnectException e) when (CanHelp(e) && TimeProvider.System.GetElapsedTime(started) + pause < deadlines.IscsiRetry)
            {
                Tracer.Verbose($"Trying again in {pause.TotalMilliseconds:0} ms: {e.Message}");
                await Task.Delay(pause, cancellationToken);
            }
        }
    }

    // A daemon that nobody starts isn't waited for.
    private bool CanHelp(StorageConnectException e) => e.Retryable && (e.ErrorId != IscsiadmExit.IscsidUnreachable || Iscsid.IsListening(roots) != false);

    private static string LockNameOf(string target, IscsiPortal portal) => $"iSCSI target {target} at {portal}";

    private static void CheckNetDevice(string? device)
    {
        if (device is not null && !IscsiName.IsNetDevice(device))
        {
            throw IscsiErrors.NetDeviceInvalid(device);
        }
    }

    private static void DemandLinux()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw HostErrors.PlatformUnsupported();
        }
    }
}
