using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Targets;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>Queries and changes of how the pool is exported.</summary>
internal static class ExportRows
{
    /// <summary>The settings, or null when the pool was never exported.</summary>
    public static ExportSettings? Settings(PoolConnection db) => db.One(
        "SELECT name, control, portals, daemon FROM export",
        row => new ExportSettings(
            row.GetString(1),
            row.GetString(2).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Portal.TryParse).OfType<Portal>().ToValueList())
        {
            Name = row.GetString(0),
            Daemon = row.IsDBNull(3) ? null : row.GetString(3),
        });

    public static void Save(PoolConnection db, ExportSettings settings) => db.Execute(
        "INSERT INTO export (id, name, control, portals, daemon) VALUES (1, $1, $2, $3, $4) ON CONFLICT DO UPDATE SET control = $2, portals = $3, daemon = $4",
        settings.Name,
        settings.Control,
        string.Join(',', settings.Portals),
        settings.Daemon);

    public static List<ChapAccount> Accounts(PoolConnection db) => db.All(
        "SELECT user, outgoing, secret, daemon FROM export_accounts ORDER BY user",
        row => new ChapAccount(new(row.GetString(0), row.GetBoolean(1)), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3)));

    public static void SaveAccounts(PoolConnection db, IEnumerable<ChapAccount> accounts)
    {
        db.Execute("DELETE FROM export_accounts");
        foreach (var account in accounts)
        {
            db.Execute(
                "INSERT INTO export_accounts (user, outgoing, secret, daemon) VALUES ($1, $2, $3, $4)",
                account.Name.User,
                account.Name.Outgoing,
                account.GetSecret(),
                account.Daemon);
        }
    }

    /// <summary>Saves that this daemon has the whole export, including accounts.</summary>
    public static void SetDaemon(PoolConnection db, string? daemon)
    {
        db.Execute("UPDATE export SET daemon = $1", daemon);
        db.Execute("UPDATE export_accounts SET daemon = $1", daemon);
    }

    /// <summary>Marks elements, in the transaction that changes them, for an update of the daemon. Does nothing where the pool isn't exported.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="elements">The elements' Uuids.</param>
    /// <param name="resized">Their sizes change.</param>
    public static IReadOnlyList<ExportMark> Mark(PoolConnection db, IEnumerable<string> elements, bool resized = false)
    {
        const string insert = "INSERT INTO export_pending (element, resized) VALUES ($1, $2) RETURNING id";
        return IsExported(db) ? [.. elements.Select(element => new ExportMark(db.Scalar<long>(insert, element, resized), element, resized))] : [];
    }

    public static void Unmark(PoolConnection db, long mark) => db.Execute("DELETE FROM export_pending WHERE id = $1", mark);

    public static List<ExportMark> Marks(PoolConnection db) =>
        db.All("SELECT id, element, resized FROM export_pending", row => new ExportMark(row.GetInt64(0), row.GetString(1), row.GetBoolean(2)));

    /// <summary>All entries of the groups that an element is presented to, each once.</summary>
    public static List<string> Entries(PoolConnection db, long element) => db.All(
        "SELECT DISTINCT g.entry FROM presentations p JOIN group_entries g ON g.group_id = p.group_id WHERE p.element = $1 ORDER BY g.entry",
        row => row.GetString(0),
        element);

    public static List<string> PresentedTo(PoolConnection db, long group) =>
        db.All("SELECT e.uuid FROM presentations p JOIN elements e ON e.id = p.element WHERE p.group_id = $1", row => row.GetString(0), group);

    public static List<string> Presented(PoolConnection db) =>
        db.All("SELECT uuid FROM elements WHERE id IN (SELECT element FROM presentations)", row => row.GetString(0));

    private static bool IsExported(PoolConnection db) => db.Any("SELECT 1 FROM export");
}
