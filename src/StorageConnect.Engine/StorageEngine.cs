using System.Collections.Concurrent;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Hosts;
using StorageConnect.Engine.Names;
using StorageConnect.Engine.Operations;
using StorageConnect.Engine.Plugins;
using StorageConnect.Engine.Registration;
using StorageConnect.Engine.Servers;
using StorageConnect.Engine.Settings;
using StorageConnect.Engine.Tracing;

namespace StorageConnect.Engine;

/// <summary>The engine: plug-ins, registered servers, and their arrays. One per set of paths in a process; safe for several threads.</summary>
public sealed class StorageEngine
{
    // How old the time of unchanged figures may get while they are read repeatedly.
    private static readonly TimeSpan ReportedAtAccuracy = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestPutBack = TimeSpan.FromSeconds(20);

    private readonly IStorageHost _host;
    private readonly TimeProvider _clock;
    private readonly ServerRegistry _registry;
    private readonly ServerRegistration _registration;
    private readonly ConcurrentDictionary<string, StorageArray> _arrays = new();

    /// <summary>An engine that stores its files at <paramref name="paths"/>. The constructor reads and writes nothing.</summary>
    public StorageEngine(EnginePaths paths, IStorageHost host)
        : this(paths, host, TimeProvider.System)
    {
    }

    internal StorageEngine(EnginePaths paths, IStorageHost host, TimeProvider clock)
    {
        TraceEventSource.Register();
        _host = host;
        _clock = clock;
        _registry = new(paths);
        Names = new(new NamesFile(Path.Combine(paths.Config, "names.json")));
        Plugins = new(paths, host, clock, () => _registry.All);
        _registration = new(Plugins, host);
        Operations = new(Path.Combine(paths.State, "operations"), GetArray, clock);
    }

    /// <summary>The installed plug-ins.</summary>
    public PluginCatalog Plugins { get; }

    /// <summary>The names that arrays have returned to this process and to earlier ones.</summary>
    public KnownNames Names { get; }

    /// <summary>Background operations of arrays.</summary>
    public OperationService Operations { get; }

    /// <summary>Keeps the known names for the next process.</summary>
    public void SaveNames()
    {
        var list = _registry.List;
        Names.Save(list.Servers.Select(entry => entry.Server.Uuid).Concat(list.Damaged.Select(entry => entry.Uuid).OfType<string>()).ToHashSet());
    }

    /// <summary>The registered servers, as stored, without those whose entries are damaged.</summary>
    public IReadOnlyList<StorageServer> GetServers() => [.. _registry.All.Select(entry => entry.Server)];

    /// <summary>An error for each registered server whose entry is damaged.</summary>
    public IReadOnlyList<DataCorruptException> GetDamagedServers() => _registry.Problems;

    /// <summary>The array of a registered server, by name or Uuid.</summary>
    /// <exception cref="NotFoundException">There is no such server.</exception>
    public StorageArray GetArray(string nameOrUuid) => ToArray(_registry.Get(nameOrUuid));

    /// <summary>The array of the one registered server.</summary>
    /// <exception cref="NotFoundException">None is registered.</exception>
    /// <exception cref="InvalidRequestException">Several are, and none was named.</exception>
    public StorageArray GetDefaultArray() => _registry.List switch
    {
        { Servers: [var only], Damaged: [] } => ToArray(only),
        { Servers: [], Damaged: [] } => throw ServerErrors.StorageServerNotFound(),
        var several => throw ServerErrors.StorageServerNeeded(several.Names),
    };

    /// <summary>All arrays.</summary>
    /// <exception cref="DataCorruptException">The entry of one is damaged.</exception>
    public IReadOnlyList<StorageArray> GetArrays() => _registry.Problems is [var problem, ..] ? throw problem : GetUsableArrays();

    /// <summary>All arrays, without those whose entries are damaged (<see cref="GetDamagedServers"/>).</summary>
    public IReadOnlyList<StorageArray> GetUsableArrays() => [.. _registry.All.Select(ToArray)];

    /// <summary>Checks that a new server could be registered, without calling its array.</summary>
    /// <exception cref="AlreadyExistsException">The name is taken.</exception>
    public void CheckServerName(string name)
    {
        NameRule.Check(name, "storage server");
        _registry.CheckNameIsFree(name);
    }

    /// <summary>Makes the checks of <see cref="RegisterAsync"/> that need no call of the array.</summary>
    public void CheckRegistration(StorageServer draft, string plugin)
    {
        CheckServerName(draft.Name);
        ServerRules.Check(draft, Plugins.Find(plugin));
    }

