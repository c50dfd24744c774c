using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Plugins;
using StorageConnect.Engine.Servers;

namespace StorageConnect.Engine.Arrays;

/// <content>The host side of the elements: targets, logins, the SCSI bus. With the guide's generic versions for plug-ins without their own.</content>
public sealed partial class StorageArray
{
    /// <summary>True where the plug-in implements discover, start and stop.</summary>
    internal async Task<bool> HasOwnLoginAsync(CancellationToken cancellationToken) => (await OpenAsync(cancellationToken)).Plugin.OverridesDiscovery;

    /// <summary>True where page 0x83 identities belong to presentations (rule 11).</summary>
    internal bool HasPresentationIdentities => Descriptor.IdentityFromPresentation;

    /// <summary>False for a passive array, which keeps no initiator away.</summary>
    internal bool HasAccessControl => Descriptor.Ability[AbilityKey.AccessControl] is Ability.Yes or Ability.Online or Ability.Offline;

    private PluginDescriptor Descriptor => _catalog.FindFor(Name, Entry.PluginClass, Server.PluginVersion).Descriptor;

    /// <summary>Finds the iSCSI targets that can be reached. Guide: discover().</summary>
    /// <returns>The server's record with its targets, or with the plug-in's storage id.</returns>
    /// <exception cref="NoSuchOperationException">It is no iSCSI array.</exception>
    [Rule(22, "discover is never called for SAN; of its answer the storage id and the targets are taken, nothing else.", "discover()")]
    public Task<StorageServer> DiscoverAsync(CancellationToken cancellationToken) => DiscoverAsync(static _ => { }, cancellationToken);

    /// <summary>The same, with an error for each access context that gave no answer, and for each reported target that can't be used.</summary>
    public async Task<StorageServer> DiscoverAsync(Action<StorageConnectException> report, CancellationToken cancellationToken)
    {
        DemandIscsi(GuideMethod.Discover);
        var session = await OpenAsync(cancellationToken);
        var found = session.Plugin.OverridesDiscovery
            ? await CallAsync(session, GuideMethod.Discover, 0, static (plugin, server, _, token) => plugin.DiscoverAsync(server, token), cancellationToken)
            : session.Server with { IscsiTargets = (await _host.DiscoverTargetsAsync(session.Server, report, cancellationToken)).ToValueList() };
        Renew(Entry with
        {
            Server = Server with
            {
                StorageId = found.StorageId,
                IscsiTargets = found.IscsiTargets.Select(target => target with { StorageServerUuid = Uuid, Connected = false }).ToValueList(),
            },
        });
        return WithConnections(Server);
    }

    /// <summary>The targets that the last discover found, and whether this host is logged in to them.</summary>
    public IReadOnlyList<IscsiTarget> GetTargets() => WithConnections(Server).IscsiTargets;

    /// <summary>Logs this host in to targets. Guide: start().</summary>
    /// <param name="targets">Those that discover found, or some of them; null for all.</param>
    /// <param name="contexts">The access contexts to log in with, of the server's; null for all. Values set here override the server's for this call.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The targets as they are now.</returns>
    /// <exception cref="InvalidRequestException">A target that discover didn't find, or an access context that isn't the server's.</exception>
    public Task<IReadOnlyList<IscsiTarget>> StartAsync(IReadOnlyList<IscsiTarget>? targets, IReadOnlyList<AccessContext>? contexts,
        CancellationToken cancellationToken) =>
        StartAsync(targets, contexts, static _ => { }, cancellationToken);

    /// <summary>The same, with a warning for each portal that can't be used, of a target that this host is logged in to through another one.</summary>
    public Task<IReadOnlyList<IscsiTarget>> StartAsync(IReadOnlyList<IscsiTarget>? targets, IReadOnlyList<AccessContext>? contexts, Action<string> warn,
        CancellationToken cancellationToken) =>
        ActOnTargetsAsync(
            GuideMethod.Start,
            targets,
            contexts,
            static (plugin, server, _, token) => plugin.StartAsync(server, token),
            (server, given, token) => _host.StartTargetsAsync(server, given, warn, token),
            cancellationToken);

    /// <summary>Logs this host out of targets; multipath devices on their LUNs are removed first. Guide: stop().</summary>
    /// <param name="targets">Those that discover found, or some of them; null for all.</param>
    /// <param name="contexts">The access contexts to log out; sessions through the others stay. Null for all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The targets as they are now.</returns>
    /// <exception cref="StorageElementBusyException">A device of theirs is in use. Nothing was changed.</exception>
    public Task<IReadOnlyList<IscsiTarget>> StopAsync(IReadOnlyList<IscsiTarget>? targets, IReadOnlyList<AccessContext>? contexts,
        CancellationToken cancellationToken) =>
        ActOnTargetsAsync(
            GuideMethod.Stop,
            targets,
            contexts,
            static (plugin, server, _, token) => plugin.StopAsync(server, token),
            _host.StopTargetsAsync,
            cancellationToken);

