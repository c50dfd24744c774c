using System.Diagnostics;
using System.Globalization;
using System.Management.Automation.Runspaces;

namespace StorageConnect.Benchmarks;

/// <summary>
/// How long it takes to present 255 elements to one access group, the module's way and a shell's with tgtadm, a process per call. The same
/// work in the same kind of tgtd: a target, its unit with an identity of its own, one initiator. In turns. Budget: a third of the shell's time.
/// </summary>
internal static class GrantComparison
{
    private const int Elements = 255;
    private const int Rounds = 5;

    private const string ByShell =
        """
        cd "$1"
        export TGT_IPC_SOCKET="$2"
        for i in $(seq 1 "$3"); do
            tgtadm -C 0 --lld iscsi --mode target --op new --tid $i --targetname iqn.2001-04.com.example:lun$i
            tgtadm -C 0 --lld iscsi --mode logicalunit --op new --tid $i --lun 1 --bstype rdwr --backing-store "$1/lun$i"
            tgtadm -C 0 --lld iscsi --mode logicalunit --op update --tid $i --lun 1 \
                --params scsi_id=6025c0c0000000000000000000$(printf %06x $i),scsi_sn=lun$i,thin_provisioning=1
            tgtadm -C 0 --lld iscsi --mode target --op bind --tid $i --initiator-name iqn.2001-04.com.example:host
        done
        """;

    public static int Run()
    {
        var times = Enumerable.Range(0, Rounds).Select(_ => (Shell: MeasureShell(), Ours: MeasureModule())).ToList();
        Show("a shell with tgtadm", times.Select(round => round.Shell));
        Show("Grant-OscStorageElementAccess", times.Select(round => round.Ours));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"ratio of the medians: {Median(times.Select(round => round.Ours)) / Median(times.Select(round => round.Shell)):f2}"));
        return 0;
    }

    private static double MeasureShell()
    {
        using var daemon = new Daemon();
        for (var i = 1; i <= Elements; i++)
        {
            using var volume = File.Create(Path.Combine(daemon.Folder, FormattableString.Invariant($"lun{i}")));
            volume.SetLength(1 << 20);
        }

        var clock = Stopwatch.StartNew();
        using var shell = Process.Start("bash", ["-c", ByShell, "bash", daemon.Folder, daemon.Control, Elements.ToString(CultureInfo.InvariantCulture)]);
        shell.WaitForExit();
        return shell.ExitCode == 0 ? clock.Elapsed.TotalMilliseconds : throw new InvalidOperationException("tgtadm failed.");
    }

    private static double MeasureModule()
    {
        using var daemon = new Daemon();
        var settings = Directory.CreateDirectory(Path.Combine(daemon.Folder, "settings")).FullName;
        Environment.SetEnvironmentVariable("XDG_CONFIG_HOME", settings);
        Environment.SetEnvironmentVariable("XDG_STATE_HOME", settings);
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        void Invoke(string script)
        {
            using var pipeline = runspace.CreatePipeline(script);
            pipeline.Invoke();
            if (pipeline.Error.Count > 0)
            {
                throw new InvalidOperationException(pipeline.Error.Read().ToString());
            }
        }

        var pool = Directory.CreateDirectory(Path.Combine(daemon.Folder, "pool")).FullName;
        Invoke($"Import-Module '{Path.Combine(Staged.Module, "StorageConnect.psd1")}' -ErrorAction Stop");
        Invoke(
            "$null = Register-OscStorageServer -Name bench -Plugin Local -StorageType iSCSI -ErrorAction Stop " +
            $"-ExtraInfo 'Pool={pool};TgtControl={daemon.Control}'");
        Invoke("$null = New-OscAccessGroup -Name hosts -Initiator iqn.2001-04.com.example:host -ErrorAction Stop");
        Invoke($"$elements = 1..{Elements} | ForEach-Object {{ New-OscStorageElement -Name lun$_ -Size 1MB -ErrorAction Stop }}");
        var clock = Stopwatch.StartNew();
        Invoke("$elements | Grant-OscStorageElementAccess -AccessGroup hosts");
        var time = clock.Elapsed.TotalMilliseconds;
        Invoke("Unregister-OscStorageServer -StorageServer bench -Confirm:$false");
        return time;
    }

    private static void Show(string name, IEnumerable<double> times)
    {
        var sorted = times.Order().ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-30} {Median(sorted):f0} ms ({sorted[0]:f0}-{sorted[^1]:f0}), {Median(sorted) / Elements:f2} ms an element, {sorted.Length} runs"));
    }

    private static double Median(IEnumerable<double> times) => times.Order().ElementAt(Rounds / 2);

    /// <summary>A tgtd of its own, without any portal that others could meet.</summary>
    private sealed class Daemon : IDisposable
    {
        private readonly Process _process;

        public Daemon()
        {
            var start = new ProcessStartInfo("tgtd",
                ["-f", "-C", "0", "--nr_iothreads", "1", "--iscsi", "portal=127.0.0.1:0"])
            { RedirectStandardError = true, RedirectStandardOutput = true };
            start.Environment["TGT_IPC_SOCKET"] = Control;
            _process = Process.Start(start)!;
            _process.BeginErrorReadLine();
            _process.BeginOutputReadLine();
            while (!File.Exists(Control + ".0"))
            {
                Thread.Sleep(10);
            }
        }

        public string Folder { get; } = Directory.CreateTempSubdirectory("storage-connect-grant-").FullName;

        public string Control => Path.Combine(Folder, "control");

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
            Directory.Delete(Folder, recursive: true);
        }
    }
}
