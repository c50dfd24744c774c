using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StorageConnect.Benchmarks;

/// <summary>
/// A Ceph cluster's images by the module and by the bare tool, in turns on the same throw-away cluster (<c>docs/examples/ceph-cluster.sh</c>). Budgets:
/// listing 1,000 of them takes at most 3 times one <c>rbd ls -l --format json</c>, and creating an element at most 2 times the tool's own calls that
/// leave the same: the image, its identity, and a note of when it was made, which no list of the tool tells. The module's one call more reads the
/// catalog: the quality of service and the snapshots' names are checked before anything is made.
/// </summary>
internal static class CephComparison
{
    private const int Images = 1000;
    private const int Created = 20;
    private const int Rounds = 5;
    private const double ListBudget = 3;
    private const double CreateBudget = 2;

    // As many processes as there are images would take most of the time.
    private const string CreateImages =
        """
        import sys, rados, rbd
        with rados.Rados(conffile=sys.argv[1]) as cluster, cluster.open_ioctx('rbd') as pool:
            for i in range(int(sys.argv[2])):
                rbd.RBD().create(pool, 'image%04d' % i, 16 << 20, old_format=False)
        """;

    /// <returns>The number of budgets that were not kept.</returns>
    public static int Run()
    {
        var folder = Directory.CreateTempSubdirectory("storage-connect-ceph-").FullName;
        var cluster = Path.Combine(folder, "cluster");
        var configuration = Path.Combine(cluster, "ceph.conf");
        var script = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Staged.Module))!, "docs", "examples", "ceph-cluster.sh");
        try
        {
            Start("bash", script, "up", cluster, FreePorts().ToString(CultureInfo.InvariantCulture));
            Start("/usr/bin/python3", "-c", CreateImages, configuration, Images.ToString(CultureInfo.InvariantCulture));
            using var session = new Session();
            session.Invoke($"$null = Register-OscStorageServer -Name bench -Plugin Ceph -StorageType SAN -StorageName rbd -ExtraInfo 'Conf={configuration}'");
            var number = 0;
            var table = new Table("work", "the module, ms", "rbd, ms", "ratio", "budget");
            var missed = Compare(
                table,
                $"list {Images} images (rbd ls -l)",
                ListBudget,
                () => session.Time("$null = Get-OscStorageElement -StorageServer bench"),
                () => Start("rbd", "-c", configuration, "ls", "-l", "--format", "json", "rbd"));
            Compare(
                table,
                $"create {Created}, one by one (rbd create)",
                null,
                () => CreateElements(session, ref number),
                () => Repeat(() => CreateImage(configuration, number++)));
            Compare(
                table,
                $"create {Created}, one by one (rbd create, rbd info)",
                null,
                () => CreateElements(session, ref number),
                () => Repeat(() => CreateImage(configuration, number) + Identify(configuration, number++)));
            missed += Compare(
                table,
                $"create {Created}, one by one (rbd create, rbd info, rbd image-meta set)",
                CreateBudget,
                () => CreateElements(session, ref number),
                () => Repeat(() => CreateImage(configuration, number) + Identify(configuration, number) + Note(configuration, number++)));
            table.Write("Images of a Ceph cluster");
            return missed;
        }
        finally
        {
            Start("bash", script, "down", cluster);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>1 when the budget was not kept.</returns>
    private static int Compare(Table table, string work, double? budget, Func<double> measureModule, Func<double> measureTool)
    {
        // The first round warms up and is not counted.
        var times = Enumerable.Range(0, Rounds + 1).Select(_ => (Module: measureModule(), Tool: measureTool())).Skip(1).ToList();
        var (module, tool) = (Spread.Of(times.Select(round => round.Module)), Spread.Of(times.Select(round => round.Tool)));
        var ratio = module.Median / tool.Median;
        table.Add(work, $"{module}", $"{tool}", ratio.ToString("0.00", CultureInfo.InvariantCulture),
            budget?.ToString(CultureInfo.InvariantCulture) ?? "");
        return ratio > budget ? 1 : 0;
    }

    private static double CreateElements(Session session, ref int number)
    {
        var first = number;
        number += Created;
        return session.Time($"foreach ($i in {first}..{number - 1}) {{ $null = New-OscStorageElement -Name made$i -Size 16MB -StorageServer bench }}");
    }

    private static double CreateImage(string configuration, int number) =>
        Start("rbd", "-c", configuration, "create", "--size", "16M", $"rbd/bare{number}");

    private static double Identify(string configuration, int number) => Start("rbd", "-c", configuration, "info", "--format", "json", $"rbd/bare{number}");

    private static double Note(string configuration, int number) =>
        Start("rbd", "-c", configuration, "image-meta", "set", "rbd/osc.catalog", $"bare{number}", $"{DateTimeOffset.UtcNow:O}");

    private static double Repeat(Func<double> work) => Enumerable.Range(0, Created).Sum(_ => work());

    /// <summary>Runs a program to its end; returns the milliseconds that took.</summary>
    private static double Start(string program, params string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? clock.Elapsed.TotalMilliseconds : throw new InvalidOperationException($"{program} failed: {process.ExitCode}.");
    }

    /// <summary>A port that is free, and the one after it, too.</summary>
    private static int FreePorts()
    {
        while (true)
        {
            using var any = new TcpListener(IPAddress.Loopback, 0);
            any.Start();
            var port = ((IPEndPoint)any.LocalEndpoint).Port;
            try
            {
                using var next = new TcpListener(IPAddress.Loopback, port + 1);
                next.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: another pair.
            }
        }
    }
}
