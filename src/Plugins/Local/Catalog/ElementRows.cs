using System.Globalization;
using Microsoft.Data.Sqlite;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>Queries and changes of elements. A name is found whether ready or not, everything else only when ready.</summary>
internal static class ElementRows
{
    private const char UnitSeparator = '\u001f';
    private const char RecordSeparator = '\u001e';

    // Separators can't be in a name, and a look-up per row by index costs less than sorting a join.
    private const string Columns =
        """
        SELECT e.id, e.uuid, e.name, e.type, e.size, e.page83, e.qos, e.thin, e.online, e.clone, e.ready, e.created,
            (SELECT group_concat(g.name, char(31)) FROM presentations p JOIN groups g ON g.id = p.group_id WHERE p.element = e.id),
            (SELECT group_concat(s.source || char(30) || ifnull(x.name, ''), char(31)) FROM sources s LEFT JOIN elements x ON x.uuid = s.source
                WHERE s.element = e.id)
        FROM elements e
        """;

    public static ElementRow? ByUuid(PoolConnection db, string uuid) => db.One($"{Columns} WHERE e.uuid = $1 AND e.ready = 1", Read, uuid);

    /// <summary>Also one that a job copies.</summary>
    public static ElementRow? ByUuidEvenUnready(PoolConnection db, string uuid) => db.One($"{Columns} WHERE e.uuid = $1", Read, uuid);

    /// <summary>LUNs, clones and snapshots, including those that a job copies.</summary>
    public static List<ElementRow> All(PoolConnection db) => db.All(Columns, Read);

    public static bool Exists(PoolConnection db, string uuid) => db.Any("SELECT 1 FROM elements WHERE uuid = $1", uuid);

    public static ElementRow? ByName(PoolConnection db, string name) => db.One($"{Columns} WHERE e.name = $1", Read, name);

    /// <summary>The statement for a list, with its values.</summary>
    public static (string Sql, object?[] Values) ListQuery(StorageElementFilter filter)
    {
        var where = new List<string> { "e.ready = 1" };
        var values = new List<object?>();
        string Value(object value)
        {
            values.Add(value);
            return FormattableString.Invariant($"${values.Count}");
        }

        // Written as constants, so that there is one prepared statement per kind of list. Snapshots are never listed.
        var types = filter.Types.Where(type => type != StorageElementType.Snapshot).Distinct().Order()
            .Select(type => ((int)type).ToString(CultureInfo.InvariantCulture));
        where.Add($"+e.type IN ({string.Join(", ", types)})");
        if (filter.Uuid is { } uuid)
        {
            where.Add($"e.uuid = {Value(uuid)}");
        }

        if (filter.Name is { } name)
        {
            where.Add($"e.name = {Value(name)}");
        }

        if (filter.Page83Id is { } page83)
        {
            where.Add($"e.page83 = {Value(page83)}");
        }

        if (PrefixRange(filter.NamePrefix) is var (from, to))
        {
            where.Add($"e.name COLLATE NOCASE >= {Value(from)} AND e.name COLLATE NOCASE < {Value(to)}");
        }

        return ($"{Columns} WHERE {string.Join(" AND ", where)}", [.. values]);
    }

    public static List<string> Offline(PoolConnection db) => db.All("SELECT uuid FROM elements WHERE online = 0 AND type <> 2", row => row.GetString(0));

    public static List<ElementRow> Snapshots(PoolConnection db, string? member) => member is null
        ? db.All($"{Columns} WHERE e.type = 2 AND e.ready = 1", Read)
        : db.All($"{Columns} WHERE e.type = 2 AND e.ready = 1 AND e.id IN (SELECT element FROM sources WHERE source = $1)", Read, member);

    /// <summary>One look-up in each index.</summary>
    internal const string SnapshotsNamedQuery = $"{Columns} WHERE (e.name = $1 OR e.uuid = $1) AND +e.type = 2 AND e.ready = 1";

    /// <summary>The snapshots of this name or Uuid.</summary>
    public static List<ElementRow> SnapshotsNamed(PoolConnection db, string nameOrUuid) => db.All(SnapshotsNamedQuery, Read, nameOrUuid);

    /// <summary>One look-up in the index of sources, and one for each copy.</summary>
    internal const string CopiesQuery = $"{Columns} WHERE e.ready = 1 AND e.id IN (SELECT element FROM sources WHERE source = $1)";

    /// <summary>The direct copies of an element or snapshot, sharing blocks or not.</summary>
    public static List<ElementRow> CopiesOf(PoolConnection db, string source) => db.All(CopiesQuery, Read, source);

    /// <summary>All clones, or those of an element (also of its state in a snapshot), or those of a snapshot.</summary>
    public static List<ElementRow> Clones(PoolConnection db, string? source) => source is null
        ? db.All($"{Columns} WHERE e.clone = 1 AND e.ready = 1", Read)
        : db.All($"{Columns} WHERE e.clone = 1 AND e.ready = 1 AND e.id IN (SELECT element FROM sources WHERE source = $1 OR origin = $1)", Read, source);