    /// <summary>Makes this host detect elements that were presented, withdrawn or resized. Guide: refresh().</summary>
    /// <returns>True when the plug-in did it; false when the host rescanned its SCSI bus.</returns>
    [Rule(2, "refresh is called only below API 1.2.10.", "refresh()")]
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        if (session.Plugin.OverridesRefresh && session.Plugin.ApiVersion < ApiVersion.NoRefresh)
        {
            await DoAsync(session, GuideMethod.Refresh, 0, static (plugin, server, _, token) => plugin.RefreshAsync(server, token), cancellationToken);
            return true;
        }

        await EndCheckOnHostAsync(GuideMethod.Refresh, session.Server, [], cancellationToken);
        await _host.RescanAsync(Server.StorageType, Server.IscsiTargets, cancellationToken);
        return false;
    }

    /// <summary>Reads the registered record again: another process may have discovered targets.</summary>
    internal StorageArray Renew(RegisteredServer entry)
    {
        if (!ReferenceEquals(Entry, entry))
        {
            Entry = entry;
            if (_session is { } open)
            {
                _session = open with { Server = open.Server with { StorageId = entry.Server.StorageId, IscsiTargets = entry.Server.IscsiTargets } };
            }
        }

        return this;
    }

    [Rule(22, "start and stop act on the targets that discover found and on the access contexts given, and on no others.", "stop()")]
    private async Task<IReadOnlyList<IscsiTarget>> ActOnTargetsAsync(
        string method,
        IReadOnlyList<IscsiTarget>? targets,
        IReadOnlyList<AccessContext>? contexts,
        Func<StorageArrayPlugin, StorageServer, int, CancellationToken, Task> call,
        Func<StorageServer, IReadOnlyList<AccessContext>, CancellationToken, Task> generic,
        CancellationToken cancellationToken)
    {
        DemandIscsi(method);
        var session = await OpenAsync(cancellationToken);
        if (session.Server.IscsiTargets.Count == 0 && (session.Server.StorageId is null || !session.Plugin.OverridesDiscovery))
        {
            throw TargetErrors.TargetNotDiscovered(Name);
        }

        var chosen = targets is null ? session.Server.IscsiTargets : targets.Select(FindDiscovered).ToValueList();
        var given = contexts is null ? session.Server.AccessContexts : contexts.Select(context => FindContext(session.Server, context)).ToValueList();
        var record = session.Server with { IscsiTargets = chosen };
        if (session.Plugin.OverridesDiscovery)
        {
            await DoAsync(session with { Server = record with { AccessContexts = given } }, method, 0, call, cancellationToken);
        }
        else
        {
            await EndCheckOnHostAsync(method, record, given, cancellationToken);
            await generic(record, given, cancellationToken);
        }

        return [.. chosen.Select(target => target with { Connected = _host.IsConnected(target) })];
    }

    private void DemandIscsi(string method)
    {
        if (Server.StorageType != StorageType.iSCSI)
        {
            throw TargetErrors.NotIscsi(Name, Server.StorageType, method);
        }
    }

    private IscsiTarget FindDiscovered(IscsiTarget asked) =>
        Server.IscsiTargets.FirstOrDefault(known => known.TargetName == asked.TargetName && known.Portal == asked.Portal)
        ?? throw TargetErrors.TargetNotDiscovered(Name, asked.TargetName, asked.Portal);

    /// <summary>The server's access context for the same host and, where it has several, user; secrets that the given one lacks are the server's.</summary>
    private AccessContext FindContext(StorageServer server, AccessContext given)
    {
        var ofHost = server.AccessContexts
            .Where(one => string.Equals(one.Host, given.Host, StringComparison.OrdinalIgnoreCase) && one.Port == given.Port).ToList();
        var known = ofHost.Find(one => one.ChapUser == given.ChapUser && one.NetDevice == given.NetDevice)
            ?? ofHost.Find(one => one.ChapUser == given.ChapUser)
            ?? ofHost.FirstOrDefault()
            ?? throw TargetErrors.AccessContextUnknown(Name, given.Host, given.Port);
        return given.WithSecrets(
            given.GetChapSecret() ?? (given.ChapUser == known.ChapUser ? known.GetChapSecret() : null),
            given.GetMutualChapSecret() ?? (given.MutualChapUser == known.MutualChapUser ? known.GetMutualChapSecret() : null));
    }

    private StorageServer WithConnections(StorageServer server) =>
        server with { IscsiTargets = server.IscsiTargets.Select(target => target with { Connected = _host.IsConnected(target) }).ToValueList() };
}
