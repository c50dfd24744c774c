using System.Diagnostics;
using StorageConnect.Tests;
using StorageConnect.Tests.Recording;
using Xunit;

[assembly: AssemblyFixture(typeof(DotNetTool))]

namespace StorageConnect.Tests;

/// <summary>
/// The .NET tools as tests start them. Their builds share a compiler, which is slow until it has compiled itself; it serves nobody else, and ends with the
/// tests.
/// </summary>
public sealed class DotNetTool : IAsyncDisposable
{
    // Those who share a compiler share the folder for temporary files: its pipe is in there.
    private static readonly Lazy<TemporaryFolder> Temporary = new();

    /// <summary>Runs commands that must not fail.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="commands">Commands of a shell.</param>
    /// <param name="variables">What else is in their environment.</param>
    /// <returns>What they wrote.</returns>
    public static async Task<string> RunAsync(string folder, string commands, params (string Name, string Value)[] variables)
    {
        // Into a file: the compiler, which outlives the build, would keep a pipe open.
        var log = Temporary.Value[Path.GetRandomFileName()];
        var start = new ProcessStartInfo("sh", ["-ec", $"exec >'{log}' 2>&1\n{commands}"]) { WorkingDirectory = folder, RedirectStandardInput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        UserFolders.Restore(start.Environment);
        start.Environment["TMPDIR"] = Temporary.Value.Path;
        start.Environment["RunAnalyzers"] = "false"; // the build of these tests had them, and no style of this repository binds others: it only takes time
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "true";
        start.Environment["DOTNET_TieredPGO"] = "0"; // no build is long enough for it
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["TESTINGPLATFORM_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var said = await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, commands + said);
        return said;
    }

    /// <summary>Ends the compiler, where there is one.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Temporary.IsValueCreated)
        {
            await RunAsync(StagedModule.Root, "dotnet build-server shutdown --vbcscompiler");
            Temporary.Value.Dispose();
        }
    }
}
