using StorageConnect.PluginKit.Export;
using StorageConnect.Plugins.Local;
using Xunit;

namespace StorageConnect.Tests.Local.Support;

/// <summary>A pool that a tgtd of its own exports, called as the engine does.</summary>
public sealed class IscsiArray : IAsyncDisposable
{
    public const string Host1 = "iqn.2001-04.com.example:host1";
    public const string Host2 = "iqn.2001-04.com.example:host2";

    private readonly bool _owns;

    private IscsiArray(string folder, TgtDaemon daemon, bool owns, IReadOnlyList<AccessContext> contexts)
    {
        Folder = folder;
        Daemon = daemon;
        _owns = owns;
        Server = ServerFor(folder, daemon, contexts);
        Plugin = TestArray.NewPlugin();
    }

    public string Folder { get; }

    public TgtDaemon Daemon { get; }

    public StorageServer Server { get; set; }

    public LocalPlugin Plugin { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<IscsiArray> NewAsync(PoolKind kind = PoolKind.Copy, params AccessContext[] contexts)
    {
        var daemon = await TgtDaemon.StartAsync();
        try
        {
            return await new IscsiArray(LoopMounts.NewFolder(kind), daemon, owns: true, contexts).ValidatedAsync();
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    public static async Task<IscsiArray> AtAsync(string folder, TgtDaemon daemon, params AccessContext[] contexts) =>
        await new IscsiArray(folder, daemon, owns: false, contexts).ValidatedAsync();

    public static StorageServer ServerFor(string folder, TgtDaemon daemon, IEnumerable<AccessContext> contexts) => new()
    {
        Uuid = new('b', 32),
        Name = "iscsi lab",
        PluginName = typeof(LocalPlugin).FullName!,
        StorageType = StorageType.iSCSI,
        ExtraInfo = $"Pool={folder};Portals={daemon.FirstPortal},{daemon.SecondPortal};TgtControl={daemon.ControlPath}",
        AccessContexts = contexts.ToValueList(),
    };

    public static AccessContext Chap(string user, string secret, string? mutualUser = null, string? mutualSecret = null) =>
        new AccessContext { Host = "127.0.0.1", ChapUser = user, MutualChapUser = mutualUser }.WithSecrets(new(secret),
            mutualSecret is null ? null : new(mutualSecret));

    /// <summary>Another plug-in on the same pool and daemon, as another process has it.</summary>
    public Task<IscsiArray> AnotherAsync() => AtAsync(Folder, Daemon, [.. Server.AccessContexts]);

    public async Task<IscsiArray> ValidatedAsync()
    {
        await Plugin.ValidateAsync(Server, Token);
        return this;
    }

    public Task<StorageElement> CreateAsync(string name, long size = 8 << 20, bool thin = true, string? qos = null) =>
        Plugin.CreateAsync(Server, new() { Name = name, SizeBytes = size, StorageServerUuid = Server.Uuid }, thin, qos, Token);

    public Task GroupAsync(string name, params string[] initiators) =>
        Plugin.CreateAccessGroupsAsync(Server, [new() { Name = name, Entries = initiators.ToValueList() }], Token);

    public Task<StorageElement> GrantAsync(StorageElement element, params string[] groups) => Plugin.StartPresentAsync(Server, element, groups, Token);

    public Task<StorageElement> RevokeAsync(StorageElement element, params string[] groups) => Plugin.StopPresentAsync(Server, element, groups, Token);

    public Task<StorageElement> InfoAsync(StorageElement element) => Plugin.GetInfoAsync(Server, element, Token);

    public Task<string> StatusAsync() => Plugin.GetStatusAsync(Server, null, Token);

    /// <summary>A new element that a host may use.</summary>
    public async Task<StorageElement> ServedAsync(string name, string initiator = Host1, long size = 8 << 20, bool thin = true, string? qos = null)
    {
        var element = await CreateAsync(name, size, thin, qos);
        if ((await Plugin.GetAccessGroupsAsync(Server, null, Token)).All(group => group.Name != initiator))
        {
            await GroupAsync(initiator, initiator);
        }

        return await GrantAsync(element, initiator);
    }

    /// <summary>The element's target name, as the daemon has it.</summary>
    public string TargetOf(StorageElement element) =>
        TargetNames.Of(Sqlite.Column(Path.Combine(Folder, "local.db"), "SELECT name FROM export").Single(), element.Uuid);

    public async ValueTask DisposeAsync()
    {
        Plugin.Dispose();
        if (_owns)
        {
            await Daemon.DisposeAsync();
            Directory.Delete(Folder, recursive: true);
        }
    }
}
