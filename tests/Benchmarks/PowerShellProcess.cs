using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace StorageConnect.Benchmarks;

/// <summary>
/// pwsh in a process of its own, as users have it: compiled ahead of time, and with nothing of this program in it. Its settings are in a folder of their own.
/// </summary>
internal sealed class PowerShellProcess : IDisposable
{
    private static readonly string Program =
        Path.Combine(
            typeof(PowerShellProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "PowerShell").Value!,
            "pwsh.dll");

    private readonly string _settings = Directory.CreateTempSubdirectory("storage-connect-settings-").FullName;

    /// <summary>Runs a script file to its end.</summary>
    /// <returns>The lines that it wrote.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message has what it wrote.</exception>
    public IReadOnlyList<string> RunScript(string script, params string[] arguments)
    {
        var file = Path.Combine(_settings, "script.ps1");
        File.WriteAllText(file, script);
        return Run(null, ["-File", file, .. arguments]);
    }

    /// <summary>Runs a command.</summary>
    /// <param name="modules">The folder with the modules; null for none but PowerShell's own.</param>
    /// <param name="command">The command.</param>
    /// <returns>The milliseconds from the start of the process to its end.</returns>
    public double Time(string? modules, string command)
    {
        var clock = Stopwatch.StartNew();
        Run(modules, ["-Command", command]);
        return clock.Elapsed.TotalMilliseconds;
    }

    /// <summary>A number as a script wrote it.</summary>
    public static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    public void Dispose() => Directory.Delete(_settings, recursive: true);

    private string[] Run(string? modules, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, "-NoLogo", "-NoProfile", "-NonInteractive", .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var variable in new[] { "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME" })
        {
            start.Environment[variable] = _settings;
        }

        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";
        // PowerShell adds its own; this program has another one's.
        start.Environment["PSModulePath"] = modules ?? "";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : throw new InvalidOperationException($"pwsh ended with {process.ExitCode}. {output}{errors.GetAwaiter().GetResult()}");
    }
}
