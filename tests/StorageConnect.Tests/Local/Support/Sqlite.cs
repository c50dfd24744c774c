using Microsoft.Data.Sqlite;
using StorageConnect.Plugins.Local.Native;

namespace StorageConnect.Tests.Local.Support;

/// <summary>A look into a pool's database beside the plug-in.</summary>
internal static class Sqlite
{
    public static void Execute(string path, string sql)
    {
        _ = Column(path, sql);

        // The pool's checksum of its database would tell that somebody else changed it.
        File.Delete(Path.Combine(Path.GetDirectoryName(path)!, "local.sum"));
    }

    /// <summary>The last column of each row.</summary>
    public static List<string> Column(string path, string sql, params string[] values)
    {
        NativeSqlite.EnsureLoaded();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Tests' own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue($"${i + 1}", values[i]);
        }

        var rows = new List<string>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            rows.Add(reader.GetValue(reader.FieldCount - 1).ToString()!);
        }

        return rows;
    }
}
