using System.Runtime.ExceptionServices;
using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Configuration;
using StorageConnect.Plugins.Cinder.Errors;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>One project of a block storage service, for one call.</summary>
internal sealed class CinderArray(StorageServer server, CinderAddress address, CinderApi api, PluginServices services, TimeProvider clock)
{
    private static readonly TimeSpan TypesLife = TimeSpan.FromSeconds(10);

    public StorageServer Server => server;

    public CinderAddress Address => address;

    public CinderApi Api => api;

    public PluginServices Services => services;

    public RegisterFile Register { get; } = new(services.StateFolder, server.Uuid);

    public Outcome Outcome { get; } = new(api, clock);

    public Presenter Presenter => new(api, Register, services.Host, services.Log, clock, server.NetDevices);

    public IdentityProbe Probe => new(this);

    /// <summary>The volume types the user may see.</summary>
    public Task<IReadOnlyList<VolumeType>> GetTypesAsync(CancellationToken cancellationToken) =>
        services.Cache.GetOrAddAsync(server.Uuid, "types", TypesLife, api.ListTypesAsync, cancellationToken);

    public async Task<ElementMap> GetMapAsync(CancellationToken cancellationToken) =>
        new(server, address.Identity, await GetTypesAsync(cancellationToken), Register.Read(), Initiators.OfThisHost(services.Host));

    /// <exception cref="NotFoundException">It isn't in the project.</exception>
    public async Task<Volume> RequireVolumeAsync(StorageElement element, CancellationToken cancellationToken) =>
        await api.TryGetVolumeAsync(Ids.ToId(element.Uuid), cancellationToken) is { } volume ? volume : throw CinderErrors.ElementNotFound(server, element);

    /// <exception cref="NotFoundException">It isn't in the project.</exception>
    public async Task<Snapshot> RequireSnapshotAsync(StorageElement snapshot, CancellationToken cancellationToken) =>
        await api.TryGetSnapshotAsync(Ids.ToId(snapshot.Uuid), cancellationToken) ?? throw CinderErrors.SnapshotNotFound(server, snapshot);

    /// <summary>
    /// Logs this host in through each of the server's network devices, with the volume's own CHAP secret. One portal is enough: the others are paths that
    /// are missing.
    /// </summary>
    /// <exception cref="StorageConnectException">It is logged in nowhere.</exception>
    public async Task LoginAsync(Attachment attachment, IEnumerable<IscsiTarget> targets, CancellationToken cancellationToken)
    {
        var (context, secret) = ConnectionInfo.ReadLogin(attachment);
        var ways = server.NetDevices.Count == 0 ? [context] : server.NetDevices.Select(device => context with { NetDevice = device }).ToList();
        using (secret)
        {
            var errors = new List<(string Way, StorageConnectException Error)>();
            var isIn = false;
            foreach (var (target, way) in targets.SelectMany(target => ways.Select(way => (target, way))))
            {
                try
                {
                    await services.Host.LoginAsync(target, way, cancellationToken);
                    isIn = true;
                }
                catch (StorageConnectException e)
                {
                    var through = way.NetDevice is null ? "" : $" through {way.NetDevice}";
                    errors.Add(($"{target.TargetName} at {target.Portal}{through}", e));
                }
            }

            if (!isIn && errors.Count > 0)
            {
                var error = errors.Select(one => one.Error).OrderBy(one => one is AuthenticationFailedException ? 0 : 1).First();
                ExceptionDispatchInfo.Throw(error);
            }

            foreach (var (way, error) in errors)
            {
                services.Log.Warning($"Cinder: no login to {way}: {error.Message}");
            }
        }
    }

    /// <summary>A volume's record as it is now.</summary>
    public async Task<StorageElement> ToElementAsync(Volume volume, CancellationToken cancellationToken) =>
        (await GetMapAsync(cancellationToken)).ToElement(volume);
}
