namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>Gives everything in a database new identities.</summary>
internal static class AdoptionRows
{
    /// <summary>New uuids and page 0x83 ids for all elements; nothing is presented, exported or being copied any more.</summary>
    public static void Rename(PoolConnection db, IEnumerable<(string From, string To, string Page83Id)> elements)
    {
        foreach (var table in (ReadOnlySpan<string>)["presentations", "export_pending", "export_accounts", "export", "jobs", "intents"])
        {
            db.Execute($"DELETE FROM {table}");
        }

        db.Execute("DELETE FROM elements WHERE ready = 0");
        foreach (var (from, to, page83) in elements)
        {
            db.Execute("UPDATE elements SET uuid = $2, page83 = CASE WHEN page83 IS NULL THEN NULL ELSE $3 END WHERE uuid = $1", from, to, page83);
            db.Execute("UPDATE sources SET source = $2 WHERE source = $1", from, to);
            db.Execute("UPDATE sources SET origin = $2 WHERE origin = $1", from, to);
        }
    }
}
