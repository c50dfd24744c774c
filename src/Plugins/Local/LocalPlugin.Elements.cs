using System.Runtime.CompilerServices;
using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Operations;

namespace StorageConnect.Plugins.Local;

/// <content>LUNs and clones: listing, creating, changing and removing them.</content>
public sealed partial class LocalPlugin
{
    public override Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return Run(
            server,
            element.Name,
            array =>
            {
                var row = array.Database.Read(db => array.Require(db, element));
                return row.ToElement(server, array).WithUsage(array, row) with { Status = StatusOf(array, server, row, cancellationToken) };
            },
            cancellationToken);
    }

    /// <remarks>Rows are streamed from the reader, on the caller's thread.</remarks>
    public override async IAsyncEnumerable<StorageElement> ListAsync(StorageServer server, StorageElementFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(filter);
        var (array, connection) = await Run(
            server,
            null,
            array =>
            {
                array.Jobs.Adopt();
                return (array, array.Database.Take());
            },
            cancellationToken);
        try
        {
            var (sql, values) = ElementRows.ListQuery(filter);
            using var rows = Translated(server, () => connection.Read(sql, values));
            Func<ElementRow?> read = () => IsNamed(ElementRows.ReadName(rows), filter) ? ElementRows.Read(rows) : null;
            while (Translated(server, rows.Read))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Translated(server, read) is { } row)
                {
                    yield return row.ToElement(server, array);
                }
            }
        }
        finally
        {
            array.Database.GiveBack(connection);
        }
    }

    public override Task<IReadOnlyList<StorageElement>> UpdateStorageElementsAsync(StorageServer server, IReadOnlyList<StorageElement> elements,
        bool appendAllowed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(elements);
        return Run<IReadOnlyList<StorageElement>>(
            server,
            elements.Count > 0 ? elements[0].Name : null,
            array =>
            {
                if (server.StorageType == StorageType.iSCSI)
                {
                    array.Export.Targets.Repair(cancellationToken);
                }

                return array.Database.Read(db =>
                {
                    var rows = elements.Select(element => array.Require(db, element)).ToList();
                    if (appendAllowed)
                    {
                        var known = rows.Select(row => row.Uuid).ToHashSet(StringComparer.Ordinal);
                        var (sql, values) = ElementRows.ListQuery(new());
                        rows.AddRange(db.All(sql, ElementRows.Read, values).Where(row => !known.Contains(row.Uuid)));
                    }

                    return rows.ConvertAll(row => row.ToElement(server, array) with
                    {
                        Status = Damages.Find(array, row) is { } damage ? DamagedStatus(damage) : Fine,
                        DevicePaths = PathsOf(server, array, row),
                    });
                });
            },
            cancellationToken);
    }

    public override Task OnlineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return RunFreeing(server, element.Name, array => Volumes.Online(array, element, cancellationToken), cancellationToken);
    }

    public override Task OfflineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return RunFreeing(server, element.Name, array => Volumes.Offline(array, element, cancellationToken), cancellationToken);
    }

    public override Task<StorageElement> CreateAsync(StorageServer server, StorageElement element, bool thinProvision, string? qos,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return RunAsync(server, element.Name,
            async array => (await Volumes.CreateAsync(array, element, thinProvision, qos, cancellationToken)).ToElement(server, array), cancellationToken);
    }

    public override Task<StorageElement> ResizeAsync(StorageServer server, StorageElement element, long newSizeBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, element.Name, array => Volumes.Resize(array, element, newSizeBytes, cancellationToken).ToElement(server, array), cancellationToken);
    }

    public override Task RemoveAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return RunFreeing(server, element.Name, array => Volumes.RemoveAsync(array, element, cancellationToken), cancellationToken);
    }

    public override Task SetQosAsync(StorageServer server, StorageElement element, string qos, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return Run(server, element.Name, array => Volumes.SetQos(array, element, qos, cancellationToken), cancellationToken);
    }

    /// <summary>Over iSCSI its devices on this host; else the file itself.</summary>
    private ValueList<string> PathsOf(StorageServer server, LocalArray array, ElementRow row) => row switch
    {
        { IsSnapshot: true } or { Online: false } => [],
        _ when server.StorageType == StorageType.iSCSI => Services.Host.FindDevicePaths(row.Page83Id!),
        _ => [array.Folder.Volume(row.Uuid)],
    };

    // Before a record is created: most rows don't match a wildcard.
    private static bool IsNamed(string name, StorageElementFilter filter) =>
        (filter.NamePrefix is null || name.StartsWith(filter.NamePrefix, StringComparison.OrdinalIgnoreCase))
        && (filter.NameSuffix is null || name.EndsWith(filter.NameSuffix, StringComparison.OrdinalIgnoreCase));

    private static T Translated<T>(StorageServer server, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or Microsoft.Data.Sqlite.SqliteException)
        {
            throw Translate(server, null, e);
        }
    }
}
