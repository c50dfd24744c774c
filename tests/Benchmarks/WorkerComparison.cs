using System.Diagnostics;
using System.Globalization;
using StorageConnect.Engine;
using StorageConnect.Engine.Arrays;
using StorageConnect.Host;

namespace StorageConnect.Benchmarks;

/// <summary>
/// What a process of its own costs a plug-in: the same assembly in this process and in one of its own, and a Python class, in turns. A call, the
/// first call with no process there, and a list of many elements. Budgets: 1 ms for a call, 1.5 s and 150 ms for the first one, 50,000 elements/s.
/// </summary>
internal static class WorkerComparison
{
    private const int Calls = 2000;
    private const int Rounds = 5;

    private const string Python =
        """
        from OSCPlugin import *

        __all__ = ["BenchPlugin"]


        class BenchPlugin(IStorageArrayPlugin):
            plugin_name = "Bench"
            vendor_name = "StorageConnect"
            plugin_version = "1.0.0-1"
            plugin_desc = "Answers at once"
            storage_types = [IStorageArrayPlugin.SANStorage]
            plugin_ability = {}

            def validate(self, ss_record):
                pass

            def getInfo(self, ss_record, se_record=None):
                return ss_record if se_record is None else se_record

            def getStatus(self, ss_record, se_record=None):
                return "OK"

            def list(self, ss_record, se_type=None):
                return [{"uuid": "%032x" % i, "ss_uuid": ss_record["uuid"], "name": "element%d" % i, "se_type": "Lun", "size": 1 << 30,
                         "page83_id": "36025c0c%025x" % i, "vol_group_name": "pool", "status": "ok", "online": True, "access_grp_names": ["hosts"]}
                        for i in range(10000)]
        """;

    public static int Run()
    {
        var folder = Directory.CreateTempSubdirectory("storage-connect-bench-").FullName;
        try
        {
            var python = Path.Combine(folder, "BenchPlugin.py");
            File.WriteAllText(python, Python);
            var instant = typeof(InstantPlugin).Assembly.Location;
            (string Name, string Path, string Plugin, bool Isolated)[] ways =
            [
                ("in this process", instant, "Instant", false), ("isolated assembly", instant, "Instant", true), ("Python class", python, "Bench", true),
            ];
            Console.WriteLine($"{"",-20}{"call, median µs",18}{"first call, ms",18}{"elements/s",14}");
            foreach (var (name, path, plugin, isolated) in ways)
            {
                var results = Enumerable.Range(0, Rounds).Select(round => Measure(Path.Combine(folder, $"{name}{round}"), path, plugin, isolated)).ToList();
                var (call, first, perSecond) = (Median(results.Select(r => r.Call)),
                    Median(results.Select(r => r.First)), Median(results.Select(r => r.PerSecond)));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20}{call,18:0.0}{first,18:0}{perSecond,14:0}"));
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (double Call, double First, double PerSecond) Measure(string folder, string path, string plugin, bool isolated)
    {
        string In(string name) => Path.Combine(folder, name);
        var engine = new StorageEngine(new(In("config"), In("state"), In("plugins"), In("none")), new StorageHost(In("state")));
        engine.Plugins.Add(path, options: new(isolated));
        engine.RegisterAsync(new() { Name = "bench", StorageType = StorageType.SAN }, plugin, saveCredential: false, default).GetAwaiter().GetResult();

        // As another session, in which nothing runs yet.
        var session = new StorageEngine(new(In("config"), In("state"), In("plugins"), In("none")), new StorageHost(In("state")));
        var began = Stopwatch.GetTimestamp();
        var array = session.GetArray("bench");
        array.GetStatusAsync(null, default).GetAwaiter().GetResult();
        var first = Stopwatch.GetElapsedTime(began).TotalMilliseconds;

        var element = new StorageElement
        {
            Uuid = new('0', 32),
            Name = "db01",
            SizeBytes = 1 << 30,
            Page83Id = "36025c0c00000000000000000000000001",
            Status = "ok",
        };
        var times = new double[Calls];
        for (var i = 0; i < Calls; i++)
        {
            began = Stopwatch.GetTimestamp();
            array.GetInfoAsync(element, default).GetAwaiter().GetResult();
            times[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }

        began = Stopwatch.GetTimestamp();
        var listed = CountAsync(array).GetAwaiter().GetResult();
        return (Median(times[(Calls / 4)..]), first, listed / Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private static async Task<int> CountAsync(StorageArray array)
    {
        var count = 0;
        await foreach (var _ in array.ListAsync(new(), default))
        {
            count++;
        }

        return count;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
