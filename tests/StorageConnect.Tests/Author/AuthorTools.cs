using System.Diagnostics;
using Xunit;

namespace StorageConnect.Tests.Author;

/// <summary>The .NET tools as an author uses them, in a folder that knows nothing of this repository.</summary>
internal static class AuthorTools
{
    /// <summary>Runs commands that must not fail.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="commands">Commands of a shell.</param>
    /// <param name="variables">What else is in their environment.</param>
    /// <returns>What they wrote.</returns>
    public static async Task<string> RunAsync(string folder, string commands, params (string Name, string Value)[] variables)
    {
        // Into a file: build servers that outlive the build would keep a pipe open.
        var log = Path.GetTempFileName();
        var start = new ProcessStartInfo("sh", ["-ec", $"exec >'{log}' 2>&1\n{commands}"]) { WorkingDirectory = folder, RedirectStandardInput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        UserFolders.Restore(start.Environment);
        start.Environment["StorageConnectModule"] = StagedModule.Folder;
        start.Environment["RunAnalyzers"] = "false"; // no style of this repository: it only takes time
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
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
        File.Delete(log);
        Assert.True(process.ExitCode == 0, commands + said);
        return said;
    }
}
