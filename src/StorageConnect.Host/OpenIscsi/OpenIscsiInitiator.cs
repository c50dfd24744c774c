using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>The initiator of the Linux kernel with open-iscsi: iscsiadm for changes, sysfs for the present state.</summary>
internal sealed partial class OpenIscsiInitiator(HostRoots roots, HostDeadlines deadlines, IToolRunner tools) : IIscsiInitiator
{
    private readonly IscsiDatabase _database = new(roots, deadlines);
    private readonly OrphanedLogin _late = new(roots, deadlines, new(roots, deadlines));

    /// <inheritdoc/>
    public IReadOnlyList<IscsiSession> Sessions() => OperatingSystem.IsLinux() ? IscsiSession.ReadAll(roots) : [];

    private IscsiSession? Find(IscsiNode node) => Sessions().FirstOrDefault(node.IsServedBy);

    /// <summary>Retries after transient failures, with growing pauses, until <see cref="HostDeadlines.IscsiRetry"/> is over.</summary>
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
                Tracer.Verbose($"Host: retry in {pause.TotalMilliseconds:0} ms: {e.Message}");
                await Task.Delay(pause, cancellationToken);
            }
        }
    }

    // A retry can't help while iscsid doesn't run.
    private bool CanHelp(StorageConnectException e) => e.Retryable && (e.ErrorId != IscsiadmExit.IscsidUnreachable || Iscsid.IsListening(roots) != false);

    /// <summary>The lock of logins to, and logouts from, a target's portal.</summary>
    public static string LockNameOf(string target, IscsiPortal portal) => $"iSCSI target {target} at {portal}";

    /// <summary>The lock of discoveries at a portal.</summary>
    public static string LockNameOf(IscsiPortal portal) => $"iSCSI discovery at {portal}";

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
