using System.Text.Json;
using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Tgt;
using StorageConnect.Plugins.Ceph.Configuration;
using StorageConnect.Plugins.Ceph.Errors;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Operations;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph;

/// <content>The pool as a whole.</content>
public sealed partial class CephPlugin
{
    private const string Fine = "OK";
    private const int MostTold = 3;

    /// <inheritdoc/>
    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Task.Run(
            () =>
            {
                var address = ClusterAddress.Parse(server);
                if (string.IsNullOrEmpty(server.StorageName))
                {
                    // The pool is chosen after this; for now the names must be there to choose from.
                    _ = PoolNames(server, address, cancellationToken);
                    return;
                }

                // Before anything is made: without a daemon there is no such array.
                var daemon = server.StorageType == StorageType.iSCSI ? TgtTargetDaemon.Open(address.Control, cancellationToken) : null;

                // Calls that are under way go on with what they opened.
                _pools.TryRemove(KeyOf(server), out _);
                var pool = Open(server);
                if (server.ArrayId is { } known && known != pool.Identity.Array)
                {
                    _pools.TryRemove(KeyOf(server), out _);
                    throw RegistrationErrors.ArrayChanged(server.Name, known, pool.Identity.Array);
                }

                RequireUsable(pool, server, cancellationToken);
                if (daemon is not null)
                {
                    pool.Export.Use(new Elements(pool, server, cancellationToken));
                    pool.Export.Targets.Configure(
                        new ExportSettings(address.Control.Socket, address.Portals)
                        {
                            Name = TargetNames.ForArray($"ceph-{pool.Rbd.Pool.Pool}", pool.Identity.Uuid),
                        },
                        ChapAccounts.Of(server),
                        daemon,
                        isNew: server.ArrayId is null,
                        cancellationToken);
                }
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<Capabilities> GetCapabilitiesAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.StorageType == StorageType.iSCSI
            ? base.GetCapabilitiesAsync(server, cancellationToken)
            : WithoutAccessControl(base.GetCapabilitiesAsync(server, cancellationToken));

        static async Task<Capabilities> WithoutAccessControl(Task<Capabilities> all) =>
            new(await all) { AccessControl = Ability.Unsupported, MaxAccessEntries = 0 };
    }

    /// <inheritdoc/>
    public override Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken) => Run(
        server,
        elements =>
        {
            elements.ReadAll();
            var (total, used, free) = Capacity.Read(elements);
            return server with
            {
                Description = $"Ceph cluster: pool {elements.Rbd.Pool}",
                Status = StatusOf(elements),
                VolumeGroups = [elements.Rbd.Pool.ToString()],
                TotalBytes = total,
                UsedBytes = used,
                FreeBytes = free,
                ArrayId = elements.Pool.Identity.Array,
                AllocatedBytes = elements.Listing.Images.Where(image => !ImageNames.IsHidden(image.Name)).Sum(image => image.Size),
                AccessGroups = elements.Catalog.AccessGroups().ConvertAll(group => ForServer(group, server)).ToValueList(),
            };
        },
        cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<string>> GetStorageNamesAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Task.Run<IReadOnlyList<string>>(() => PoolNames(server, ClusterAddress.Parse(server), cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Run(server, elements => element is null ? StatusOf(elements) : StatusOf(elements, element), cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<QosValue>> GetQosListAsync(StorageServer server, CancellationToken cancellationToken) => Run<IReadOnlyList<QosValue>>(
        server,
        elements => [.. QosSets.List(elements.Catalog).Select(quality => quality with { StorageServerUuid = server.Uuid })],
        cancellationToken,
        isLight: true);

    private static List<string> PoolNames(StorageServer server, ClusterAddress address, CancellationToken cancellationToken)
    {
        if (CephTool.Find(CephProgram.Ceph) is null)
        {
            throw CephErrors.ToolMissing(CephProgram.Ceph);
        }

        using var configuration = ClientConfiguration.Open(address, server);
        return CephPool.ListNames(new CephTool(configuration), address, cancellationToken);
    }

    /// <summary>Looks for what a user may not do before the user needs it: read and, when the server is registered, write.</summary>
    private static void RequireUsable(CephPool pool, StorageServer server, CancellationToken cancellationToken)
    {
        var name = pool.Rbd.Pool;
        if (name.HasNamespace && !pool.Rbd.ListNamespaces(cancellationToken).Contains(name.Namespace))
        {
            throw RegistrationErrors.NamespaceNotFound(name.Pool, name.Namespace);
        }

        if (server.ArrayId is null)
        {
            pool.Store.Ensure(cancellationToken);
            _ = pool.Store.Locked((_, _) => true, cancellationToken);
        }
        else
        {
            _ = pool.Store.Read(cancellationToken);
        }
    }

    private static string StatusOf(Elements elements)
    {
        string?[] remarks = [HealthOf(elements), PendingOf(elements), ExportStatusOf(elements, null)];
        return remarks.Any(remark => remark is not null) ? string.Join(". ", remarks.OfType<string>()) : Fine;
    }

    private static string StatusOf(Elements elements, StorageElement element)
    {
        if (element.Type == StorageElementType.Snapshot)
        {
            elements.RequireSnapshot(element);
            return Fine;
        }

        var image = elements.Require(element);
        return elements.Catalog.Intents().FirstOrDefault(intent => intent.Entry.Images.Contains(image.Id)).Entry is { } intent
            ? $"At work: {intent.Kind}, since {intent.Began:u}"
            : elements.Catalog.Presentation(image.Id) is null ? Fine : ExportStatusOf(elements, element.Uuid) ?? Fine;
    }

    private static string? HealthOf(Elements elements)
    {
        using var health = elements.Rbd.TryAsk(elements.Token, "health");
        if (health is null)
        {
            return "The cluster's health can't be read";
        }

        var status = RbdJson.Text(health.RootElement, "status");
        return status == "HEALTH_OK" || !health.RootElement.TryGetProperty("checks", out var checks) || checks.ValueKind != JsonValueKind.Object
            ? null
            : $"{status}: {string.Join("; ", checks.EnumerateObject().Take(MostTold).Select(check => $"{check.Name} {MessageOf(check.Value)}"))}";
    }

    private static string MessageOf(JsonElement check) => check.TryGetProperty("summary", out var summary) ? RbdJson.Text(summary, "message") : "";

    private static string? PendingOf(Elements elements) => elements.Catalog.Intents().ToList() is { Count: > 0 } intents
        ? FormattableString.Invariant($"Work under way on {intents.Sum(intent => intent.Entry.Images.Count)} elements")
        : null;

    /// <summary>What in the target daemon is otherwise than it should be; null when all is well.</summary>
    private static string? ExportStatusOf(Elements elements, string? element)
    {
        if (elements.Server.StorageType != StorageType.iSCSI
            || elements.Pool.Export.Targets.GetDifferences(element, elements.Token) is not { Count: > 0 } drift)
        {
            return null;
        }

        var more = drift.Count > MostTold ? FormattableString.Invariant($"; and {drift.Count - MostTold} more") : "";
        return $"Export differs from the records: {string.Join("; ", drift.Take(MostTold))}{more}. Update-OscStorageElement puts it right";
    }

    private static AccessGroup ForServer(AccessGroup group, StorageServer server) =>
        group with { StorageServerUuid = server.Uuid, StorageServerName = server.Name };
}
