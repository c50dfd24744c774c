using System.Diagnostics;
using Xunit;

namespace StorageConnect.Tests.MainJob;

/// <summary><c>dotnet pack</c> in the configuration that the tests were built in.</summary>
internal static class Packing
{
    private static readonly Lock One = new();

    /// <summary>Packs the staged module without building it again.</summary>
    public static void Pack(string folder)
    {
        lock (One) // a pack writes into the project's obj
        {
            DotNet("pack", Path.Combine(StagedModule.Root, "src", "StorageConnect"), "--no-build", "--output", folder);
        }
    }

    public static void DotNet(params string[] arguments)
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            ? "Release"
            : "Debug";
        var start = new ProcessStartInfo("dotnet", [.. arguments, "--configuration", configuration, "-nodeReuse:false", "-p:UseSharedCompilation=false"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        UserFolders.Restore(start.Environment);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + error.Result);
    }
}
