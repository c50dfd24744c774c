using StorageConnect.Engine;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Storage;
using StorageConnect.Host.Targets;

namespace StorageConnect.Host;

/// <summary>The Linux host: what the engine and the plug-ins ask of it, answered from sysfs and multipathd.</summary>
/// <remarks>Making one costs nothing and touches nothing. All of it may be used from several threads at once.</remarks>
public sealed class LinuxStorageHost : IStorageHost
{
    private readonly LinuxHost _host;
    private readonly TargetSessions _targets;
    private readonly TargetRelease _release;

    /// <summary>The host this runs on, with what is kept about it in a user's state folder.</summary>
    /// <param name="stateFolder">The state folder of <see cref="EnginePaths"/>.</param>
    public LinuxStorageHost(string stateFolder)
        : this(LinuxHost.Machine(stateFolder))
    {
    }

    internal LinuxStorageHost(HostRoots roots, HostDeadlines? deadlines = null)
        : this(LinuxHost.At(roots, deadlines ?? HostDeadlines.Standard, roots.Run))
    {
    }

    internal LinuxStorageHost(LinuxHost host)
    {
        _host = host;
        _targets = new(host);
        _release = new(host);
    }

    /// <inheritdoc/>
    public string DevicePathPrefix => _host.Multipath.IsListening ? DevicePathFinder.MultipathFolder : DevicePathFinder.PlainFolder;

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
    /// <exception cref="ArrayUnreachableException">multipathd gave no usable answer (<c>MultipathdUnreachable</c>).</exception>
    /// <exception cref="AccessDeniedException">The user isn't root (<c>MultipathdRefused</c>).</exception>
    public Task DestroyMultipathDeviceAsync(string page83Id, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(page83Id);
        return OperatingSystem.IsLinux() ? _host.Teardown.RunAsync(page83Id, cancellationToken) : Task.CompletedTask;
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
    public Task<IReadOnlyList<IscsiTarget>> DiscoverTargetsAsync(StorageServer server, CancellationToken cancellationToken) =>
        _targets.DiscoverAsync(server, cancellationToken);

    /// <inheritdoc/>
    public Task StartTargetsAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken) =>
        _targets.StartAsync(server, contexts, cancellationToken);

    /// <inheritdoc/>
    public Task StopTargetsAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken) =>
        _release.StopAsync(server, contexts, cancellationToken);

    /// <inheritdoc/>
    public Task RescanAsync(StorageType type, IReadOnlyList<IscsiTarget> targets, CancellationToken cancellationToken) =>
        _targets.RescanAsync(type, targets, cancellationToken);

    /// <inheritdoc/>
    public Task LoginAsync(IscsiTarget target, AccessContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(context);
        return _targets.LoginAsync(target, context, cancellationToken);
    }

    /// <inheritdoc/>
    public Task LogoutAsync(IscsiTarget target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        return _release.LogoutAsync(target, cancellationToken);
    }
}
