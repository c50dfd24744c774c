namespace StorageConnect.Benchmarks;

/// <summary>The importable module as the build staged it.</summary>
internal static class Staged
{
    /// <summary>Its folder; another build's, to compare with, where the environment names one.</summary>
    public static string Module { get; } =
        Environment.GetEnvironmentVariable("STORAGECONNECT_BENCHMARK_MODULE") ?? Path.Combine(FindRoot(), "out", "StorageConnect");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "StorageConnect.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The benchmarks run in a build of the repository.");
        }

        return folder;
    }
}
