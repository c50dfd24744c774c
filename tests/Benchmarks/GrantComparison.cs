using System.Diagnostics;
using System.Globalization;
using System.Management.Automation.Runspaces;

namespace StorageConnect.Benchmarks;

/// <summary>
/// How long it takes to present elements to an access group, to a second one, and to revoke them from that: the module's way, a shell's with
/// tgtadm (a process per call), and a loop that puts the same requests on tgtd's control socket. The same work in the same kind of tgtd, at
/// three sizes, in turns; the exponent tells how the time grows with the number of elements (1: linear). Budgets: a third of the shell's
/// time for the first group, half of it for the others.
/// </summary>
internal static class GrantComparison
{
    private const int Rounds = 3;
    private static readonly string[] Steps = ["first group", "second group", "revoked"];

    private const string CreateTargets =
        """
        for i in $(seq 1 "$3"); do
            tgtadm -C 0 --lld iscsi --mode target --op new --tid $i --targetname iqn.2001-04.com.example:lun$i
            tgtadm -C 0 --lld iscsi --mode logicalunit --op new --tid $i --lun 1 --bstype rdwr --backing-store "$1/lun$i"
            tgtadm -C 0 --lld iscsi --mode logicalunit --op update --tid $i --lun 1 \
                --params scsi_id=6025c0c0000000000000000000$(printf %06x $i),scsi_sn=lun$i,thin_provisioning=1
            tgtadm -C 0 --lld iscsi --mode target --op bind --tid $i --initiator-name iqn.2001-04.com.example:host1
        done
        """;

    private const string Bind =
        """for i in $(seq 1 "$3"); do tgtadm -C 0 --lld iscsi --mode target --op bind --tid $i --initiator-name iqn.2001-04.com.example:host2; done""";

    // Whoever is logged in has to go, too: that takes a look at the sessions.
    private const string Unbind =
        """
        for i in $(seq 1 "$3"); do
            tgtadm -C 0 --lld iscsi --mode target --op unbind --tid $i --initiator-name iqn.2001-04.com.example:host2
            tgtadm -C 0 --lld iscsi --mode conn --op show --tid $i >/dev/null
        done
        """;

    public static int Run(int[] sizes)
    {
        (string Name, Func<int, double[]> Measure)[] ways =
        [
            ("the module", MeasureModule),
            (
                "a shell with tgtadm",
                elements => MeasureLoop(elements, (daemon, step) => RunShell(daemon, elements, new[] { CreateTargets, Bind, Unbind }[step]))),
            ("a loop on the control socket", elements => MeasureLoop(elements, (daemon, step) => RunSocket(daemon, elements, step))),
        ];
        var medians = new Dictionary<(int Size, int Step, int Way), double>();
        foreach (var size in sizes)
        {
            var times = Enumerable.Range(0, Rounds).Select(_ => ways.Select(way => way.Measure(size)).ToArray()).ToList();
            for (var step = 0; step < Steps.Length; step++)
            {
                for (var way = 0; way < ways.Length; way++)
                {
                    var sorted = times.Select(round => round[way][step]).Order().ToArray();
                    var median = medians[(size, step, way)] = sorted[Rounds / 2];
                    Write(
                        $"{size,5} {Steps[step],-12} {ways[way].Name,-29} {median,8:f0} ms ({sorted[0]:f0}-{sorted[^1]:f0}), {median / size:f2} ms an element");
                }

                var (ours, shell, loop) = (medians[(size, step, 0)], medians[(size, step, 1)], medians[(size, step, 2)]);
                Write($"{size,5} {Steps[step],-12} ratio to the shell {ours / shell:f2}, to the loop {ours / loop:f2}");
            }
        }

        for (var step = 0; step < Steps.Length && sizes.Length > 1; step++)
        {
            var exponent = Spread.Exponent((sizes[0], medians[(sizes[0], step, 0)]), (sizes[^1], medians[(sizes[^1], step, 0)]));
            Write($"exponent {Steps[step],-12} {exponent:f2}");
        }

        return 0;
    }

