namespace StorageConnect.Tests.MainJob;

/// <summary><c>dotnet pack</c> in the configuration that the tests were built in.</summary>
internal static class Packing
{
    private static readonly SemaphoreSlim One = new(1, 1);

    /// <summary>Packs the staged module without building it again.</summary>
    public static async Task PackStagedAsync(string folder)
    {
        await One.WaitAsync(); // a pack writes into the project's obj
        try
        {
            await PackAsync(Path.Combine(StagedModule.Root, "src", "StorageConnect"), folder, "--no-build");
        }
        finally
        {
            One.Release();
        }
    }

    /// <summary>Packs a project.</summary>
    /// <param name="project">Its folder.</param>
    /// <param name="folder">Where the packages get to.</param>
    /// <param name="options">What else is on the command line.</param>
    public static Task PackAsync(string project, string folder, string options = "")
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            ? "Release"
            : "Debug";
        return DotNetTool.RunAsync(StagedModule.Root, $"dotnet pack '{project}' --output '{folder}' --configuration {configuration} {options}");
    }
}
