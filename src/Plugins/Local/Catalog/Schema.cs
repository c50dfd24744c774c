using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Errors;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>The tables of a pool, and their version.</summary>
internal static class Schema
{
    public const int Version = 3;

    // "SCLP": identifies the database as ours.
    private const int ApplicationId = 0x53434C50;

    // Names compare byte by byte; the second index on them serves prefixes, which ignore case.
    // An element that is not ready is being copied by a job: it reserves its name and is not visible.
    private const string Tables =
        """
        CREATE TABLE elements (
            id INTEGER PRIMARY KEY,
            uuid TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL UNIQUE,
            type INTEGER NOT NULL CHECK (type BETWEEN 0 AND 2),
            size INTEGER NOT NULL CHECK (size > 0),
            page83 TEXT UNIQUE,
            qos TEXT NOT NULL,
            thin INTEGER NOT NULL CHECK (thin IN (0, 1)),
            online INTEGER NOT NULL CHECK (online IN (0, 1)),
            clone INTEGER NOT NULL CHECK (clone IN (0, 1)),
            ready INTEGER NOT NULL CHECK (ready IN (0, 1)),
            created INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX elements_by_name_ignoring_case ON elements (name COLLATE NOCASE);
        CREATE INDEX elements_by_type ON elements (type);
        CREATE INDEX elements_offline ON elements (uuid) WHERE online = 0 AND type <> 2;

        CREATE TABLE sources (
            element INTEGER NOT NULL REFERENCES elements (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            source TEXT NOT NULL,
            origin TEXT NOT NULL,
            PRIMARY KEY (element, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sources_by_source ON sources (source);
        CREATE INDEX sources_by_origin ON sources (origin);

        CREATE TABLE groups (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE group_entries (
            group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            entry TEXT NOT NULL,
            PRIMARY KEY (group_id, entry)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE presentations (
            element INTEGER NOT NULL REFERENCES elements (id) ON DELETE RESTRICT,
            group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE RESTRICT,
            PRIMARY KEY (element, group_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX presentations_by_group ON presentations (group_id);

        CREATE TABLE jobs (
            uuid TEXT PRIMARY KEY,
            element TEXT NOT NULL,
            name TEXT NOT NULL,
            state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
            total INTEGER NOT NULL,
            done INTEGER NOT NULL,
            copied INTEGER NOT NULL,
            member INTEGER NOT NULL,
            position INTEGER NOT NULL,
            takeovers INTEGER NOT NULL,
            worker INTEGER,
            error_id TEXT,
            error TEXT,
            recommendation TEXT,
            started INTEGER NOT NULL,
            ended INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX jobs_by_element ON jobs (element);

        CREATE TABLE intents (
            element TEXT PRIMARY KEY,
            kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
            size INTEGER NOT NULL,
            snapshot TEXT
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE discarded (
            uuid TEXT PRIMARY KEY
        ) STRICT, WITHOUT ROWID;
        """;

    // The export settings, and the elements of which the target daemon may not have the present state yet.
    private const string ExportTables =
        """
        CREATE TABLE export (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            name TEXT NOT NULL,
            control TEXT NOT NULL,
            portals TEXT NOT NULL,
            daemon TEXT
        ) STRICT;
        CREATE TABLE export_accounts (
            user TEXT PRIMARY KEY,
            outgoing INTEGER NOT NULL CHECK (outgoing IN (0, 1)),
            secret TEXT NOT NULL,
            daemon TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE export_pending (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            element TEXT NOT NULL,
            resized INTEGER NOT NULL CHECK (resized IN (0, 1))
        ) STRICT;
        """;

    // The pool's id, and its place when it was last used.
    private const string SeatTable =
        """
        CREATE TABLE pool (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            uuid TEXT NOT NULL,
            path TEXT NOT NULL,
            inode INTEGER NOT NULL,
            device INTEGER NOT NULL
        ) STRICT;
        """;

    /// <summary>Makes the tables where the database is empty, and those that an older version of this plug-in did not have.</summary>
    /// <exception cref="StorageConnectException">The database isn't ours, or is newer.</exception>
    public static void Ensure(PoolConnection connection, PoolFolder folder)
    {
        if (Check(connection, folder) == Version)
        {
            return;
        }

        // WAL is a property of the file: set once, at its creation.
        connection.Execute("PRAGMA journal_mode = WAL");
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            // Another process may have been quicker.
            var version = Check(connection, folder);
            if (version < Version)
            {
                Steps.At("schema");
                connection.ExecuteScript(FormattableString.Invariant(
                    $"""
                    {(version < 1 ? Tables : "")}
                    {(version < 2 ? ExportTables : "")}
                    {SeatTable}
                    PRAGMA application_id = {ApplicationId};
                    PRAGMA user_version = {Version};
                    """));
                SeatRow.Insert(connection, PoolSeat.First(connection, folder));
            }

            connection.Execute("COMMIT");
        }
        catch
        {
            connection.TryExecute("ROLLBACK");
            throw;
        }
    }

    /// <summary>True where the database has a seat; those of older versions have none.</summary>
    public static bool HasSeat(PoolConnection connection) => connection.Scalar<long>("PRAGMA user_version") >= Version;

    /// <summary>The version of the existing tables; 0 when there are none yet.</summary>
    public static long Check(PoolConnection connection, PoolFolder folder)
    {
        var version = connection.Scalar<long>("PRAGMA user_version");
        var owner = connection.Scalar<long>("PRAGMA application_id");
        if (version is > 0 and <= Version && owner == ApplicationId)
        {
            return version;
        }

        if (version > Version && owner == ApplicationId)
        {
            throw new InvalidStorageArrayException(
                $"The pool {folder.Path} was made by a newer version of this plug-in (format {version}, this one knows up to {Version}).")
            {
                ErrorId = "PoolTooNew",
                Element = folder.Path,
                Recommendation = "Install the newer version of the Local plug-in.",
            };
        }

        return version == 0 && owner == 0 && connection.Scalar<long>("SELECT count(*) FROM sqlite_master") == 0 && !folder.HoldsData()
            ? 0
            : throw ErrorMapping.Corrupt(folder, "its database is empty or belongs to something else");
    }
}
