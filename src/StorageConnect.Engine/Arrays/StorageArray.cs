using System.Runtime.CompilerServices;
using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Hosts;
using StorageConnect.Engine.Names;
using StorageConnect.Engine.Plugins;
using StorageConnect.Engine.Results;
using StorageConnect.Engine.Servers;

namespace StorageConnect.Engine.Arrays;

/// <summary>
/// The only way to an array: every call of a plug-in goes through this class, which enforces the guide's rules. One instance serves a registered
/// server in this process, from several threads at once.
/// </summary>
public sealed partial class StorageArray : IDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly PluginCatalog _catalog;
    private readonly ISecretSource _secrets;
    private readonly IStorageHost _host;
    private readonly Func<LoadedPlugin, LoadedPlugin>? _between;
    private volatile Session? _session;

    /// <param name="entry">The server.</param>
    /// <param name="catalog">Where its plug-in is.</param>
    /// <param name="secrets">Where its secrets are.</param>
    /// <param name="host">This host.</param>
    /// <param name="names">Collects the names that the array returns.</param>
    /// <param name="between">Wraps the plug-in, for tests of plug-ins; null for none.</param>
    internal StorageArray(RegisteredServer entry, PluginCatalog catalog, ISecretSource secrets, IStorageHost host, KnownNames names,
        Func<LoadedPlugin, LoadedPlugin>? between = null)
    {
        _between = between;
        Names = names;
        Entry = entry;
        _catalog = catalog;
        _secrets = secrets;
        _host = host;
    }

    /// <summary>The server's name.</summary>
    public string Name => Entry.Server.Name;

    /// <summary>The server's identity.</summary>
    public string Uuid => Entry.Server.Uuid;

    /// <summary>The server's record, without secrets.</summary>
    public StorageServer Server => Entry.Server;

    internal RegisteredServer Entry { get; private set; }

    private KnownNames Names { get; }

    /// <inheritdoc/>
    public void Dispose() => _opening.Dispose();

    /// <summary>Drops what the plug-in keeps in memory of its arrays: sessions, tokens, lists.</summary>
    internal void ClearCache() => _session?.Plugin.ClearCache();

    /// <summary>Validates the server again. Guide: validate().</summary>
    public async Task ValidateAsync(CancellationToken cancellationToken)
    {
        _session = null;
        await OpenAsync(cancellationToken);
    }

    /// <summary>What the array can do at this moment. Guide: getCapabilities().</summary>
    public async Task<Capabilities> GetCapabilitiesAsync(CancellationToken cancellationToken) =>
        await GetCapabilitiesAsync(await OpenAsync(cancellationToken), cancellationToken);

    /// <summary>The server's record with the array's present information. Guide: getInfo().</summary>
    public async Task<StorageServer> GetInfoAsync(CancellationToken cancellationToken) => (await CallGetInfoAsync(cancellationToken)).Info;

    /// <summary>
    /// As <see cref="GetInfoAsync(CancellationToken)"/>, for the record to store: entries of ExtraInfo that were for the registration alone are removed
    /// where the plug-in omits them.
    /// </summary>
    internal async Task<StorageServer> GetInfoToKeepAsync(CancellationToken cancellationToken)
    {
        static string[] Parts(string? text) => (text ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

        var (info, answer) = await CallGetInfoAsync(cancellationToken);
        return !string.IsNullOrEmpty(answer.ExtraInfo) && Parts(answer.ExtraInfo).Except(Parts(info.ExtraInfo), StringComparer.Ordinal).Any() is false
            ? info with { ExtraInfo = answer.ExtraInfo }
            : info;
    }

    private async Task<(StorageServer Info, StorageServer Answer)> CallGetInfoAsync(CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        var info = await CallAsync(session, GuideMethod.GetInfo, 0, static (plugin, server, _, token) => plugin.GetInfoAsync(server, token), cancellationToken);
        if (Server.ArrayId is { } known && info.ArrayId is { } answered && answered != known)
        {
            // Names mean another array's elements from now on: each call is refused by a plug-in that compares in validate.
            _session = null;
            throw ServerErrors.ArrayChanged(Name, UntrustedText.Quote(known), UntrustedText.Quote(answered));
        }

        // The user's entries are kept. Only the array's information, and what the plug-in adds for itself, is taken from the result.
        var updated = Server with
        {
            PluginVersion = session.Plugin.Descriptor.Version,
            ArrayId = Server.ArrayId ?? info.ArrayId,
            VolumeGroups = info.VolumeGroups,
            Status = info.Status,
            Description = info.Description,
            TotalBytes = info.TotalBytes,
            UsedBytes = info.UsedBytes,
            FreeBytes = info.FreeBytes,
            AllocatedBytes = info.AllocatedBytes,
            ReportedAt = DateTimeOffset.UtcNow,
        };
        ((IExtensibleRecord)updated).Unknown = ((IExtensibleRecord)info).Unknown;
        return (updated, info);
    }

    /// <summary>The validated record with its secrets, for this host's initiator to log in with. It goes nowhere else.</summary>
    internal async Task<StorageServer> GetServerForLoginAsync(CancellationToken cancellationToken) => (await OpenAsync(cancellationToken)).Server;

    /// <summary>The names of the arrays behind a concentrator. Guide: getStorageNames().</summary>
    public async Task<IReadOnlyList<string>> GetStorageNamesAsync(CancellationToken cancellationToken) =>
        await CallAsync(GuideMethod.GetStorageNames, 0, static (plugin, server, _, token) => plugin.GetStorageNamesAsync(server, token), cancellationToken);

    /// <summary>The array's or an element's status, for display. Guide: getStatus().</summary>
    public Task<string> GetStatusAsync(StorageElement? element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetStatus, element, static (plugin, server, e, token) => plugin.GetStatusAsync(server, e, token), cancellationToken);

    /// <summary>The qualities of service of the array. Guide: getQoSList().</summary>
    public async Task<IReadOnlyList<QosValue>> GetQosListAsync(CancellationToken cancellationToken)
    {
        var values = await CallAsync(GuideMethod.GetQosList, 0, static (plugin, server, _, token) => plugin.GetQosListAsync(server, token), cancellationToken);
        foreach (var value in values)
        {
            Names.Learn(NameKind.Qos, Uuid, value.Value);
        }

        return [.. values.Select(value => value with { StorageServerUuid = Uuid, StorageServerName = Name })];
    }

    /// <summary>The result of create, clone or cloneFromSnap; a fault if the quality of service is missing.</summary>
    [Rule(12, "The quality of service of created elements and clones is filled, where the array has any.", "create()")]
    private static async Task<StorageElement> WithQosAsync(Session session, string method, StorageElement made, CancellationToken cancellationToken)
    {
        // A background operation must report it when it is done.
        return made.Qos is null && made.AsyncProgress is null && await HasQosAsync(session, cancellationToken)
            ? throw PluginCall.Fault(session.Plugin, method, $"'{made.Name}' has no quality of service in its answer, though the array has some")
            : made;
    }

    private static async Task<bool> HasQosAsync(Session session, CancellationToken cancellationToken)
    {
        try
        {
            return (await CallAsync(session, GuideMethod.GetQosList, 0, static (plugin, server, _, token) => plugin.GetQosListAsync(server, token),
                cancellationToken)).Count > 0;
        }
        catch (StorageConnectException)
        {
            // Unknown. The element exists all the same.
            return false;
        }
    }

    /// <summary>Opens the server where it isn't open: what can fail before the array is asked for anything fails here.</summary>
    internal async Task PrepareAsync(CancellationToken cancellationToken) => await OpenAsync(cancellationToken);

    /// <summary>The validated server and its plug-in: nothing else ever reaches a plug-in's methods.</summary>
    [Rule(4, "No method but validate ever sees a server that was not validated.", "validate()")]
    private async ValueTask<Session> OpenAsync(CancellationToken cancellationToken)
    {
        if (_session is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _session ??= await ValidateNowAsync(cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<Session> ValidateNowAsync(CancellationToken cancellationToken)
    {
        var plugin = _catalog.FindFor(Name, Entry.PluginClass, Server.PluginVersion);
        var session = new Session(_between?.Invoke(plugin) ?? plugin, _secrets.Attach(Entry));
        ServerRules.Check(session.Server, plugin);
        await ValidateAsync(session, cancellationToken);
        return session;
    }

    /// <summary>Ends a validate that hangs, also one that blocks its thread: until it returned, the array could not be used.</summary>
    private async Task ValidateAsync(Session session, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(PluginCall.ValidateTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await DoAsync(session, GuideMethod.Validate, 0,
                static (plugin, server, _, token) => Task.Run(() => plugin.ValidateAsync(server, token), token), either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw ServerErrors.ArrayUnreachable(Name, PluginCall.ValidateTimeout);
        }
    }

    private static Task<Capabilities> GetCapabilitiesAsync(Session session, CancellationToken cancellationToken) =>
        CheckedAsync(session, GuideMethod.GetCapabilities, 0,
            static (plugin, server, _, token) => plugin.GetCapabilitiesAsync(server, token),
            static (now, _) => DescriptorRules.FindAbilityProblem(now, "getCapabilities"),
            cancellationToken);

    private async Task<T> CallAsync<TState, T>(
        string method,
        TState state,
        Func<StorageArrayPlugin, StorageServer, TState, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken) =>
        await CallAsync(await OpenAsync(cancellationToken), method, state, call, cancellationToken);

    private static async Task<T> CallAsync<TState, T>(
        Session session,
        string method,
        TState state,
        Func<StorageArrayPlugin, StorageServer, TState, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        EndCheckBefore(session, method, state);
        using var span = CallTrace.Begin(session.Server.Name, session.Plugin.Descriptor, method, state);
        T answer;
        try
        {
            answer = await PluginCall.EndWithCallerAsync(call(session.Plugin.Instance, session.Server, state, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (PluginCall.IsFailure(e, cancellationToken))
        {
            var error = PluginCall.Translate(e, session.Plugin, method);
            span.End($"{error.ErrorId}: {error.Message}");
            throw error;
        }

        return ResultValidation.FindProblem(answer) is { } problem ? throw PluginCall.Fault(session.Plugin, method, problem) : ResultRepair.Clean(answer);
    }

    private static async Task<T> CheckedAsync<TState, T>(
        Session session,
        string method,
        TState state,
        Func<StorageArrayPlugin, StorageServer, TState, CancellationToken, Task<T>> call,
        Func<T, TState, string?> findProblem,
        CancellationToken cancellationToken)
    {
        var answer = await CallAsync(session, method, state, call, cancellationToken);
        return findProblem(answer, state) is { } problem ? throw PluginCall.Fault(session.Plugin, method, problem) : answer;
    }

    /// <summary>A call that returns nothing.</summary>
    private async Task DoAsync<TState>(
        string method,
        TState state,
        Func<StorageArrayPlugin, StorageServer, TState, CancellationToken, Task> call,
        CancellationToken cancellationToken) =>
        await DoAsync(await OpenAsync(cancellationToken), method, state, call, cancellationToken);

    private static async Task DoAsync<TState>(
        Session session,
        string method,
        TState state,
        Func<StorageArrayPlugin, StorageServer, TState, CancellationToken, Task> call,
        CancellationToken cancellationToken) =>
        await CallAsync(session, method, (state, call), static async (plugin, server, s, token) =>
        {
            await s.call(plugin, server, s.state, token);
            return true;
        }, cancellationToken);

    private async Task<Capabilities?> CheckCapabilityAsync(Session session, string method, StorageElement? element, CancellationToken cancellationToken)
    {
        if (!CapabilityCheck.Needed.TryGetValue(method, out var key))
        {
            return null;
        }

        var now = await GetCapabilitiesAsync(session, cancellationToken);
        var ability = CapabilityCheck.Demand(method, key, session.Plugin.Descriptor, now, Name);
        if (ability == Ability.Offline && element is not null
            && await GetInfoAsync(session, element, cancellationToken) is { State: not StorageElementState.Offline } online)
        {
            throw CapabilityCheck.MustBeOffline(method, key, online);
        }

        return now;
    }

    private static Task<StorageElement> GetInfoAsync(Session session, StorageElement element, CancellationToken cancellationToken) =>
        CheckedAsync(session, GuideMethod.GetInfo, element, static (plugin, server, e, token) => plugin.GetInfoAsync(server, e, token),
            ResultRules.FindOtherProblem, cancellationToken);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private StorageElement Own(StorageElement element)
    {
        var own = element.StorageServerUuid == Uuid && element.StorageServerName == Name
            ? element
            : element with { StorageServerUuid = Uuid, StorageServerName = Name };
        Names.Learn(own);
        return own;
    }

    private AccessGroup Own(AccessGroup group)
    {
        Names.Learn(NameKind.AccessGroup, Uuid, group.Name);
        return group with { StorageServerUuid = Uuid, StorageServerName = Name };
    }

    /// <summary>A plug-in together with a server that it has validated.</summary>
    private sealed record Session(LoadedPlugin Plugin, StorageServer Server);
}
