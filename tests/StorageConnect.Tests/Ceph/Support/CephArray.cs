using StorageConnect.Plugins.Ceph;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Ceph.Support;

/// <summary>A pool of a real cluster, called as the engine calls the plug-in.</summary>
public sealed class CephArray : IAsyncDisposable
{
    public const string Host1 = "iqn.2001-04.com.example:host1";
    public const string Host2 = "iqn.2001-04.com.example:host2";
    private readonly bool _ownsDaemon;

    private CephArray(CephCluster cluster, string pool, TgtDaemon? daemon, bool ownsDaemon, StorageServer server)
    {
        Cluster = cluster;
        PoolName = pool;
        Daemon = daemon;
        _ownsDaemon = ownsDaemon;
        Server = server;
        Plugin = new() { Services = new(new PluginCache(), new FakeHost()) };
    }

    public CephCluster Cluster { get; }

    public string PoolName { get; }

    public TgtDaemon? Daemon { get; }

    public StorageServer Server { get; set; }

    public CephPlugin Plugin { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A new pool, managed only.</summary>
    public static async Task<CephArray> NewSanAsync(CephCluster cluster, string? pool = null)
    {
        pool ??= await cluster.NewPoolAsync();
        return await new CephArray(cluster, pool, null, false, ServerFor(cluster, pool)).ValidatedAsync();
    }

    /// <summary>A pool that a tgtd exports.</summary>
    public static async Task<CephArray> NewIscsiAsync(CephCluster cluster, string? pool = null, TgtDaemon? daemon = null, params AccessContext[] contexts)
    {
        pool ??= await cluster.NewPoolAsync();
        RequireTgt();
        var owns = daemon is null;
        daemon ??= await TgtDaemon.StartAsync();
        try
        {
            return await new CephArray(cluster, pool, daemon, owns, ServerFor(cluster, pool, daemon, contexts)).ValidatedAsync();
        }
        catch when (owns)
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Skips the test where tgtd can't open images.</summary>
    public static void RequireTgt()
    {
        TgtDaemon.Require("tgtd", "tgt");
        Assert.SkipUnless(Directory.Exists("/usr/lib/tgt/backing-store") && File.Exists("/usr/lib/tgt/backing-store/bs_rbd.so"),
            "tgtd's backing store for RBD is missing: install the package tgt-rbd.");
    }

    public static StorageServer ServerFor(CephCluster cluster, string pool, TgtDaemon? daemon = null, params IEnumerable<AccessContext> contexts) => new()
    {
        Uuid = new(daemon is null ? 'a' : 'b', 32),
        Name = "ceph lab",
        PluginName = typeof(CephPlugin).FullName!,
        StorageType = daemon is null ? StorageType.SAN : StorageType.iSCSI,
        StorageName = pool,
        ExtraInfo = daemon is null
            ? $"Conf={cluster.Configuration}"
            : $"Conf={cluster.Configuration};Portals={daemon.FirstPortal},{daemon.SecondPortal};TgtControl={daemon.ControlPath}",
        AccessContexts = contexts.ToValueList(),
    };

    /// <summary>Another plug-in on the same pool and daemon, as another process has it.</summary>
    public async Task<CephArray> AnotherAsync() => await new CephArray(Cluster, PoolName, Daemon, false, Server).ValidatedAsync();

    public async Task<CephArray> ValidatedAsync()
    {
        await Plugin.ValidateAsync(Server, Token);
        return this;
    }

    public Task<StorageElement> CreateAsync(string name, long size = 16 << 20, bool thin = true, string? qos = null) =>
        Plugin.CreateAsync(Server, new() { Name = name, SizeBytes = size, StorageServerUuid = Server.Uuid }, thin, qos, Token);

    public Task<StorageElement> SnapAsync(StorageElement element, string name) => Plugin.CreateSnapAsync(Server, element, new() { Name = name }, Token);

    public Task<StorageElement> CloneAsync(StorageElement element, string name) => Plugin.CloneAsync(Server, element, new() { Name = name }, null, Token);

    public Task<StorageElement> InfoAsync(StorageElement element) => Plugin.GetInfoAsync(Server, element, Token);

    public Task<List<StorageElement>> ListAsync() => Plugin.ListAsync(Server, new(), Token).ToListAsync(Token).AsTask();

    public Task RemoveAsync(StorageElement element) => Plugin.RemoveAsync(Server, element, Token);

    public Task GroupAsync(string name, params string[] initiators) =>
        Plugin.CreateAccessGroupsAsync(Server, [new() { Name = name, Entries = initiators.ToValueList() }], Token);

    public Task<StorageElement> GrantAsync(StorageElement element, params string[] groups) => Plugin.StartPresentAsync(Server, element, groups, Token);

    public Task<StorageElement> RevokeAsync(StorageElement element, params string[] groups) => Plugin.StopPresentAsync(Server, element, groups, Token);

    public string TargetOf(StorageElement element) => element.LunAddresses.Single().TargetName;

    /// <summary>The image's full name.</summary>
    public string Image(string name) => $"{PoolName}/{name}";

    public async ValueTask DisposeAsync()
    {
        Plugin.Dispose();
        if (_ownsDaemon && Daemon is not null)
        {
            await Daemon.DisposeAsync();
        }
    }
}
