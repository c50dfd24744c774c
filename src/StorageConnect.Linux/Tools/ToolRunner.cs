using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using StorageConnect.Linux.Tracing;

namespace StorageConnect.Linux.Tools;

/// <summary>
/// The one place where tools are started, and waited for: from known folders, with an argument list and never a shell, in an environment that
/// has nothing of ours except our process id, bounded in time and output, and killed with all their children when the caller stops waiting.
/// </summary>
public sealed class ToolRunner
{
    /// <summary>The distributions' folders of administration tools. Not the user's PATH, because these tools run as root.</summary>
    public static IReadOnlyList<string> SystemFolders { get; } = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

    /// <summary>The environment variable with the id of the process that started a tool.</summary>
    public const string StartedBy = "STORAGE_CONNECT_STARTED_BY";

    /// <summary>Bytes that a tool may write to each of its two pipes; one that writes more is killed.</summary>
    public int OutputLimit { get; init; } = 16 * 1024 * 1024;

    /// <summary>The folders to search for tools.</summary>
    public IReadOnlyList<string> Folders { get; init; } = SystemFolders;

    /// <summary>How long to read a tool's output after its end: a daemon that it started may keep the pipe open forever.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(1);

    /// <summary>The bytes that a tool that has ended may have left in a pipe.</summary>
    private const int PipeCapacity = 1 << 16;

    /// <summary>How often to check what the pipes don't signal: cancellation, the deadline, the end of a tool whose daemon keeps them open.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The tool's file, or null when it isn't installed.</summary>
    public string? Find(Tool tool) => Folders.Select(folder => Path.Combine(folder, tool.Name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a tool to its end. The caller interprets the exit code.</summary>
    /// <param name="command">The command.</param>
    /// <param name="deadline">How long it may take; after that it is killed.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="ToolException">It gave no usable answer.</exception>
    /// <remarks>One thread waits for the tool and its output. .NET's own API needs three, which cost as much as a small tool.</remarks>
    public Task<ToolResult> RunAsync(ToolCommand command, TimeSpan deadline, CancellationToken cancellationToken) =>
        Task.Run(() => Run(command, deadline, cancellationToken), cancellationToken);

    /// <summary>As <see cref="RunAsync"/>, on the calling thread.</summary>
    /// <param name="command">The command.</param>
    /// <param name="deadline">How long it may take; after that it is killed.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <param name="onError">Called with the tool's whole standard error so far, whenever there is more; null: only the result has it.</param>
    /// <exception cref="ToolException">It gave no usable answer.</exception>
    public ToolResult Run(ToolCommand command, TimeSpan deadline, CancellationToken cancellationToken, Action<string>? onError = null)
    {
        using var span = Tracer.Begin($"Tool: {command}");
        try
        {
            var result = RunNow(command, deadline, onError, cancellationToken);
            span.End($"exit code {result.ExitCode}");
            return result;
        }
        catch (Exception e) when (e is ToolException or OperationCanceledException)
        {
            span.End($"{e.Message}");
            throw;
        }
    }

    private ToolResult RunNow(ToolCommand command, TimeSpan deadline, Action<string>? onError, CancellationToken cancellationToken)
    {
        using var process = Start(command);
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            process.StandardInput.Close();
            var pipes = new ToolPipes(process);
            var reported = 0;
            ReadToEnd(process, pipes, GoOn);
            while (!process.WaitForExit(CheckInterval))
            {
                GoOn();
            }

            return new(process.ExitCode, pipes.Output, pipes.Error);

            void GoOn()
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (onError is not null && pipes.Error is var error && error.Length > reported)
                {
                    reported = error.Length;
                    onError(error);
                }

                if (pipes.Length > OutputLimit)
                {
                    throw new ToolException(ToolFailure.OutputTooLong, command, $"'{command}' wrote more than {OutputLimit} bytes and was killed.");
                }

                if (TimeProvider.System.GetElapsedTime(began) > deadline && !process.HasExited)
                {
                    throw new ToolException(ToolFailure.TimedOut, command, $"'{command}' did not end in time and was killed.");
                }
            }
        }
        finally
        {
            End(process);
        }
    }

    /// <summary>Reads until the pipes are closed, or the tool has ended and a daemon that it started keeps them open.</summary>
    private static void ReadToEnd(Process process, ToolPipes pipes, Action goOn)
    {
        (long Time, int Length)? ended = null;
        while (!pipes.AreAtEnd)
        {
            var hasRead = pipes.Read(CheckInterval);
            goOn();
            ended ??= process.HasExited ? (TimeProvider.System.GetTimestamp(), pipes.Length) : null;
            if (ended is { } end && TimeProvider.System.GetElapsedTime(end.Time) > Drain && (!hasRead || pipes.Length - end.Length > PipeCapacity))
            {
                return; // what comes now, and all that comes after what a pipe holds, isn't the tool's
            }
        }
    }

    private Process Start(ToolCommand command)
    {
        var file = Find(command.Tool) ?? throw new ToolException(ToolFailure.NotFound, command,
            $"'{command.Tool.Name}' is not installed (package {command.Tool.Package}).");
        var start = new ProcessStartInfo(file, command.Arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = string.Join(':', SystemFolders);
        start.Environment["LC_ALL"] = "C"; // its output is parsed
        start.Environment[StartedBy] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new ToolException(ToolFailure.NotStarted, command, $"'{file}' can't be started: {e.Message}", e);
        }
    }

    private static void End(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(Drain); // a process blocked in the kernel (state D) dies when its call returns, without a wait for that
        }
    }
}
