using StorageConnect.Engine.Hosts;

namespace StorageConnect.Conformance;

/// <summary>A host that sees no device and logs in to no target: a run from an author's tests leaves the machine alone.</summary>
internal sealed class HostWithoutDevices : IStorageHost
{
    public string DevicePathPrefix => "/dev/mapper/";

    public ValueList<string> FindDevicePaths(string page83Id) => [];

    public Task DestroyMultipathDeviceAsync(string page83Id, CancellationToken cancellationToken) => Task.CompletedTask;

    public bool IsConnected(IscsiTarget target) => false;

    public ValueList<HostLun> FindLuns(ValueList<string> targetNames) => [];

    public Task LoginAsync(IscsiTarget target, AccessContext context, CancellationToken cancellationToken) => throw NoInitiator();

    public Task LogoutAsync(IscsiTarget target, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<IscsiTarget>> DiscoverTargetsAsync(StorageServer server, Action<StorageConnectException> report,
        CancellationToken cancellationToken) =>
        throw NoInitiator();

    public Task StartTargetsAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, Action<string> warn, CancellationToken cancellationToken) =>
        throw NoInitiator();

    public Task StopTargetsAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RescanAsync(StorageType type, IReadOnlyList<IscsiTarget> targets, CancellationToken cancellationToken) => Task.CompletedTask;

    private static NoSuchOperationException NoInitiator() => new("This test has no iSCSI initiator.");
}
