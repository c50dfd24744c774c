using System.Globalization;
using Microsoft.Data.Sqlite;

namespace StorageConnect.Benchmarks;

/// <summary>
/// What it costs to ask for one thing, however many there are: at three sizes, with the exponent. The rows are put into the database, a tenth of them
/// snapshots and a tenth clones; their files don't matter here. Budget: 20 ms each at 1,000,000.
/// </summary>
internal static class LookupComparison
{
    private const int Calls = 31;

    private static readonly (string Name, string Script)[] Lookups =
    [
        ("element by name", "$null = Get-OscStorageElement v0000505"),
        ("snapshot by name", "$null = Get-OscSnapshot s0000505"),
        ("a name that is not there", "try { Get-OscStorageElement none } catch { }"),
        ("a snapshot that is not there", "try { Get-OscSnapshot none } catch { }"),
        ("clones of one element", "$null = $e | Get-OscClone"),
        ("snapshots of one element", "$null = $e | Get-OscSnapshot"),
        ("family of one element", "$null = $e | Get-OscLineage"),
        ("removal refused by a snapshot", "try { $e | Remove-OscStorageElement -Confirm:$false } catch { }"),
    ];

    /// <param name="sizes">How many elements there are.</param>
    public static int Run(int[] sizes)
    {
        var medians = new Dictionary<(string, int), Spread>();
        foreach (var size in sizes)
        {
            var folder = Directory.CreateTempSubdirectory("storage-connect-lookup-").FullName;
            try
            {
                using var session = new Session();
                session.Invoke($"$null = Register-OscStorageServer -Name bench -Plugin Local -StorageType SAN -ExtraInfo 'Pool={folder}'");
                Fill(folder, size);
                session.Invoke("$e = Get-OscStorageElement v0000505");
                foreach (var (name, script) in Lookups)
                {
                    session.Invoke(script);
                    medians[(name, size)] = Spread.Of(Enumerable.Range(0, Calls).Select(_ => session.Time(script)));
                }
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        var table = new Table(["look-up", .. sizes.Select(size => $"among {size}, ms"), "exponent"]);
        foreach (var (name, _) in Lookups)
        {
            var exponent = Spread.Exponent((sizes[0], medians[(name, sizes[0])].Median), (sizes[^1], medians[(name, sizes[^1])].Median));
            table.Add([name, .. sizes.Select(size => $"{medians[(name, size)]}"), exponent.ToString("0.00", CultureInfo.InvariantCulture)]);
        }

        table.Write("One thing among many");
        return 0;
    }

    /// <summary>In a process of its own: the families, or the diagram, of everything, and the most memory that took.</summary>
    public static int RunWhole(int size, string script)
    {
        var folder = Directory.CreateTempSubdirectory("storage-connect-lookup-").FullName;
        try
        {
            using var session = new Session();
            session.Invoke($"$null = Register-OscStorageServer -Name bench -Plugin Local -StorageType SAN -ExtraInfo 'Pool={folder}'");
            Fill(folder, size);
            var before = PeakMebibytes();
            var time = session.Time(script);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{size} elements: {script}: {time:0} ms, {PeakMebibytes()} MiB at most ({before} before)"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long PeakMebibytes() =>
        long.Parse(
            File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ')[^2],
            CultureInfo.InvariantCulture) >> 10;

    private static void Fill(string folder, int size)
    {
        // The module closes the database a few seconds after its last use, and then writes the checksum.
        var checksum = Path.Combine(folder, "local.sum");
        if (!SpinWait.SpinUntil(() => File.Exists(checksum), TimeSpan.FromSeconds(30)))
        {
            throw new InvalidOperationException("The database was not closed.");
        }

        File.Delete(checksum);
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "local.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            BEGIN;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $size)
            INSERT INTO elements (id, uuid, name, type, size, page83, qos, thin, online, clone, ready, created)
            SELECT i, printf('%032x', i),
                printf(CASE i % 10 WHEN 6 THEN 's%07d' WHEN 7 THEN 'c%07d' ELSE 'v%07d' END, CASE i % 10 WHEN 6 THEN i - 1 ELSE i END),
                CASE i % 10 WHEN 6 THEN 2 WHEN 7 THEN 1 ELSE 0 END, 1048576,
                CASE i % 10 WHEN 6 THEN NULL ELSE printf('36025c0c%025x', i) END, 'standard', 1, i % 10 <> 6, i % 10 = 7, 1, 1700000000000 + i
            FROM n;
            INSERT INTO sources (element, position, source, origin)
            SELECT id, 0, printf('%032x', id - id % 10 + 5), printf('%032x', id - id % 10 + 5) FROM elements WHERE id % 10 IN (6, 7);
            COMMIT;
            """;
        command.Parameters.AddWithValue("$size", size);
        command.CommandTimeout = 0;
        command.ExecuteNonQuery();
    }
}