    /// <summary>Makes the checks of <see cref="ChangeAsync"/> that need no call of the array.</summary>
    public void CheckChange(string nameOrUuid, Func<StorageServer, StorageServer> change)
    {
        var current = _registry.Get(nameOrUuid);
        var draft = change(_registry.Secrets.Attach(current));
        NameRule.Check(draft.Name, "storage server");
        _registry.CheckNameIsFree(draft.Name, draft.Uuid);
        ServerRules.Check(draft, Plugins.FindFor(current.Server.Name, current.PluginClass, current.Server.PluginVersion));
    }

    /// <summary>Registers a server: validates and stores it.</summary>
    /// <param name="draft">What the user entered, with its secrets; Uuid and plug-in are filled in here.</param>
    /// <param name="plugin">The plug-in's name or class name.</param>
    /// <param name="saveCredential">Keep the secrets in a file that only the user can read.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<StorageServer> RegisterAsync(StorageServer draft, string plugin, bool saveCredential, CancellationToken cancellationToken)
    {
        CheckServerName(draft.Name);
        draft = draft with { Uuid = Guid.NewGuid().ToString("n") };
        var entry = await _registration.CheckAsync(draft, Plugins.Find(plugin), cancellationToken) with { SecretsRevision = NewRevision() };
        try
        {
            _registry.Secrets.Keep(draft, entry.SecretsRevision, saveCredential);
            _registry.Add(entry);
        }
        catch
        {
            _registry.Secrets.Forget(draft.Uuid);
            throw;
        }

        return entry.Server;
    }

