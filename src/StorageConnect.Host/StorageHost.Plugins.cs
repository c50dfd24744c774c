using StorageConnect.Engine.Hosts;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Targets;

namespace StorageConnect.Host;

/// <content>The services for the engine and the plug-ins.</content>
public sealed partial class StorageHost : IStorageHost
{
    /// <inheritdoc/>
    public string DevicePathPrefix => _host.Multipath.IsListening ? DeviceLink.MultipathFolder : DeviceLink.PlainFolder;

    /// <inheritdoc/>
    public string? InitiatorName => OperatingSystem.IsLinux() ? HostInitiator.Read(_host.Roots).Iqn : null;

    /// <inheritdoc/>
    /// <remarks>
    /// A multipath map goes before its disks, also while multipathd is down: the disks under a map are never for anyone else. Where a disk
    /// under the map shows another identity, the list is empty: no path is better than a path to the wrong disk.
    /// </remarks>
    public ValueList<string> FindDevicePaths(string page83Id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(page83Id);
        return OperatingSystem.IsLinux() ? _host.Paths.Find(page83Id) : [];
    }

    /// <inheritdoc/>
    public ValueList<string> FindDevicePaths(StorageElement element)
    {
        ArgumentNullException.ThrowIfNull(element);
        return OperatingSystem.IsLinux() && _host.Ledger.TryLoadPresented(element) is { State: AttachmentState.Attached } attachment
            ? FindDevicePaths(attachment.Page83Id)
            : element.Page83Id.Length == 0 ? [] : FindDevicePaths(element.Page83Id);
    }

    /// <inheritdoc/>
    /// <exception cref="HostNotReadyException">multipathd gave no usable answer (<c>MultipathdUnreachable</c>).</exception>
    /// <exception cref="AccessDeniedException">The user isn't root (<c>MultipathdRefused</c>).</exception>
    public Task DestroyMultipathDeviceAsync(string page83Id, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(page83Id);
        return OperatingSystem.IsLinux() ? _host.MapRemoval.RunAsync(page83Id, cancellationToken) : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public bool IsConnected(IscsiTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return IscsiPortal.TryParse(target.Portal, out var portal)
            && _host.Initiator.Sessions().Any(session => session.IsLoggedIn && session.TargetName == target.TargetName && session.Portal == portal);
    }

    /// <inheritdoc/>
    public ValueList<HostLun> FindLuns(ValueList<string> targetNames)
    {
        ArgumentNullException.ThrowIfNull(targetNames);
        return new LunReader(_host).Read(targetNames);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<IscsiTarget>> DiscoverTargetsAsync(StorageServer server, Action<StorageConnectException> report,
        CancellationToken cancellationToken) =>
        Targets.DiscoverAsync(server, report, cancellationToken);

    /// <inheritdoc/>
    public Task StartTargetsAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, Action<string> warn, CancellationToken cancellationToken) =>
        Targets.StartAsync(server, contexts, warn, cancellationToken);

    /// <inheritdoc/>
    public Task StopTargetsAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken) =>
        new TargetRelease(_host).StopAsync(server, contexts, cancellationToken);

    /// <inheritdoc/>
    public Task RescanAsync(StorageType type, IReadOnlyList<IscsiTarget> targets, CancellationToken cancellationToken) =>
        Targets.RescanAsync(type, targets, cancellationToken);

    /// <inheritdoc/>
    public async Task CheckAsync(string method, StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        switch (method)
        {
            case GuideMethod.Start:
                await Targets.PlanStartAsync(server, contexts, cancellationToken);
                break;
            case GuideMethod.Stop:
                await new TargetRelease(_host).CheckAsync(server, contexts, cancellationToken);
                break;
            default:
                Targets.DemandRescan();
                break;
        }
    }

    /// <inheritdoc/>
    public Task LoginAsync(IscsiTarget target, AccessContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(context);
        return Targets.LoginAsync(target, context, cancellationToken);
    }

    /// <inheritdoc/>
    public Task LogoutAsync(IscsiTarget target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new TargetRelease(_host).LogoutAsync(target, cancellationToken);
    }
}
