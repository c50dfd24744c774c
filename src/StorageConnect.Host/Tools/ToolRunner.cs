using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace StorageConnect.Host.Tools;

/// <summary>
/// The one place where child processes are started: from known folders, with an argument list and never a shell, in an environment that
/// holds nothing of ours but our process's number, bounded in time and output, and killed with all their children when nobody waits any more.
/// </summary>
internal sealed class ToolRunner : IToolRunner
{
    /// <summary>Where distributions put the tools of administrators. Not the user's PATH: what runs here runs as root.</summary>
    public static IReadOnlyList<string> SystemFolders { get; } = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

    /// <summary>Characters of output that are kept of each stream; a tool that writes more is killed.</summary>
    public int OutputLimit { get; init; } = 16 * 1024 * 1024;

    /// <summary>The folders tools are looked for in.</summary>
    public IReadOnlyList<string> Folders { get; init; } = SystemFolders;

    /// <summary>How long a tool's output may go on after its end: a daemon that it started can hold the pipe for ever.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(1);

    /// <summary>The tool's file, or null when it isn't installed.</summary>
    public string? Find(Tool tool) => Folders.Select(folder => Path.Combine(folder, tool.Name)).FirstOrDefault(File.Exists);

    /// <inheritdoc/>
    public async Task<ToolResult> RunAsync(ToolCommand command, TimeSpan deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var process = Start(command);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        try
        {
            process.StandardInput.Close();
            var output = new ToolOutput(process.StandardOutput, OutputLimit);
            var error = new ToolOutput(process.StandardError, OutputLimit);
            var reading = Task.WhenAll(output.ReadAsync(Kill, limit.Token), error.ReadAsync(Kill, limit.Token));
            await process.WaitForExitAsync(limit.Token);
            await Task.WhenAny(reading, Task.Delay(Drain, cancellationToken));
            return output.IsTooLong || error.IsTooLong ? throw ToolErrors.ToolOutputTooLong(command, OutputLimit) : new(process.ExitCode, output.Text, error.Text);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ToolErrors.ToolTimeout(command, deadline);
        }
        finally
        {
            limit.Cancel(); // also ends the reading of a pipe that a daemon holds
            await EndAsync(process);
        }

        void Kill() => process.Kill(entireProcessTree: true);
    }

    private Process Start(ToolCommand command)
    {
        var file = Find(command.Tool) ?? throw ToolErrors.ToolNotFound(command.Tool);
        var start = new ProcessStartInfo(file, command.Arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = string.Join(':', SystemFolders);
        start.Environment["LC_ALL"] = "C"; // its texts are read here
        start.Environment[OrphanedTools.StartedBy] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw ToolErrors.ToolNotStarted(command.Tool, file, e);
        }
    }

    private static async Task EndAsync(Process process)
    {
        if (process.HasExited)
        {
            return;
        }

        process.Kill(entireProcessTree: true);

        // One that the kernel holds (state D) dies when its call returns; nobody waits for that.
        await Task.WhenAny(process.WaitForExitAsync(CancellationToken.None), Task.Delay(Drain, CancellationToken.None));
    }
}
