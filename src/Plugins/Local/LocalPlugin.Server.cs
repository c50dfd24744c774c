using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Naming;
using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;
using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Operations;

namespace StorageConnect.Plugins.Local;

/// <content>The methods of the whole array.</content>
public sealed partial class LocalPlugin
{
    private const double NearlyFull = 0.95;
    private const string Fine = "OK";

    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Task.Run(
            async () =>
            {
                var address = PoolAddress.Parse(server);
                if (address.IsRoot && string.IsNullOrEmpty(server.StorageName))
                {
                    // The pool is chosen later; at this step there must be names to choose from.
                    _ = address.StorageNames();
                    return;
                }

                // Before anything is created: an exported pool needs a daemon.
                var export = server.StorageType == StorageType.iSCSI ? TgtTargetDaemon.Open(address.Control, cancellationToken) : null;
                await Run(
                    server,
                    null,
                    array =>
                    {
                        array.Database.Read(db => Schema.Check(db, array.Folder));
                        if (export is not null && !array.IsReadOnly)
                        {
                            Export(array, server, address, export, cancellationToken);
                        }
                    },
                    cancellationToken,
                    PoolRequest.For(server, address.AdoptsCopy, Services.GetRegisteredServers()) with
                    {
                        FindServed = export is null ? null : array => FindServed(array, export, cancellationToken),
                    });
            },
            cancellationToken);
    }

    public override Task<Capabilities> GetCapabilitiesAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        var address = PoolAddress.Parse(server);
        if (address.IsRoot && string.IsNullOrEmpty(server.StorageName))
        {
            return Task.FromResult(
                new Capabilities { RequireStorageName = Ability.Yes, AccessControl = Ability.Yes, MaxAccessEntries = Capabilities.Unlimited });
        }

        return Run(server, null, array => address.IsRoot
            ? new Capabilities(array.Pool.Capabilities) { RequireStorageName = Ability.Yes }
            : array.Pool.Capabilities, cancellationToken);
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
                    Status = StatusOf(array, server, cancellationToken),
                    VolumeGroups = [array.Folder.Name],
                    TotalBytes = total,
                    UsedBytes = used,
                    FreeBytes = free,
                    ArrayId = array.Uuid,
                    ExtraInfo = PoolAddress.Kept(server.ExtraInfo),
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
        return Run(server, element?.Name, array => element is null
            ? StatusOf(array, server, cancellationToken)
            : StatusOf(array, server, array.Database.Read(db => array.Require(db, element)), cancellationToken), cancellationToken);
    }

    public override Task<IReadOnlyList<QosValue>> GetQosListAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Run<IReadOnlyList<QosValue>>(server, null,
            array => [.. QosLevels.List(array.Pool).Select(quality => quality with { StorageServerUuid = server.Uuid })], cancellationToken);
    }

    /// <summary>Foreign storage that the target daemon serves under this pool's name.</summary>
    private static string? FindServed(LocalArray array, TgtTargetDaemon daemon, CancellationToken cancellationToken)
    {
        if (array.Export.ReadSettings() is not { } settings)
        {
            return null;
        }

        var process = daemon.Identify(cancellationToken)?.Process;
        foreach (var target in daemon.GetTargets(cancellationToken))
        {
            if (TargetNames.Element(settings.Name, target.Name) is { } element && Identities.IsUuid(element)
                && target.Units.FirstOrDefault(unit => unit.Number == UnitSpec.Number)?.Backing is { } backing
                && !array.Export.IsOwn(element, backing, process))
            {
                return $"the target daemon serves {backing.Path} under the same name";
            }
        }

        return null;
    }

    private static void Export(LocalArray array, StorageServer server, PoolAddress address, TgtTargetDaemon export, CancellationToken cancellationToken)
    {
        TgtTargetDaemon.RequireServable(BackingStore.File(array.Folder.Path));
        array.Export.Targets.Configure(
            new ExportSettings(address.Control.Socket, address.Portals) { Name = TargetNames.ForArray(server.Name, server.Uuid) },
            ChapAccounts.Of(server),
            export,
            isNew: server.ArrayId is null,
            cancellationToken);
    }

    private static string StatusOf(LocalArray array, StorageServer server, CancellationToken cancellationToken)
    {
        var (total, _, free) = array.Pool.Capacity();
        string?[] remarks =
        [
            free < total * (1 - NearlyFull) ? FormattableString.Invariant($"Nearly full: {free >> 20} MiB free") : null,
            array.IsReadOnly ? "Read-only: its file system is mounted read-only, so that nothing in it can be changed" : null,
            array.Notice,
            array.Leftovers.Values.FirstOrDefault() is { } leftover ? $"What earlier work left can't be cleaned up: {leftover}" : null,
            ExportStatusOf(array, server, null, cancellationToken),
        ];
        return remarks.Any(remark => remark is not null) ? string.Join(". ", remarks.OfType<string>()) : Fine;
    }

    private static string StatusOf(LocalArray array, StorageServer server, ElementRow row, CancellationToken cancellationToken) =>
        Damages.Find(array, row) is { } damage ? DamagedStatus(damage) : row.Groups.Count == 0
            ? Fine
            : ExportStatusOf(array, server, row.Uuid, cancellationToken) ?? Fine;

    private static string DamagedStatus(string problem) => $"Damaged: {problem}";

    /// <summary>The differences in the target daemon, as text; null for none.</summary>
    private static string? ExportStatusOf(LocalArray array, StorageServer server, string? element, CancellationToken cancellationToken)
    {
        const int mostTold = 3;
        if (server.StorageType != StorageType.iSCSI || array.IsReadOnly
            || array.Export.Targets.GetDifferences(element, cancellationToken) is not { Count: > 0 } drift)
        {
            return null;
        }

        var more = drift.Count > mostTold ? FormattableString.Invariant($"; and {drift.Count - mostTold} more") : "";
        return $"Export differs from the records: {string.Join("; ", drift.Take(mostTold))}{more}. Update-OscStorageElement puts it right";
    }
}
