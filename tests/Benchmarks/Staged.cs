namespace StorageConnect.Benchmarks;

/// <summary>The importable module as the build staged it.</summary>
internal static class Staged
{
    /// <summary>Its folder; another build's, to compare with, where the environment names one.</summary>
    public static string Module { get; } =
        Environment.GetEnvironmentVariable("STORAGECONNECT_BENCHMARK_MODULE") ?? Path.Combine(FindRoot(), "out", "StorageConnect");

    /// <summary>The manifest of the module with one cmdlet that does nothing.</summary>
    public static string Empty { get; } =
        Path.Combine(AppContext.BaseDirectory.Replace("/Benchmarks/", "/Benchmarks/EmptyModule/", StringComparison.Ordinal), "EmptyModule.psd1");

    /// <summary>The manifest of a build of the module.</summary>
    public static string ManifestIn(string folder) => Path.Combine(Path.GetFullPath(folder), "StorageConnect.psd1");

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