    /// <summary>Changes a registered server: the changed record is validated as a new one would be.</summary>
    /// <param name="change">Makes the changed record of the registered one with all its known secrets.</param>
    /// <param name="nameOrUuid">Which server.</param>
    /// <param name="saveCredential">True and false as in <see cref="RegisterAsync"/>; null keeps it as it was.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<StorageServer> ChangeAsync(string nameOrUuid, Func<StorageServer, StorageServer> change, bool? saveCredential,
        CancellationToken cancellationToken)
    {
        var current = _registry.Get(nameOrUuid);
        var known = _registry.Secrets.Attach(current);
        var draft = change(known);
        if (draft.ExtraInfo != current.Server.ExtraInfo || draft.StorageName != current.Server.StorageName || draft.AdminHost != current.Server.AdminHost)
        {
            // The record may name another array from now on.
            draft = draft with { ArrayId = null };
        }

        if (current.Server.AccessContexts.Any(former => !draft.AccessContexts.Any(context => IsSameHost(context, former))))
        {
            // Another machine may have the former address now: it must not get a login with the CHAP secret.
            draft = draft with { IscsiTargets = ConnectedTargetsOf(draft) };
        }

        if (draft.Name != current.Server.Name)
        {
            NameRule.Check(draft.Name, "storage server");
        }

        var plugin = Plugins.FindFor(current.Server.Name, current.PluginClass, current.Server.PluginVersion);
        _registry.CheckNameIsFree(draft.Name, draft.Uuid);
        ServerRules.Check(draft, plugin);
        try
        {
            // The check of the new address and user must not use a session of the old ones.
            plugin.ClearCache();
            var entry = await _registration.CheckAsync(draft, plugin, cancellationToken);
            entry = entry with { SecretsRevision = SecretStore.HaveSame(known, draft) ? current.SecretsRevision : NewRevision() };
            Replace(entry, draft, saveCredential ?? _registry.Secrets.IsSaved(draft.Uuid), current, known);
            return entry.Server;
        }
        catch
        {
            await PutBackAsync(current, known, plugin);
            throw;
        }
        finally
        {
            // Nor may the old server use a session of a refused change.
            plugin.ClearCache();
        }
    }

    /// <summary>Calls getInfo, and stores the result.</summary>
    public async Task<StorageServer> RefreshAsync(string nameOrUuid, CancellationToken cancellationToken)
    {
        var array = GetArray(nameOrUuid);
        var known = array.Server;
        var info = await array.GetInfoAsync(cancellationToken);
        if (info with { ReportedAt = known.ReportedAt } == known && info.ReportedAt - known.ReportedAt < ReportedAtAccuracy)
        {
            // The file is not written only for a newer time of the same figures.
            return known;
        }

        _registry.Refresh(array.Entry, present => info with { StorageId = present.StorageId, IscsiTargets = present.IscsiTargets });
        return info;
    }

    /// <summary>Finds the targets of an iSCSI array, and stores them, so that another process can log in. Guide: discover().</summary>
    /// <exception cref="NoSuchOperationException">It is no iSCSI array.</exception>
    public Task<StorageServer> DiscoverAsync(string nameOrUuid, CancellationToken cancellationToken) =>
        DiscoverAsync(nameOrUuid, static _ => { }, cancellationToken);

    /// <summary>The same, with an error for each access context that gave no answer, and for each reported target that can't be used.</summary>
    public async Task<StorageServer> DiscoverAsync(string nameOrUuid, Action<StorageConnectException> report, CancellationToken cancellationToken)
    {
        var array = GetArray(nameOrUuid);
        var found = await array.DiscoverAsync(report, cancellationToken);
        var entry = array.Entry;
        _registry.Refresh(entry, present => present with { StorageId = entry.Server.StorageId, IscsiTargets = entry.Server.IscsiTargets });
        return found;
    }

    /// <summary>The name of the server that <see cref="Unregister"/> forgets.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public string CheckUnregister(string nameOrUuid) =>
        _registry.FindDamaged(nameOrUuid) is { } damaged ? damaged.ToString() : _registry.Get(nameOrUuid).Server.Name;

    /// <summary>Forgets a server and its secrets, also one whose entry is damaged. The array itself is not touched.</summary>
    public void Unregister(string nameOrUuid)
    {
        if (_registry.FindDamaged(nameOrUuid) is { } damaged)
        {
            _registry.Remove(damaged);
            return;
        }

        var uuid = _registry.Get(nameOrUuid).Server.Uuid;
        _registry.Remove(uuid);
        if (_arrays.TryRemove(uuid, out var array))
        {
            array.ClearCache();
        }
    }

    /// <summary>Gives a conformance run access to the plug-in of a registered server, for a decorator between engine and plug-in.</summary>
    /// <exception cref="NotFoundException">There is no such server.</exception>
    internal PluginUnderTest GetPluginUnderTest(string nameOrUuid)
    {
        var entry = _registry.Get(nameOrUuid);
        var plugin = Plugins.FindFor(entry.Server.Name, entry.PluginClass, entry.Server.PluginVersion);
        return new(plugin, entry, between => new(entry, Plugins, _registry.Secrets, _host, Names, between), _host, _clock.GetUtcNow());
    }

    // A plug-in's validate may have changed the array for a record that is refused, as a pool's export: that of the present record takes it back.
    private async Task PutBackAsync(RegisteredServer current, StorageServer known, LoadedPlugin plugin)
    {
        plugin.ClearCache();
        using var limit = new CancellationTokenSource(LongestPutBack);
        try
        {
            var present = _registry.Get(current.Server.Uuid);
            await _registration.CheckAsync(
                present.Revision == current.Revision ? known : _registry.Secrets.Attach(present), plugin, limit.Token);
        }
        catch (Exception e) when (e is StorageConnectException or OperationCanceledException)
        {
            // The error of the change matters more; each new session validates the old record again.
        }
    }

    private void Replace(RegisteredServer entry, StorageServer draft, bool saveCredential, RegisteredServer before, StorageServer known)
    {
        var wasSaved = _registry.Secrets.IsSaved(draft.Uuid);
        var isKept = false;
        try
        {
            _registry.Replace(entry, before, () =>
            {
                isKept = true;
                _registry.Secrets.Keep(draft, entry.SecretsRevision, saveCredential);
            });
        }
        catch (NotFoundException)
        {
            // Another process has just removed the server: its secrets must not outlive it.
            _registry.Secrets.Forget(draft.Uuid);
            throw;
        }
        catch when (isKept)
        {
            // The old record stays, and its secrets with it.
            _registry.Secrets.Keep(known, before.SecretsRevision, wasSaved);
            throw;
        }
    }

    /// <summary>Those that this host is logged in to: without them, it could not log out.</summary>
    private ValueList<IscsiTarget> ConnectedTargetsOf(StorageServer server) => server.IscsiTargets.Where(_host.IsConnected).ToValueList();

    private static bool IsSameHost(AccessContext one, AccessContext other) =>
        one.Port == other.Port && string.Equals(one.Host, other.Host, StringComparison.OrdinalIgnoreCase);

    private static string NewRevision() => Guid.NewGuid().ToString("n");

    private StorageArray ToArray(RegisteredServer entry) => _arrays.AddOrUpdate(
        entry.Server.Uuid,
        static (_, arg) => arg.self.NewArray(arg.entry),
        static (_, array, arg) => array.Entry.Revision == arg.entry.Revision ? array.Renew(arg.entry) : arg.self.NewArrayInPlaceOf(array, arg.entry),
        (entry, self: this));

    private StorageArray NewArray(RegisteredServer entry) => new(entry, Plugins, _registry.Secrets, _host, Names);

    // The server was changed, here or in another process: it is validated again, without sessions of the old address or user.
    private StorageArray NewArrayInPlaceOf(StorageArray old, RegisteredServer entry)
    {
        old.ClearCache();
        return NewArray(entry);
    }
}
