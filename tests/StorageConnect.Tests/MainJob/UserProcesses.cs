using System.Diagnostics;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.MainJob;

/// <summary>Processes of one user, each a pwsh with the staged module: they share settings and nothing else.</summary>
public sealed class UserProcesses : IDisposable
{
    private readonly TemporaryFolder _home = new();

    /// <summary>The user's settings: registered servers, saved secrets, operations, plug-ins.</summary>
    public TemporaryFolder Settings { get; } = new();

    /// <summary>All folders that the user must be able to write to.</summary>
    public IReadOnlyList<string> Folders => [Settings.Path, _home.Path];

    /// <summary>Runs a script that must not fail, in a process of its own.</summary>
    /// <returns>What it wrote.</returns>
    public async Task<string> RunAsync(string script)
    {
        var (exitCode, output, error) = await RunCommandAsync([], script);
        Assert.True(exitCode == 0 && error.Length == 0, output + error);
        return output.Trim();
    }

    /// <summary>Runs commands with the module imported.</summary>
    /// <param name="prefix">A command to run pwsh by, such as strace.</param>
    /// <param name="script">The commands.</param>
    public Task<(int ExitCode, string Output, string Error)> RunCommandAsync(string[] prefix, string script) =>
        RunAsync(prefix, PowerShellTool.Folder, ["-Command", PowerShellTool.ImportModule + script]);

    /// <summary>Runs pwsh.</summary>
    /// <param name="prefix">A command to run it by, such as setpriv.</param>
    /// <param name="tool">The folder with pwsh.dll.</param>
    /// <param name="arguments">pwsh's own arguments.</param>
    public async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] prefix, string tool, string[] arguments)
    {
        var start = PowerShellTool.Start(prefix, tool, arguments);
        UserFolders.Set(start.Environment, Settings.Path);

        // PowerShell itself keeps a cache in the user's home.
        start.Environment["XDG_CACHE_HOME"] = start.Environment["HOME"] = _home.Path;

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }

    public void Dispose()
    {
        Settings.Dispose();
        _home.Dispose();
    }
}
