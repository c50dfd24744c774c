using System.Diagnostics;
using System.Text.Json;
using StorageConnect.Plugins.Ceph;
using StorageConnect.Plugins.Ceph.Export;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Ceph.Support;

/// <summary>A pool of a real cluster, called as the engine calls the plug-in.</summary>
public sealed class CephArray : IAsyncDisposable
{
    public const string Host1 = "iqn.2001-04.com.example:host1";
    public const string Host2 = "iqn.2001-04.com.example:host2";
    private static readonly TimeSpan BackWithin = TimeSpan.FromMinutes(3);
    private readonly bool _ownsDaemon;

    private CephArray(CephCluster cluster, string pool, TgtDaemon? daemon, bool ownsDaemon, StorageServer server)
    {
        Cluster = cluster;
        PoolName = pool;
        Daemon = daemon;
        _ownsDaemon = ownsDaemon;
        Server = server;
        Plugin = NewPlugin();
    }

    public CephCluster Cluster { get; }

    public string PoolName { get; }

    public TgtDaemon? Daemon { get; }

    public StorageServer Server { get; set; }

    public CephPlugin Plugin { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static CephPlugin NewPlugin() => new() { Services = new(new PluginCache(), new FakeHost()) };

    /// <summary>Another client that has the image open; a line "quit" on its input ends it.</summary>
    public async Task<Process> OpenElsewhereAsync(string image)
    {
        var client = Process.Start(new ProcessStartInfo("qemu-io", ["-f", "raw", $"rbd:{Image(image)}:conf={Cluster.Configuration}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var backoff = new Backoff(BackWithin);
        while (!(await Cluster.RbdAsync("status", Image(image))).Contains("watcher=", StringComparison.Ordinal))
        {
            Assert.True(await backoff.WaitAsync(Token), "The client does not open the image.");
        }

        return client;
    }

    /// <summary>The server of a child process.</summary>
    internal static StorageServer ServerFor(ClusterServer cluster)
    {
        GatewayState.Root = cluster.State;
        return new()
        {
            Uuid = new(cluster.StorageType == StorageType.SAN ? 'a' : 'b', 32),
            Name = "ceph lab",
            PluginName = typeof(CephPlugin).FullName!,
            StorageType = cluster.StorageType,
            StorageName = cluster.Pool,
            ExtraInfo = cluster.ExtraInfo,
        };
    }

    /// <summary>What a child process needs to use the same pool.</summary>
    internal ChildTask Child(string operation, string[] names, string? step = null, int hits = 1) => new(operation, "", names, step, hits)
    {
        Cluster = new(Server.StorageType, PoolName, Server.ExtraInfo!, GatewayState.Root),
    };

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

    public static StorageServer ServerFor(CephCluster cluster, string pool, TgtDaemon? daemon = null, params IEnumerable<AccessContext> contexts) =>
        ServerFor(new(
            daemon is null ? StorageType.SAN : StorageType.iSCSI,
            pool,
            daemon is null
                ? $"Conf={cluster.Configuration}"
                : $"Conf={cluster.Configuration};Portals={daemon.FirstPortal},{daemon.SecondPortal};TgtControl={daemon.ControlPath}",
            GatewayState.Root)) with
        {
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

    /// <summary>Writes to an image's begin as a client of the cluster does.</summary>
    public async Task WriteAsync(string image, char what, int size = 4096)
    {
        TgtDaemon.Require("qemu-io", "qemu-utils");
        var written = await IscsiTool.RunAsync("qemu-io", "-f", "raw", "-c", FormattableString.Invariant($"write -P {(int)what} 0 {size}"), "-c", "flush",
            $"rbd:{Image(image)}:conf={Cluster.Configuration}");
        Assert.True(written.ExitCode == 0 && !written.Output.Contains("failed", StringComparison.Ordinal), written.Output);
    }

    /// <summary>The first byte of an image.</summary>
    public async Task<char> ReadAsync(string image)
    {
        using var folder = new TemporaryFolder();
        await Cluster.RbdAsync("export", "--no-progress", Image(image), folder["image"]);
        await using var file = File.OpenRead(folder["image"]);
        return (char)file.ReadByte();
    }

    /// <summary>The catalog's notes, as the cluster's own tool reads them.</summary>
    public async Task<Dictionary<string, string>> ReadNotesAsync()
    {
        // Where there is no note, the tool prints nothing at all.
        var notes = await Cluster.RbdAsync("image-meta", "ls", "--format=json", Image("osc.catalog"));
        return notes.Length > 0 ? JsonSerializer.Deserialize<Dictionary<string, string>>(notes)! : [];
    }

    /// <summary>Nothing in the pool is half made: as the cluster's own tools see it.</summary>
    public async Task AssertWholeAsync()
    {
        var catalog = await ReadNotesAsync();
        Assert.DoesNotContain(
            catalog.Keys,
            key => key.StartsWith("osc.intent.", StringComparison.Ordinal) || key.StartsWith("osc.mark.", StringComparison.Ordinal));
        var groups = JsonSerializer.Deserialize<string[]>(await Cluster.RbdAsync("group", "ls", "--format=json", PoolName))!;
        Assert.Equal(catalog.Keys.Where(key => key.StartsWith("osc.multi.", StringComparison.Ordinal)).Order(), groups.Order());
        foreach (var group in groups)
        {
            Assert.Equal("[]", (await Cluster.RbdAsync("group", "image", "ls", "--format=json", Image(group))).Trim());
        }

        var listed = await Cluster.RbdAsync("ls", "-l", PoolName);
        Assert.DoesNotContain("osc.tmp.", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("osc.thick.", listed, StringComparison.Ordinal);

        await AssertStatusAsync();
    }

    /// <summary>The pool is well. The status also reports that the cluster is slow, which is not a fault of the pool and passes.</summary>
    public async Task AssertStatusAsync()
    {
        var backoff = new Backoff(BackWithin);
        string status;
        while ((status = await Plugin.GetStatusAsync(Server, null, Token)) != "OK")
        {
            Assert.True(await backoff.WaitAsync(Token), status);
        }
    }

    /// <summary>Waits until the cluster answers: it was stopped for a while, or the machine is busy.</summary>
    public async Task WaitAsync()
    {
        var backoff = new Backoff(BackWithin);
        while (true)
        {
            try
            {
                await ListAsync();
                return;
            }
            catch (ArrayUnreachableException e)
            {
                Assert.True(await backoff.WaitAsync(Token), e.Message);
            }
        }
    }

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
