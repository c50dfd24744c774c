namespace StorageConnect.Benchmarks;

/// <summary>The importable module as the build staged it.</summary>
internal static class Staged
{
    public static string Module { get; } = Path.Combine(FindRoot(), "out", "StorageConnect");

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
