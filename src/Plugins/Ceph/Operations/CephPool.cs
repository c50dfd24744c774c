using System.Text.Json;
using StorageConnect.PluginKit.Locks;
using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Configuration;
using StorageConnect.Plugins.Ceph.Errors;
using StorageConnect.Plugins.Ceph.Export;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>One pool of a cluster, as one server reaches it. The cluster holds all state; what is here can be made again at any time.</summary>
internal sealed class CephPool : IDisposable
{
    private const string Application = "rbd";
    private const char OldestRelease = 'p'; // Pacific, 16: releases are named by the alphabet
    private readonly ClientConfiguration? _configuration;

    private CephPool(
        ClusterAddress address, PoolName name, ICephTool tool, ClientConfiguration? configuration, JsonElement map, bool isRegistered, IPluginLog log)
    {
        _configuration = configuration;
        Rbd = new(tool, name);
        Store = new(Rbd, isRegistered);
        Log = log;
        var pool = FindPool(map, name);
        Identity = new(RbdJson.Text(map, "fsid"), pool.GetProperty("pool").GetInt64(), name.Namespace);
        Locks = new(GatewayState.LockFile(Identity));
        Export = new(Rbd, Store, Identity, Locks, address, configuration);
    }

    public Rbd Rbd { get; }

    public CatalogStore Store { get; }

    public ClusterIdentity Identity { get; }

    /// <summary>The locks on elements among the processes of this machine.</summary>
    public ElementLocks Locks { get; }

    /// <summary>The pool as iSCSI initiators see it by this machine.</summary>
    public CephExport Export { get; }

    public IPluginLog Log { get; }

    /// <summary>Reaches a server's pool.</summary>
    public static CephPool Open(StorageServer server, IPluginLog log, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw RegistrationErrors.PlatformUnsupported(server.Name);
        }

        var address = ClusterAddress.Parse(server);
        var name = ClusterAddress.PoolOf(server);
        foreach (var program in (ReadOnlySpan<CephProgram>)[CephProgram.Rbd, CephProgram.Ceph, CephProgram.Rados])
        {
            if (CephTool.Find(program) is null)
            {
                throw CephErrors.ToolMissing(program);
            }
        }

        var configuration = ClientConfiguration.Open(address, server);
        try
        {
            return Open(address, name, new CephTool(configuration), configuration, server.ArrayId is not null, log, cancellationToken);
        }
        catch
        {
            configuration.Dispose();
            throw;
        }
    }

    /// <summary>A pool behind a tool.</summary>
    private static CephPool Open(ClusterAddress address, PoolName name, CephTool tool, ClientConfiguration configuration, bool isRegistered, IPluginLog log,
        CancellationToken cancellationToken)
    {
        using var map = AskForMap(new Rbd(tool, name), address, cancellationToken);
        var release = RbdJson.Text(map.RootElement, "require_osd_release");
        return release.Length > 0 && release[0] < OldestRelease
            ? throw RegistrationErrors.ClusterTooOld(release)
            : new CephPool(address, name, tool, configuration, map.RootElement, isRegistered, log);
    }

    /// <summary>The names of the cluster's pools for images.</summary>
    public static List<string> ListNames(ICephTool tool, ClusterAddress address, CancellationToken cancellationToken)
    {
        using var map = AskForMap(new Rbd(tool, new("", "")), address, cancellationToken);
        return [.. map.RootElement.GetProperty("pools").EnumerateArray().Where(IsForImages).Select(pool => RbdJson.Text(pool, "pool_name"))
            .Order(StringComparer.Ordinal)];
    }

    public void Dispose() => _configuration?.Dispose();

    private static JsonDocument AskForMap(Rbd rbd, ClusterAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return rbd.Ask(cancellationToken, "osd", "dump");
        }
        catch (AuthenticationFailedException)
        {
            throw CephErrors.Rejected(address.User);
        }
        catch (InvalidRequestException e)
        {
            // What the tool says of monitors it can't reach or names it can't resolve has no code of its own.
            throw CephErrors.Unreachable(rbd.Pool.ToString(), e);
        }
    }

    private static JsonElement FindPool(JsonElement map, PoolName name)
    {
        var pools = map.GetProperty("pools").EnumerateArray().ToList();
        var pool = pools.FirstOrDefault(pool => RbdJson.Text(pool, "pool_name") == name.Pool);
        if (pool.ValueKind == JsonValueKind.Undefined)
        {
            throw RegistrationErrors.PoolNotFound(name.Pool, pools.Where(IsForImages).Select(pool => RbdJson.Text(pool, "pool_name")));
        }

        return IsForImages(pool) ? pool : throw RegistrationErrors.PoolWithoutApplication(name.Pool);
    }

    private static bool IsForImages(JsonElement pool) =>
        pool.TryGetProperty("application_metadata", out var applications) && applications.TryGetProperty(Application, out _);
}
