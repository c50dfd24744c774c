using System.Diagnostics;
using System.Globalization;
using System.Management.Automation.Runspaces;

namespace StorageConnect.Benchmarks;

/// <summary>
/// How long Import-Module takes as the first command of a session, against a binary module with one cmdlet that does nothing, imported by
/// its manifest too. A new process for each, in turns. Budget: 1.5 times.
/// </summary>
internal static class ImportComparison
{
    public const string Child = "import-once";
    private const int Rounds = 15;

    public static int Run()
    {
        var modules = new[]
        {
            Path.Combine(AppContext.BaseDirectory.Replace("/Benchmarks/", "/Benchmarks/EmptyModule/", StringComparison.Ordinal), "EmptyModule.psd1"),
            Path.Combine(Staged.Module, "StorageConnect.psd1"),
        };

        // The first round warms the page cache and is not counted.
        var times = Enumerable.Range(0, Rounds + 1).Select(_ => modules.Select(Measure).ToArray()).Skip(1).ToList();
        var (empty, ours) = (Sorted(times, 0), Sorted(times, 1));
        Show("empty module", empty);
        Show("StorageConnect", ours);
        Console.WriteLine($"ratio of the medians: {Median(ours) / Median(empty):f2}; of the minima: {ours[0] / empty[0]:f2}");
        return 0;
    }

    /// <summary>In a process of its own: the import, and nothing before it.</summary>
    public static int RunChild(string manifest)
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var pipeline = runspace.CreatePipeline();
        var import = new Command("Import-Module");
        import.Parameters.Add("Name", manifest);
        import.Parameters.Add("ErrorAction", "Stop");
        pipeline.Commands.Add(import);
        var clock = Stopwatch.StartNew();
        pipeline.Invoke();
        Console.WriteLine(clock.Elapsed.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    private static double Measure(string manifest)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Child, manifest]) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"Importing '{manifest}' failed.");
    }

    private static double[] Sorted(List<double[]> times, int module) => [.. times.Select(round => round[module]).Order()];

    private static double Median(double[] sorted) => sorted[sorted.Length / 2];

    private static void Show(string name, double[] sorted) =>
        Console.WriteLine($"{name,-16} {Median(sorted),7:f1} ms ({sorted[0]:f1}-{sorted[^1]:f1}), {sorted.Length} runs");
}
