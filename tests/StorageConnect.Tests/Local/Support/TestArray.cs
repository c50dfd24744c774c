using StorageConnect.Plugins.Local;
using Xunit;

namespace StorageConnect.Tests.Local.Support;

/// <summary>A pool folder and a plug-in that serves it, called as the engine does.</summary>
public sealed class TestArray : IDisposable
{
    private readonly bool _ownsFolder;

    private TestArray(string folder, bool ownsFolder)
    {
        Folder = folder;
        _ownsFolder = ownsFolder;
        Server = ServerFor($"Pool={folder}");
        Plugin = new() { Services = new(new PluginCache(), new NoHost()) { GetRegisteredServers = () => Registered } };
    }

    public static TheoryData<PoolKind> AllKinds { get; } = [PoolKind.Copy, PoolKind.Xfs, PoolKind.Btrfs];

    public static TheoryData<PoolKind> ReflinkKinds { get; } = [PoolKind.Xfs, PoolKind.Btrfs];

    public string Folder { get; }

    public StorageServer Server { get; set; }

    /// <summary>The servers that the engine says are registered; one that is not among them is being registered.</summary>
    public IReadOnlyList<StorageServer> Registered { get; set; } = [];

    public LocalPlugin Plugin { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>An empty pool, validated.</summary>
    public static async Task<TestArray> NewAsync(PoolKind kind) => await At(LoopMounts.NewFolder(kind), ownsFolder: true).ValidatedAsync();

    public static TestArray At(string folder, bool ownsFolder = false) => new(folder, ownsFolder);

    public static LocalPlugin NewPlugin() => new() { Services = new(new PluginCache(), new NoHost()) };

    public static StorageServer ServerFor(string? extraInfo, string? storageName = null) => new()
    {
        Uuid = new('a', 32),
        Name = "lab",
        PluginName = typeof(LocalPlugin).FullName!,
        StorageType = StorageType.SAN,
        ExtraInfo = extraInfo,
        StorageName = storageName,
    };

    /// <summary>Another plug-in on the same pool, as another process has it.</summary>
    public TestArray Another() => new(Folder, ownsFolder: false);

    /// <summary>Ends this one and begins another, as after a restart.</summary>
    public async Task<TestArray> ReopenedAsync()
    {
        Plugin.Dispose();
        return await new TestArray(Folder, _ownsFolder).ValidatedAsync();
    }

    public async Task<TestArray> ValidatedAsync()
    {
        await Plugin.ValidateAsync(Server, Token);
        return this;
    }

    public Task<StorageElement> CreateAsync(string name, long size = 1 << 20, bool thin = true, string? qos = null) =>
        Plugin.CreateAsync(Server, new() { Name = name, SizeBytes = size, StorageServerUuid = Server.Uuid }, thin, qos, Token);

    public Task RemoveAsync(StorageElement element) => Plugin.RemoveAsync(Server, element, Token);

    public Task OfflineAsync(StorageElement element) => Plugin.OfflineAsync(Server, element, Token);

    public Task OnlineAsync(StorageElement element) => Plugin.OnlineAsync(Server, element, Token);

    public Task<StorageElement> InfoAsync(StorageElement element) => Plugin.GetInfoAsync(Server, element, Token);

    /// <summary>As it is now, without what it takes in the pool: lists don't tell that.</summary>
    public async Task<StorageElement> RecordAsync(StorageElement element) => await InfoAsync(element) with { UsedBytes = null, UniqueBytes = null };

    public Task<StorageElement> ResizeAsync(StorageElement element, long size) => Plugin.ResizeAsync(Server, element, size, Token);

    public Task<StorageElement> SnapAsync(StorageElement element, string? name) => Plugin.CreateSnapAsync(Server, element, Named(name), Token);

    public Task<StorageElement> MultiSnapAsync(string? name, params StorageElement[] elements) =>
        Plugin.CreateMultiSnapAsync(Server, elements, Named(name), Token);

    public Task<StorageElement> CloneAsync(StorageElement element, string? name, string? qos = null) =>
        Plugin.CloneAsync(Server, element, Named(name), qos, Token);

    public Task<StorageElement> CloneFromSnapAsync(StorageElement element, StorageElement snapshot, string? name) =>
        Plugin.CloneFromSnapAsync(Server, element, snapshot, Named(name), null, Token);

    public Task RestoreAsync(StorageElement snapshot, StorageElement? element) => Plugin.SnapRestoreAsync(Server, snapshot, element, Token);

    public Task RemoveSnapAsync(StorageElement snapshot) => Plugin.SnapRemoveAsync(Server, snapshot, Token);

    public Task<IReadOnlyList<AccessGroup>> CreateGroupAsync(string name, params string[] entries) =>
        Plugin.CreateAccessGroupsAsync(Server, [new() { Name = name, Entries = [.. entries] }], Token);

    public async Task<IReadOnlyList<StorageElement>> ListAsync(StorageElementFilter? filter = null)
    {
        var all = new List<StorageElement>();
        await foreach (var element in Plugin.ListAsync(Server, filter ?? new(), Token))
        {
            all.Add(element);
        }

        return all;
    }

    public Task<IReadOnlyList<StorageElement>> SnapsAsync(StorageElement? element = null) => Plugin.GetCurrentSnapsAsync(Server, element, Token);

    /// <summary>The path through which this machine reads and writes the volume.</summary>
    public async Task<string> PathAsync(StorageElement element) =>
        Assert.Single((await Plugin.UpdateStorageElementsAsync(Server, [element], false, Token))[0].DevicePaths);

    public async Task WriteAsync(StorageElement element, byte value, int length = 4096, long offset = 0)
    {
        await using var file = new FileStream(await PathAsync(element), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = offset;
        file.Write(Enumerable.Repeat(value, length).ToArray());
        file.Flush(flushToDisk: true);
    }

    public async Task<byte> ReadAsync(StorageElement element, long offset = 0)
    {
        await using var file = new FileStream(await PathAsync(element), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = offset;
        return (byte)file.ReadByte();
    }

    /// <summary>Waits for a copy that goes on in the background; at once where there is none.</summary>
    public async Task<StorageElement> FinishedAsync(StorageElement record)
    {
        while (record.AsyncProgress is not null)
        {
            Assert.InRange(record.AsyncProgress.Value, -1, 100);
            record = await Plugin.GetAsyncProgressAsync(Server, record, Token);
            await Task.Delay(5, Token);
        }

        Assert.Null(record.AsyncHandle);
        return record;
    }

    /// <summary>A snapshot on any pool: the element is taken offline for it where it must be.</summary>
    public async Task<StorageElement> SnapAnywhereAsync(StorageElement element, string name) => await AnywhereAsync(element, () => SnapAsync(element, name));

    public async Task<StorageElement> CloneAnywhereAsync(StorageElement element, string name) => await AnywhereAsync(element, () => CloneAsync(element, name));

    public async Task<T> FailsAsync<T>(Task task, string errorId)
        where T : StorageConnectException
    {
        var error = await Assert.ThrowsAsync<T>(() => task);
        Assert.Equal(errorId, error.ErrorId);
        Assert.False(string.IsNullOrWhiteSpace(error.Recommendation));
        return error;
    }

    /// <summary>Everything the pool holds is there and nothing else: rows, files, and no leftovers.</summary>
    public async Task AssertWholeAsync()
    {
        var elements = await ListAsync();
        foreach (var element in elements)
        {
            var path = Path.Combine(Folder, element.State == StorageElementState.Online ? "volumes" : "offline", element.Uuid);
            Assert.True(File.Exists(path), $"{element.Name} has no file");
            Assert.Equal(element.SizeBytes, new FileInfo(path).Length);
        }

        var snapshots = await SnapsAsync();
        foreach (var snapshot in snapshots)
        {
            Assert.All(snapshot.SourceUuids, member => Assert.True(File.Exists(Path.Combine(Folder, "snapshots", snapshot.Uuid, member))));
        }

        Assert.Equal(
            elements.Select(element => element.Uuid).Order(),
            Names("volumes").Concat(Names("offline")).Order());
        Assert.Equal(snapshots.Select(snapshot => snapshot.Uuid).Order(), Names("snapshots").Order());
        Assert.Empty(Names("making"));
    }

    public void Dispose()
    {
        Plugin.Dispose();
        if (_ownsFolder && Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static StorageElement? Named(string? name) => name is null ? null : new() { Name = name };

    private IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFileSystemEntries(Path.Combine(Folder, folder)).Select(path => Path.GetFileName(path)!);

    private async Task<StorageElement> AnywhereAsync(StorageElement element, Func<Task<StorageElement>> make)
    {
        var offline = (await Plugin.GetCapabilitiesAsync(Server, Token)).Snapshot == Ability.Offline;
        if (offline)
        {
            await OfflineAsync(element);
        }

        var made = await FinishedAsync(await make());
        if (offline)
        {
            await OnlineAsync(element);
        }

        return made;
    }

    private sealed class NoHost : IHostServices
    {
        public string DevicePathPrefix => "/dev/mapper/";

        public ValueList<string> FindDevicePaths(string page83Id) => [];

        public bool IsConnected(IscsiTarget target) => false;

        public ValueList<HostLun> FindLuns(ValueList<string> targetNames) => [];

        public Task DestroyMultipathDeviceAsync(string page83Id, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task LoginAsync(IscsiTarget target, AccessContext context, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task LogoutAsync(IscsiTarget target, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
