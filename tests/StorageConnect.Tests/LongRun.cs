using System.Globalization;

namespace StorageConnect.Tests;

/// <summary>Tests that are short in each check, and long when they are run by hand: STORAGECONNECT_LONG_RUNS says how long.</summary>
internal static class LongRun
{
    /// <summary>The first history, from STORAGECONNECT_FIRST_SEED, so that several runs can share the work; 0 unless it is given.</summary>
    public static int FirstSeed { get; } = Read("STORAGECONNECT_FIRST_SEED") ?? 0;

    /// <summary>How many rounds there are: STORAGECONNECT_LONG_RUNS, or the short number.</summary>
    public static int Count(int inEachCheck) => Read("STORAGECONNECT_LONG_RUNS") ?? inEachCheck;

    /// <summary>
    /// The clauses of a conformance run: those that STORAGECONNECT_CLAUSES names, with commas between them; all of them in a long run; else the short
    /// selection.
    /// </summary>
    public static string[] Clauses(string[] inEachCheck) => Environment.GetEnvironmentVariable("STORAGECONNECT_CLAUSES") is { Length: > 0 } named
        ? named.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        : Count(0) > 0 ? [] : inEachCheck;

    private static int? Read(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
