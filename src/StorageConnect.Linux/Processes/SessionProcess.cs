using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using StorageConnect.Linux.Native;
using StorageConnect.Linux.Tools;

namespace StorageConnect.Linux.Processes;

/// <summary>
/// A child process that serves many requests over its standard streams. It has a session and process group of its own, writes no core dump, has a
/// memory limit, gets none of this process's environment, and is killed by the kernel when this process dies.
/// </summary>
public sealed class SessionProcess : IDisposable
{
    private const int Kill = 9;

    // The kernel sends the parent-death signal when the *thread* that started the child ends, so one thread that never ends starts all of them.
    private static readonly Lazy<BlockingCollection<Action>> Starter = new(BeginStarter);

    private readonly Process _process;

    private SessionProcess(Process process) => _process = process;

    /// <summary>The process id, which is also the id of its session and process group.</summary>
    public int Id => _process.Id;

    /// <summary>Its standard input.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Its standard output.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Its standard error.</summary>
    public StreamReader Error => _process.StandardError;

    /// <summary>True when it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts a program.</summary>
    /// <param name="file">Its full path.</param>
    /// <param name="arguments">Its arguments. Every user of the machine can read them: no secrets.</param>
    /// <param name="environment">Variables besides PATH, LC_ALL and the number of this process. No secrets.</param>
    /// <param name="memoryLimit">The most data memory it and each of its children may have, in bytes (RLIMIT_DATA).</param>
    /// <param name="folder">Its working directory.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">It can't be started.</exception>
    public static SessionProcess Start(string file, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, long memoryLimit,
        string folder)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var limit = memoryLimit.ToString(CultureInfo.InvariantCulture);
        string[] command =
        [
            "--pdeathsig", "KILL", "--", ToolPath("setsid"), ToolPath("prlimit"), "--core=0:0", $"--data={limit}:{limit}", "--", file, .. arguments,
        ];
        var start = new ProcessStartInfo(ToolPath("setpriv"), command)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = string.Join(':', ToolRunner.SystemFolders);
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment[ToolRunner.StartedBy] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starter.Value.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return new(started.Task.GetAwaiter().GetResult());
    }

    /// <summary>Kills it and every process of its group.</summary>
    public void KillGroup()
    {
        // The kernel doesn't reuse the number while the group has members, and later only after all other numbers.
        _ = Libc.Kill(-_process.Id, Kill);
    }

    /// <summary>Calls <paramref name="action"/> once, when the process has ended: a child of it may hold its streams open for longer.</summary>
    public void WhenEnded(Action action)
    {
        _process.Exited += (_, _) => action();
        _process.EnableRaisingEvents = true;
    }

    /// <summary>In a process that was started so: ends this process with all that it started.</summary>
    public static void KillOwnGroup()
    {
        if (Libc.GetProcessGroup(0) == Environment.ProcessId)
        {
            _ = Libc.Kill(0, Kill);
        }

        Environment.Exit(0);
    }

    /// <summary>Waits for its end. False when the time is over.</summary>
    /// <param name="time">How long to wait.</param>
    public bool WaitForEnd(TimeSpan time) => _process.WaitForExit(time);

    /// <summary>The exit code, once it has ended; 128 and the signal's number where a signal ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    private static string ToolPath(string name) =>
        ToolRunner.SystemFolders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) ?? Path.Combine("/usr/bin", name);

    private static BlockingCollection<Action> BeginStarter()
    {
        var requests = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var request in requests.GetConsumingEnumerable())
            {
                request();
            }
        })
        {
            IsBackground = true,
            Name = "StorageConnect process starter",
        };
        thread.Start();
        return requests;
    }
}
