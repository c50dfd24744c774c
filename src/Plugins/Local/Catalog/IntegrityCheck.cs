using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Errors;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>Checks a whole database that has no checksum because it was not closed properly.</summary>
internal static class IntegrityCheck
{
    // Larger ones would take longer than a user waits; a thousand elements take less than one megabyte.
    private const long LargestBytes = 64L << 20;

    /// <exception cref="DataCorruptException">Something is wrong with its structure, or with a row.</exception>
    public static void Run(PoolConnection connection, PoolFolder folder)
    {
        if (connection.Scalar<long>("PRAGMA page_count") * connection.Scalar<long>("PRAGMA page_size") > LargestBytes)
        {
            return;
        }

        if (connection.Scalar<string>("PRAGMA integrity_check(1)") is not "ok" and var problem)
        {
            throw ErrorMapping.Corrupt(folder, $"its database is not consistent ({problem})");
        }

        if (connection.Any("SELECT 1 FROM pragma_foreign_key_check"))
        {
            throw ErrorMapping.Corrupt(folder, "its database refers to rows that are not there");
        }
    }
}
