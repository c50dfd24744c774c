using System.Diagnostics;
using StorageConnect.Plugins.Cinder;
using StorageConnect.Plugins.Cinder.Configuration;
using StorageConnect.Plugins.Cinder.Http;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cinder.Support;

/// <summary>A project of a real cloud, called as the engine calls the plug-in.</summary>
public sealed class CinderProject : IDisposable
{
    public const string Initiator = "iqn.1994-05.com.example:here";
    public const long GiB = 1L << 30;

    private readonly TemporaryFolder _folder = new();

    private CinderProject(CinderCloud cloud, string id, StorageServer server, IHostServices host)
    {
        (Cloud, Id, Server, HostServices) = (cloud, id, server, host);
        Plugin = NewPlugin();
    }

    public CinderCloud Cloud { get; }

    public string Id { get; }

    public StorageServer Server { get; set; }

    internal CinderPlugin Plugin { get; }

    /// <summary>The host that the plug-in is given.</summary>
    public IHostServices HostServices { get; }

    public UserspaceHost Host => (UserspaceHost)HostServices;

    /// <summary>Where the plug-in keeps its register.</summary>
    public string StateFolder => _folder.Path;

    /// <summary>The lines of the plug-in's log.</summary>
    internal MemoryLog Log { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A new project, with a group "here" of this host.</summary>
    public static async Task<CinderProject> NewAsync(CinderCloud cloud, string extra = "", IHostServices? host = null)
    {
        await cloud.StartAsync();
        var id = CinderCloud.NewProject();
        var project = new CinderProject(cloud, id, cloud.Draft(id, extra) with { Uuid = Guid.NewGuid().ToString("n") }, host ?? new UserspaceHost(Initiator));
        await project.Plugin.ValidateAsync(project.Server, Token);
        await project.Plugin.CreateAccessGroupsAsync(project.Server, [new() { Name = "here", Entries = [Initiator] }], Token);
        return project;
    }

    /// <summary>Another plug-in on the same register, as another process of this machine has it.</summary>
    internal CinderPlugin NewPlugin(Func<HttpMessageHandler, HttpMessageHandler>? through = null) => new()
    {
        Services = new(new PluginCache(), HostServices) { StateFolder = StateFolder, Log = Log },
        Connect = through is null
            ? static (CinderAddress address) => new ServiceConnection(address.Thumbprint)
            : _ => new ServiceConnection(through(new SocketsHttpHandler())),
    };

    public async Task<StorageElement> CreateAsync(string name, string group = "stable", long size = GiB, string? qos = null) => await FinishAsync(
        await Plugin.CreateAsync(Server, new() { Name = name, SizeBytes = size, VolumeGroupName = group }, true, qos, Token));

    public async Task<StorageElement> SnapAsync(StorageElement element, string name) =>
        await FinishAsync(await Plugin.CreateSnapAsync(Server, element, new() { Name = name }, Token));

    public async Task<StorageElement> CloneAsync(StorageElement element, StorageElement snapshot, string name) =>
        await FinishAsync(await Plugin.CloneFromSnapAsync(Server, element, snapshot, new() { Name = name }, null, Token));

    public async Task<StorageElement> ResizeAsync(StorageElement element, long size) =>
        await FinishAsync(await Plugin.ResizeAsync(Server, element, size, Token));

    public Task<StorageElement> InfoAsync(StorageElement element) => Plugin.GetInfoAsync(Server, element, Token);

    public Task<List<StorageElement>> ListAsync() => Plugin.ListAsync(Server, new(), Token).ToListAsync(Token).AsTask();

    public Task RemoveAsync(StorageElement element) => Plugin.RemoveAsync(Server, element, Token);

    public Task<StorageElement> GrantAsync(StorageElement element) => Plugin.StartPresentAsync(Server, element, ["here"], Token);

    public Task<StorageElement> RevokeAsync(StorageElement element) => Plugin.StopPresentAsync(Server, element, ["here"], Token);

    /// <summary>Presents an element, logs this host in to its target, and returns the target's name.</summary>
    public async Task<string> ConnectAsync(StorageElement element)
    {
        var target = (await GrantAsync(element)).LunAddresses.Single().TargetName;
        var found = await Plugin.DiscoverAsync(Server, Token);
        await Plugin.StartAsync(found with { IscsiTargets = found.IscsiTargets.Where(one => one.TargetName == target).ToValueList() }, Token);
        return target;
    }

    /// <summary>Has this host read or write an element, in the words of qemu-io, and withdraws it again.</summary>
    public async Task UseAsync(StorageElement element, params string[] commands)
    {
        await Host.UseAsync(await ConnectAsync(element), commands);
        await RevokeAsync(element);
        Assert.Empty(Host.Targets);
    }

    /// <summary>A request of the administrator about this project.</summary>
    public Task<System.Text.Json.JsonElement> AdminAsync(HttpMethod method, string path, object? body = null) => Cloud.AdminAsync(method, path, body, Id);

    public Task<StorageElement> FinishAsync(StorageElement record) => FinishAsync(Plugin, record);

    internal async Task<StorageElement> FinishAsync(CinderPlugin plugin, StorageElement record)
    {
        for (var began = Stopwatch.GetTimestamp(); record.AsyncProgress is not null; await Task.Delay(50, Token))
        {
            record = await plugin.GetAsyncProgressAsync(Server, record, Token);
            Assert.True(Stopwatch.GetElapsedTime(began) < CloudProcess.LongestWork, $"'{record.Name}' does not end: {record.AsyncHandle}");
        }

        return record;
    }

    public void Dispose()
    {
        Plugin.Dispose();
        _folder.Dispose();
    }
}
