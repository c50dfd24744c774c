using StorageConnect.Engine;
using StorageConnect.Host.Multipath;

namespace StorageConnect.Host;

/// <summary>The Linux host: what the engine and the plug-ins ask of it, answered from sysfs and multipathd.</summary>
/// <remarks>Making one costs nothing and touches nothing. All of it may be used from several threads at once.</remarks>
public sealed class LinuxHostFabric : IHostFabric
{
    private readonly Multipathd _multipathd;
    private readonly DevicePathFinder _paths;
    private readonly MultipathTeardown _teardown;

    /// <summary>The host this runs on.</summary>
    public LinuxHostFabric()
        : this(HostRoots.Machine)
    {
    }

    internal LinuxHostFabric(HostRoots roots, HostDeadlines? deadlines = null)
    {
        deadlines ??= HostDeadlines.Standard;
        _multipathd = new(roots, deadlines);
        _paths = new(roots);
        _teardown = new(roots, deadlines, _multipathd);
    }

    /// <inheritdoc/>
    public string DevicePathPrefix => _multipathd.IsListening() ? DevicePathFinder.MultipathFolder : DevicePathFinder.PlainFolder;

    /// <inheritdoc/>
    /// <remarks>
    /// A multipath map goes before its disks, also while multipathd is down: the disks under a map are never for anyone else. Where a disk
    /// under the map shows another identity, the list is empty: no path is better than a path to the wrong disk.
    /// </remarks>
    public ValueList<string> FindDevicePaths(string page83Id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(page83Id);
        return OperatingSystem.IsLinux() ? _paths.Find(page83Id) : [];
    }

    /// <inheritdoc/>
    /// <exception cref="ArrayUnreachableException">multipathd gave no usable answer (<c>MultipathdUnreachable</c>).</exception>
    /// <exception cref="AccessDeniedException">The user isn't root (<c>MultipathdRefused</c>).</exception>
    public Task DestroyMultipathDeviceAsync(string page83Id, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(page83Id);
        return OperatingSystem.IsLinux() ? _teardown.RunAsync(page83Id, cancellationToken) : Task.CompletedTask;
    }
}
