using System.Diagnostics;
using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;
using Xunit;

namespace StorageConnect.Tests.Local.Support;

/// <summary>A tgtd of a test's own: its own control socket, its own port on two addresses, nobody else's targets.</summary>
public sealed class TgtDaemon : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("tgt-").FullName;
    private Process? _process;

    private TgtDaemon()
    {
    }

    /// <summary>The TCP port of both portals.</summary>
    public int Port { get; private set; }

    /// <summary>The path that tgtd is given; it appends a dot and the control port.</summary>
    public string ControlPath => Path.Combine(_folder, "control");

    public string FirstPortal => $"127.0.0.1:{Port}";

    public string SecondPortal => $"127.0.0.2:{Port}";

    public int ProcessId => _process!.Id;

    internal TgtControlAddress Address => new(ControlPath, 0);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>One that runs; the test is skipped where there can be none.</summary>
    public static async Task<TgtDaemon> StartAsync()
    {
        Require("tgtd", "tgt");
        Require("iscsi-ls", "libiscsi-bin");
        Assert.SkipUnless(Environment.UserName == "root", "tgtd needs root.");
        var daemon = new TgtDaemon();
        try
        {
            // Somebody may take the port before tgtd does, which then runs without a portal.
            do
            {
                await daemon.KillAsync();
                daemon.Port = FreePorts.Take();
                await daemon.RunAsync();
            }
            while (TgtTargetDaemon.Open(daemon.Address, Token).GetPortals(Token).Count == 0);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    public static void Require(string tool, string package) =>
        Assert.SkipUnless(new[] { "/usr/bin", "/usr/sbin", "/bin", "/sbin" }.Any(folder => File.Exists(Path.Combine(folder, tool))),
            $"{tool} is missing: install the package {package}.");

    /// <summary>Starts it, when it isn't running, with one portal.</summary>
    public async Task RunAsync()
    {
        var start = new ProcessStartInfo("tgtd", ["-f", "-C", "0", "--nr_iothreads", "1", "--iscsi", $"portal={FirstPortal}"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["TGT_IPC_SOCKET"] = ControlPath;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(20, Token))
        {
            try
            {
                new TgtSocket(Address).Send(new(TgtMode.System, TgtOperation.Show), Token);
                return;
            }
            catch (ArrayUnreachableException) when (!_process.HasExited && Stopwatch.GetElapsedTime(began) < StartTime)
            {
            }
        }
    }

    /// <summary>Ends it as a crash does (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>What somebody does by hand; returns what it prints.</summary>
    public string Adm(params string[] arguments)
    {
        var start = new ProcessStartInfo("tgtadm", ["-C", "0", "--lld", "iscsi", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TGT_IPC_SOCKET"] = ControlPath;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Token);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"tgtadm {string.Join(' ', arguments)}: {error.Result}");
    }

    /// <summary>What it serves now, as it says itself.</summary>
    internal IReadOnlyList<TargetState> GetTargets() => TgtTargetDaemon.Open(Address, Token).GetTargets(Token);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
