using Microsoft.Data.Sqlite;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>One connection to a pool's database, with the statements prepared on it. For one thread at a time.</summary>
internal sealed class PoolConnection : IDisposable
{
    private const int BusySeconds = 15;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    /// <param name="path">The database's file.</param>
    /// <param name="readOnly">Nothing is written.</param>
    /// <param name="immutable">Nothing else writes either: no file beside the database is needed.</param>
    public PoolConnection(string path, bool readOnly = false, bool immutable = false)
    {
        _connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = immutable ? $"file:{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}?immutable=1" : path,
            // The file was created before, private. A missing one must not be created empty.
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWrite,
            // These connections are pooled here, together with their statements, and closed when idle.
            Pooling = false,
            DefaultTimeout = BusySeconds,
            ForeignKeys = true,
        }.ToString());
        try
        {
            _connection.Open();
            Execute(FormattableString.Invariant($"PRAGMA busy_timeout = {BusySeconds * 1000}"));
            Execute("PRAGMA synchronous = FULL");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Ticks (<see cref="Environment.TickCount64"/>) when it was last returned to the pool of connections.</summary>
    public long IdleSince { get; set; }

    public int Execute(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <summary>Runs statements that are needed once, or not at all.</summary>
    public void ExecuteScript(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this plug-in come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>For cleaning up after an error that must not be hidden by another.</summary>
    public void TryExecute(string sql)
    {
        try
        {
            Execute(sql);
        }
        catch (SqliteException)
        {
            // The caller drops the connection with everything open on it.
        }
    }

    /// <summary>The first column of the first row; the default when there is none or it is null.</summary>
    public T? Scalar<T>(string sql, params ReadOnlySpan<object?> values)
    {
        using var reader = Prepare(sql, values).ExecuteReader();
        return reader.Read() && !reader.IsDBNull(0) ? reader.GetFieldValue<T>(0) : default;
    }

    public bool Any(string sql, params ReadOnlySpan<object?> values) => Scalar<long>($"SELECT EXISTS ({sql})", values) != 0;

    public List<T> All<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        var rows = new List<T>();
        using var reader = Prepare(sql, values).ExecuteReader();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public T? One<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
        where T : class
    {
        using var reader = Prepare(sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    /// <summary>For reading row by row; dispose the reader before the next use.</summary>
    public SqliteDataReader Read(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteReader();

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this plug-in come here; values are parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 1; i <= values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = FormattableString.Invariant($"${i}") });
            }

            _prepared.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }
}
