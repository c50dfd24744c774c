using System.Globalization;

namespace StorageConnect.Tests;

/// <summary>Tests that are short in each check, and long when they are run by hand: STORAGECONNECT_LONG_RUNS says how long.</summary>
internal static class LongRun
{
    /// <summary>The first history, from STORAGECONNECT_FIRST_SEED, so that several runs can share the work; 0 unless it is given.</summary>
    public static int FirstSeed { get; } = Read("STORAGECONNECT_FIRST_SEED") ?? 0;

    /// <summary>How many rounds there are: STORAGECONNECT_LONG_RUNS, or the short number.</summary>
    public static int Count(int inEachCheck) => Read("STORAGECONNECT_LONG_RUNS") ?? inEachCheck;

    private static int? Read(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