    public static List<Source> Sources(PoolConnection db, long element) =>
        db.All("SELECT source, origin FROM sources WHERE element = $1 ORDER BY position", row => new Source(row.GetString(0), row.GetString(1)), element);

    public static bool HasSnapshots(PoolConnection db, string uuid) =>
        db.Any("SELECT 1 FROM sources s JOIN elements e ON e.id = s.element WHERE s.source = $1 AND e.type = 2", uuid);

    /// <summary>The sum of the sizes of LUNs and clones. Counted in sectors, so that the sum of many huge thin volumes doesn't overflow.</summary>
    public static long AllocatedBytes(PoolConnection db)
    {
        var bytes = db.Scalar<double>("SELECT total(size / 512) FROM elements WHERE type <> 2") * 512;
        return bytes >= long.MaxValue ? long.MaxValue : (long)bytes;
    }

    public static void Insert(PoolConnection db, ElementRow row, params ReadOnlySpan<Source> sources)
    {
        var id = db.Scalar<long>(
            "INSERT INTO elements (uuid, name, type, size, page83, qos, thin, online, clone, ready, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, " +
                "$10, $11) RETURNING id",
            row.Uuid,
            row.Name,
            (long)row.Type,
            row.Size,
            row.Page83Id,
            row.Qos,
            row.Thin,
            row.Online,
            row.IsClone,
            row.Ready,
            row.Created.ToUnixTimeMilliseconds());
        for (var i = 0; i < sources.Length; i++)
        {
            db.Execute("INSERT INTO sources (element, position, source, origin) VALUES ($1, $2, $3, $4)", id, (long)i, sources[i].Uuid, sources[i].Origin);
        }
    }

    public static void SetSize(PoolConnection db, string uuid, long size) => db.Execute("UPDATE elements SET size = $2 WHERE uuid = $1", uuid, size);

    public static void SetOnline(PoolConnection db, string uuid, bool online) => db.Execute("UPDATE elements SET online = $2 WHERE uuid = $1", uuid, online);

    public static void SetQos(PoolConnection db, string uuid, string qos) => db.Execute("UPDATE elements SET qos = $2 WHERE uuid = $1", uuid, qos);

    public static void SetReady(PoolConnection db, string uuid) => db.Execute("UPDATE elements SET ready = 1 WHERE uuid = $1", uuid);

    /// <summary>Makes it independent; its sources are still recorded.</summary>
    public static void SetSplit(PoolConnection db, string uuid) => db.Execute("UPDATE elements SET type = 0, clone = 0 WHERE uuid = $1", uuid);

    public static void Delete(PoolConnection db, string uuid) => db.Execute("DELETE FROM elements WHERE uuid = $1", uuid);

    /// <summary>The name alone.</summary>
    public static string ReadName(SqliteDataReader row) => row.GetString(2);

    public static ElementRow Read(SqliteDataReader row)
    {
        var (groups, sources) = (Texts(row, 12), Texts(row, 13));
        return RowRules.Check(new()
        {
            Id = row.GetInt64(0),
            Uuid = row.GetString(1),
            Name = row.GetString(2),
            Type = (StorageElementType)row.GetInt32(3),
            Size = row.GetInt64(4),
            Page83Id = row.IsDBNull(5) ? null : row.GetString(5),
            Qos = row.GetString(6),
            Thin = row.GetBoolean(7),
            Online = row.GetBoolean(8),
            IsClone = row.GetBoolean(9),
            Ready = row.GetBoolean(10),
            Created = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(11)),
            Groups = groups.Length == 0 ? [] : groups.Order(StringComparer.Ordinal).ToValueList(),
            Sources = sources.Length == 0 ? [] : sources.Select(source => source[..source.IndexOf(RecordSeparator)]).ToValueList(),
            SourceNames = sources.Length == 0 ? [] : sources.Select(source => source[(source.IndexOf(RecordSeparator) + 1)..]).ToValueList(),
        });
    }

    private static string[] Texts(SqliteDataReader row, int column) => row.IsDBNull(column) ? [] : row.GetString(column).Split(UnitSeparator);

    /// <summary>
    /// A range of the index that holds every name with this prefix whatever its case. NOCASE folds ASCII alone, so the range
    /// goes by the prefix's ASCII beginning; it may include more names, never fewer.
    /// </summary>
    private static (string From, string To)? PrefixRange(string? prefix)
    {
        var ascii = new string([.. (prefix ?? "").TakeWhile(c => c is >= ' ' and <= '~')]).ToLowerInvariant();
        return ascii.Length == 0 ? null : (ascii, ascii[..^1] + (char)(ascii[^1] + 1));
    }
}
