using System.Collections.Concurrent;
using System.Text.Json;
using StorageConnect.Plugins.Ceph.Configuration;
using StorageConnect.Plugins.Ceph.Operations;

namespace StorageConnect.Plugins.Ceph;

/// <summary>RBD images of a Ceph cluster as storage elements, exported over iSCSI by this machine. The cluster holds all state.</summary>
/// <remarks>This class is the guide's vocabulary; what is done is in <c>Operations</c>,
/// by what calls in <c>Tool</c>, with what notes in <c>Catalog</c>.</remarks>
[StorageArrayPlugin(
    "Ceph",
    "StorageConnect",
    PluginVersion.Text,
    "RBD images of a Ceph cluster, exported over iSCSI.",
    StorageType.iSCSI,
    StorageType.SAN,
    RequiredApiVersion = "1.2.9",
    ExtendedApiVersion = "1.2.10",
    StorageServerExtraInfoHelp = ClusterAddress.Help,
    Snapshot = Ability.Online,
    CustomSnapName = Ability.Yes,
    SnapIsSync = Ability.Yes,
    Clone = Ability.Online,
    CustomCloneName = Ability.Yes,
    CloneIsSync = Ability.Yes,
    Resize = Ability.Online,
    ResizeIsSync = Ability.Yes,
    SplitClone = Ability.Online,
    SplitCloneIsSync = Ability.No,
    SplitCloneWhileOpen = Ability.Yes,
    SnapClone = Ability.Online,
    SnapCloneIsSync = Ability.Yes,
    RequireStorageName = Ability.Yes,
    AccessControl = Ability.Yes,
    MaxAccessEntries = Capabilities.Unlimited)]
public sealed partial class CephPlugin : StorageArrayPlugin, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<CephPool>> _pools = new(StringComparer.Ordinal);
    private readonly Splits _splits = new();

    /// <summary>Ends the splits that run in this process, which the next call for their progress continues, and closes what it opened.</summary>
    public void Dispose()
    {
        _splits.Dispose();
        foreach (var key in _pools.Keys)
        {
            Close(key);
        }
    }

    /// <summary>The pool that a server means.</summary>
    private CephPool Open(StorageServer server)
    {
        var key = KeyOf(server);

        // Without the token of the call that happens to be the first: others that wait for the same pool would be cancelled with it.
        var pool = _pools.GetOrAdd(key, _ => new(() => CephPool.Open(server, Log, CancellationToken.None)));
        try
        {
            return pool.Value;
        }
        catch
        {
            // What failed may work the next time.
            _pools.TryRemove(new(key, pool));
            throw;
        }
    }

    /// <summary>Everything that decides which pool a server means, and how it is reached. Of a key only whether it is the same one.</summary>
    private static string KeyOf(StorageServer server) => string.Join(
        '\n',
        server.Uuid,
        server.StorageType,
        server.StorageName,
        server.AdminHost,
        server.AdminUser,
        server.ExtraInfo,
        server.GetAdminSecret()?.Use(key => string.GetHashCode(key, StringComparison.Ordinal)));

    private void Close(string key)
    {
        if (_pools.TryRemove(key, out var pool) && pool.IsValueCreated)
        {
            pool.Value.Dispose();
        }
    }

    /// <summary>Does blocking work away from the caller's thread, on a pool that is in order.</summary>
    private Task<T> Run<T>(StorageServer server, Func<Elements, T> work, CancellationToken cancellationToken, bool isLight = false)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Task.Run(
            () =>
            {
                try
                {
                    var pool = Open(server);
                    var elements = new Elements(pool, server, cancellationToken);
                    pool.Export.Use(elements);
                    if (!isLight)
                    {
                        Recovery.Run(elements);
                        if (server.StorageType == StorageType.iSCSI)
                        {
                            pool.Export.Targets.EnsureCurrent(cancellationToken);
                        }
                    }

                    return work(elements);
                }
                catch (JsonException e)
                {
                    throw PluginError.ArrayUnreachable(server.Name, $"The cluster's tool gave an answer that can't be read: {e.Message}", "Try again.", e,
                        "CephAnswerUnreadable");
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw PluginError.AccessDenied(server.Name, $"A file of this machine's can't be used: {e.Message}",
                        "Give this user access to it, and see that its file system has room.", e, "GatewayStateNotUsable");
                }
            },
            cancellationToken);
    }

    private Task<bool> Run(StorageServer server, Action<Elements> work, CancellationToken cancellationToken) => Run(
        server,
        elements =>
        {
            work(elements);
            return true;
        },
        cancellationToken);
}
