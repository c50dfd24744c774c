namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>Queries and changes of access groups and of what is presented to them.</summary>
internal static class GroupRows
{
    private const string Columns =
        """
        SELECT g.name, (SELECT group_concat(entry, char(31)) FROM (SELECT entry FROM group_entries WHERE group_id = g.id ORDER BY position))
        FROM groups g
        """;

    public static List<AccessGroup> All(PoolConnection db) => db.All($"{Columns} ORDER BY g.name", Read);

    public static List<AccessGroup> Of(PoolConnection db, long element) =>
        db.All($"{Columns} WHERE g.id IN (SELECT group_id FROM presentations WHERE element = $1) ORDER BY g.name", Read, element);

    public static AccessGroup? ByName(PoolConnection db, string name) => db.One($"{Columns} WHERE g.name = $1", Read, name);

    /// <summary>Those of the named groups that exist, each once.</summary>
    public static List<AccessGroup> ByNames(PoolConnection db, IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).Select(name => ByName(db, name)).OfType<AccessGroup>()];

    /// <summary>The group's row, or null when there is no group of that name.</summary>
    public static long? Id(PoolConnection db, string name) => db.Scalar<long>("SELECT id FROM groups WHERE name = $1", name) is var id and not 0 ? id : null;

    public static bool IsInUse(PoolConnection db, long group) => db.Any("SELECT 1 FROM presentations WHERE group_id = $1", group);

    public static void Insert(PoolConnection db, string name, IEnumerable<string> entries)
    {
        var id = db.Scalar<long>("INSERT INTO groups (name) VALUES ($1) RETURNING id", name);
        AddEntries(db, id, entries);
    }

    public static void Delete(PoolConnection db, long group) => db.Execute("DELETE FROM groups WHERE id = $1", group);

    public static void Rename(PoolConnection db, long group, string name) => db.Execute("UPDATE groups SET name = $2 WHERE id = $1", group, name);

    public static void AddEntries(PoolConnection db, long group, IEnumerable<string> entries)
    {
        foreach (var entry in entries)
        {
            db.Execute(
                "INSERT INTO group_entries (group_id, position, entry) SELECT $1, coalesce(max(position), 0) + 1, $2 FROM group_entries WHERE group_id = $1 " +
                    "ON CONFLICT DO NOTHING",
                group,
                entry);
        }
    }

    public static void RemoveEntries(PoolConnection db, long group, IEnumerable<string> entries)
    {
        foreach (var entry in entries)
        {
            db.Execute("DELETE FROM group_entries WHERE group_id = $1 AND entry = $2", group, entry);
        }
    }

    public static void Present(PoolConnection db, long element, long group) =>
        db.Execute("INSERT INTO presentations (element, group_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", element, group);

    public static void StopPresenting(PoolConnection db, long element, long group) =>
        db.Execute("DELETE FROM presentations WHERE element = $1 AND group_id = $2", element, group);

    private static AccessGroup Read(Microsoft.Data.Sqlite.SqliteDataReader row) =>
        new() { Name = row.GetString(0), Entries = row.IsDBNull(1) ? [] : row.GetString(1).Split('\u001f').ToValueList() };
}
