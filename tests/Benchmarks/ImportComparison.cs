using System.Globalization;

namespace StorageConnect.Benchmarks;

/// <summary>
/// How long Import-Module takes as the first command of a pwsh, against a binary module with one cmdlet that does nothing, imported by its manifest, too.
/// A new process for each, in turns. Budget: 1.35 times.
/// </summary>
internal static class ImportComparison
{
    private const int Rounds = 15;

    private const string Script =
        """
        param($Module)
        $ErrorActionPreference = 'Stop'
        $clock = [Diagnostics.Stopwatch]::StartNew()
        Import-Module $Module
        $clock.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)
        """;

    /// <param name="builds">Folders of the module to compare.</param>
    public static int Run(string[] builds)
    {
        string[] manifests = [Staged.Empty, .. builds.Select(Staged.ManifestIn)];
        using var shell = new PowerShellProcess();
        double Measure(string manifest) => PowerShellProcess.Parse(shell.RunScript(Script, manifest).Single());

        // The first round warms the page cache and is not counted.
        var times = Enumerable.Range(0, Rounds + 1).Select(_ => manifests.Select(Measure).ToArray()).Skip(1).ToList();
        var empty = Spread.Of(times.Select(round => round[0]));
        var table = new Table("module", "import, ms", "to the empty one");
        for (var i = 0; i < manifests.Length; i++)
        {
            var spread = Spread.Of(times.Select(round => round[i]));
            table.Add(i == 0 ? "empty" : Path.GetDirectoryName(manifests[i])!, $"{spread}",
                (spread.Median / empty.Median).ToString("0.00", CultureInfo.InvariantCulture));
        }

        table.Write("Import-Module as the first command");
        return 0;
    }
}
