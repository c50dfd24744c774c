using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Operations;

namespace StorageConnect.Plugins.Local;

/// <content>The array as a whole.</content>
public sealed partial class LocalPlugin
{
    private const double NearlyFull = 0.95;

    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (server.StorageType != StorageType.SAN)
        {
            throw new InvalidStorageArrayException($"The Local plug-in serves storage of type SAN, not {server.StorageType}.")
            {
                ErrorId = "StorageTypeUnsupported",
                Element = server.Name,
                Recommendation = "Register the server with -StorageType SAN.",
            };
        }

        return Task.Run(
            async () =>
            {
                var address = PoolAddress.Parse(server);
                if (address.IsRoot && string.IsNullOrEmpty(server.StorageName))
                {
                    // The pool is chosen after this; for now the names must be there to choose from.
                    _ = address.StorageNames();
                    return;
                }

                await Run(server, null, array => array.Database.Read(db => Schema.Check(db, array.Folder)), cancellationToken, create: true);
            },
            cancellationToken);
    }

    public override Task<Capabilities> GetCapabilitiesAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        var address = PoolAddress.Parse(server);
        if (address.IsRoot && string.IsNullOrEmpty(server.StorageName))
        {
            return Task.FromResult(new Capabilities { RequireStorageName = Ability.Yes, AccessControl = Ability.Yes, MaxAccessEntries = Capabilities.Unlimited });
        }

        return Run(server, null, array => address.IsRoot ? new Capabilities(array.Pool.Capabilities) { RequireStorageName = Ability.Yes } : array.Pool.Capabilities, cancellationToken);
    }

    public override Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Run(
            server,
            null,
            array =>
            {
                var (total, used, free) = array.Pool.Capacity();
                return server with
                {
                    Description = $"StorageConnect Local array: pool {array.Folder.Path} ({array.Pool.Description})",
                    Status = StatusOf(array),
                    VolumeGroups = [array.Folder.Name],
                    TotalBytes = total,
                    UsedBytes = used,
                    FreeBytes = free,
                    AllocatedBytes = array.Database.Read(ElementRows.AllocatedBytes),
                    AccessGroups = array.Database.Read(GroupRows.All).Select(group => group.For(server)).ToValueList(),
                };
            },
            cancellationToken);
    }

    public override Task<IReadOnlyList<string>> GetStorageNamesAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Task.Run(() => PoolAddress.Parse(server).StorageNames(), cancellationToken);
    }

    public override Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Run(server, element?.Name, array => element is null ? StatusOf(array) : StatusOf(array, array.Database.Read(db => array.Require(db, element))), cancellationToken);
    }

    public override Task<IReadOnlyList<QosValue>> GetQosListAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Run<IReadOnlyList<QosValue>>(server, null, array => [.. Qualities.List(array.Pool).Select(quality => quality with { StorageServerUuid = server.Uuid })], cancellationToken);
    }

    private static string StatusOf(LocalArray array)
    {
        var (total, _, free) = array.Pool.Capacity();
        return free < total * (1 - NearlyFull) ? FormattableString.Invariant($"Nearly full: {free >> 20} MiB free") : "OK";
    }

    private static string StatusOf(LocalArray array, ElementRow row) =>
        (row.IsSnapshot ? row.Sources.All(member => File.Exists(array.Folder.SnapshotMember(row.Uuid, member))) : File.Exists(array.LocateVolume(row.Uuid)))
            ? "OK"
            : "Damaged: its file is gone";
}
