namespace StorageConnect.Plugins.Local.Catalog;

internal enum IntentKind
{
    /// <summary>Undone after a crash: the old content lies beside the volume.</summary>
    RestoreInPlace,

    /// <summary>Redone after a crash once the new content has taken the volume's place, undone before.</summary>
    RestoreByReplacing,

    /// <summary>A shrink is redone after a crash, a growth undone.</summary>
    Resize,
}

/// <summary>A change in place that has begun: after a crash it is redone or undone from its row.</summary>
internal sealed record IntentRow(string Element, IntentKind Kind, long Size, string? Snapshot);

/// <summary>Queries and changes of intents, and of files that are still to be deleted after their rows.</summary>
internal static class IntentRows
{
    public static List<IntentRow> All(PoolConnection db) => db.All("SELECT element, kind, size, snapshot FROM intents", Read);

    public static IntentRow? Of(PoolConnection db, string element) =>
        db.One("SELECT element, kind, size, snapshot FROM intents WHERE element = $1", Read, element);

    /// <summary>True while a change is under way, or interrupted, that makes the element's content neither the old nor the new.</summary>
    public static bool IsHalfDone(PoolConnection db, ElementRow row) =>
        Of(db, row.Uuid) is { } intent && (intent.Kind != IntentKind.Resize || intent.Size < row.Size);

    public static void Insert(PoolConnection db, IntentRow intent) =>
        db.Execute("INSERT INTO intents (element, kind, size, snapshot) VALUES ($1, $2, $3, $4)", intent.Element, (long)intent.Kind,
            intent.Size, intent.Snapshot);

    public static void Delete(PoolConnection db, string element) => db.Execute("DELETE FROM intents WHERE element = $1", element);

    public static List<string> Discarded(PoolConnection db) => db.All("SELECT uuid FROM discarded", row => row.GetString(0));

    public static void Discard(PoolConnection db, string uuid) => db.Execute("INSERT INTO discarded (uuid) VALUES ($1) ON CONFLICT DO NOTHING", uuid);

    public static void Forget(PoolConnection db, string uuid) => db.Execute("DELETE FROM discarded WHERE uuid = $1", uuid);

    private static IntentRow Read(Microsoft.Data.Sqlite.SqliteDataReader row) =>
        new(row.GetString(0), (IntentKind)row.GetInt32(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetString(3));
}
