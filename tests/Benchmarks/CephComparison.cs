using System.Diagnostics;
using System.Globalization;
using System.Management.Automation.Runspaces;

namespace StorageConnect.Benchmarks;

/// <summary>
/// A Ceph cluster's images through the module and by the bare tool, in turns on the same throw-away cluster: listing 1,000 of them against one
/// <c>rbd ls -l --format json</c> (budget: three times), and creating elements against one <c>rbd create</c> each.
/// </summary>
internal static class CephComparison
{
    private const int Images = 1000;
    private const int Created = 20;
    private const int Rounds = 5;

    public static int Run()
    {
        var folder = Directory.CreateTempSubdirectory("storage-connect-ceph-").FullName;
        var cluster = Path.Combine(folder, "c");
        var configuration = Path.Combine(cluster, "ceph.conf");
        var script = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Staged.Module))!, "docs", "examples", "ceph-cluster.sh");
        Start("bash", script, "up", cluster, "28789");
        try
        {
            // A shell's loop in as many processes as there are images would take most of the time.
            Start("/usr/bin/python3", "-c",
                $"import rados, rbd\nwith rados.Rados(conffile='{configuration}') as c, c.open_ioctx('rbd') as p:\n"
                + $"    for i in range({Images}): rbd.RBD().create(p, 'image%04d' % i, 16 << 20, old_format=False)");
            Environment.SetEnvironmentVariable("XDG_CONFIG_HOME", Path.Combine(folder, "settings"));
            Environment.SetEnvironmentVariable("XDG_STATE_HOME", Path.Combine(folder, "settings"));
            using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
            runspace.Open();
            Invoke(runspace, $"Import-Module '{Path.Combine(Staged.Module, "StorageConnect.psd1")}' -ErrorAction Stop");
            Invoke(runspace, $"$null = Register-OscStorageServer -Name bench -Plugin Ceph -StorageType SAN -StorageName rbd -ExtraInfo 'Conf={configuration}'");
            Compare(
                FormattableString.Invariant($"listing {Images} images"),
                () => Invoke(runspace, "$null = Get-OscStorageElement -StorageServer bench"),
                () => Start("rbd", "-c", configuration, "ls", "-l", "--format", "json", "rbd"));
            var number = 0;
            Compare(
                FormattableString.Invariant($"creating {Created} images, one by one"),
                () => Repeat(() => Invoke(runspace, $"$null = New-OscStorageElement -Name made{number++} -Size 16MB -StorageServer bench")),
                () => Repeat(() => Start("rbd", "-c", configuration, "create", "--size", "16M", $"rbd/made{number++}")));
            Invoke(runspace, "Unregister-OscStorageServer -StorageServer bench -Confirm:$false");
            return 0;
        }
        finally
        {
            Start("bash", script, "down", cluster);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(string what, Action ours, Action bare)
    {
        ours();
        bare();
        var times = Enumerable.Range(0, Rounds).Select(_ => (Ours: Time(ours), Bare: Time(bare))).ToList();
        var (module, tool) = (times.Select(round => round.Ours).Order().ToList(), times.Select(round => round.Bare).Order().ToList());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: the module {module[Rounds / 2]:f0} ms ({module[0]:f0}-{module[^1]:f0}), the tool {tool[Rounds / 2]:f0} ms ({tool[0]:f0}-{tool[^1]:f0}), "
            + $"ratio {module[Rounds / 2] / tool[Rounds / 2]:f2}"));
    }

    private static void Repeat(Action work)
    {
        for (var i = 0; i < Created; i++)
        {
            work();
        }
    }

    private static double Time(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static void Invoke(Runspace runspace, string script)
    {
        using var pipeline = runspace.CreatePipeline(script);
        pipeline.Invoke();
        if (pipeline.Error.Count > 0)
        {
            throw new InvalidOperationException(pipeline.Error.Read().ToString());
        }
    }

    private static void Start(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} failed: {process.ExitCode}.");
        }
    }
}