    private static double[] MeasureLoop(int elements, Action<Daemon, int> work)
    {
        using var daemon = new Daemon();
        for (var i = 1; i <= elements; i++)
        {
            using var volume = File.Create(Path.Combine(daemon.Folder, FormattableString.Invariant($"lun{i}")));
            volume.SetLength(1 << 20);
        }

        return [.. Steps.Select((_, step) => Time(() => work(daemon, step)))];
    }

    private static void RunShell(Daemon daemon, int elements, string loop)
    {
        var script = $"cd \"$1\"; export TGT_IPC_SOCKET=\"$2\"\n{loop}";
        using var shell = Process.Start("bash", ["-c", script, "bash", daemon.Folder, daemon.Control, elements.ToString(CultureInfo.InvariantCulture)]);
        shell.WaitForExit();
        if (shell.ExitCode != 0)
        {
            throw new InvalidOperationException("tgtadm failed.");
        }
    }

    private static void RunSocket(Daemon daemon, int elements, int step)
    {
        var socket = new ControlSocket(daemon.Control + ".0");
        for (var i = 1; i <= elements; i++)
        {
            switch (step)
            {
                case 0:
                    socket.Send(ControlSocket.Target, ControlSocket.New, i, -1, $"targetname=iqn.2001-04.com.example:lun{i}");
                    socket.Send(ControlSocket.Unit, ControlSocket.New, i, 1, "bstype=rdwr");
                    var identity = FormattableString.Invariant($"scsi_id=6025c0c0000000000000000000{i:x6},scsi_sn=lun{i},thin_provisioning=1");
                    socket.Send(ControlSocket.Unit, ControlSocket.Update, i, 1, $"targetOps {identity},path={daemon.Folder}/lun{i},");
                    socket.Send(ControlSocket.Target, ControlSocket.Bind, i, -1, "initiator-name=iqn.2001-04.com.example:host1");
                    break;
                case 1:
                    socket.Send(ControlSocket.Target, ControlSocket.Bind, i, -1, "initiator-name=iqn.2001-04.com.example:host2");
                    break;
                default:
                    socket.Send(ControlSocket.Target, ControlSocket.Unbind, i, -1, "initiator-name=iqn.2001-04.com.example:host2");
                    socket.Send(ControlSocket.Connection, ControlSocket.Show, i, -1, "");
                    break;
            }
        }
    }

    private static double[] MeasureModule(int elements)
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
        Invoke($"Import-Module '{Path.Combine(Staged.Module, "StorageConnect.psd1")}' -ErrorAction Stop; $ErrorActionPreference = 'Stop'");
        Invoke($"$null = Register-OscStorageServer -Name bench -Plugin Local -StorageType iSCSI -ExtraInfo 'Pool={pool};TgtControl={daemon.Control}'");
        Invoke("1..2 | ForEach-Object { $null = New-OscAccessGroup -Name hosts$_ -Initiator iqn.2001-04.com.example:host$_ }");
        Invoke($"$elements = 1..{elements} | ForEach-Object {{ New-OscStorageElement -Name lun$_ -Size 1MB }}");
        double[] times =
        [
            Time(() => Invoke("$elements | Grant-OscStorageElementAccess -AccessGroup hosts1")),
            Time(() => Invoke("$elements | Grant-OscStorageElementAccess -AccessGroup hosts2")),
            Time(() => Invoke("$elements | Revoke-OscStorageElementAccess -AccessGroup hosts2 -Confirm:$false")),
        ];
        Invoke("Unregister-OscStorageServer -StorageServer bench -Confirm:$false");
        return times;
    }

    private static double Time(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static void Write(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    /// <summary>A tgtd of its own, without any portal that others could meet.</summary>
    private sealed class Daemon : IDisposable
    {
        private readonly Process _process;

        public Daemon()
        {
            var start = new ProcessStartInfo("tgtd", ["-f", "-C", "0", "--nr_iothreads", "1", "--iscsi", "portal=127.0.0.1:0"])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
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
