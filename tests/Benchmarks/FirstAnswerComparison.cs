using System.Globalization;

namespace StorageConnect.Benchmarks;

/// <summary>
/// How long a new pwsh takes that finds the module by the command, asks for one element and prints it, against one that ends at once and one that runs
/// the empty module's cmdlet. In turns. Budget: 100 ms over the one that ends at once.
/// </summary>
internal static class FirstAnswerComparison
{
    private const int Rounds = 15;
    private const string Answer = "Get-OscStorageElement first";

    private const string Prepare =
        """
        param($Module, $Pool)
        $ErrorActionPreference = 'Stop'
        Import-Module $Module
        $null = Register-OscStorageServer -Name bench -Plugin Local -StorageType SAN -ExtraInfo "Pool=$Pool"
        $null = New-OscStorageElement first -Size 1MB
        """;

    /// <param name="builds">Folders of the module to compare.</param>
    public static int Run(string[] builds)
    {
        var folder = Directory.CreateTempSubdirectory("storage-connect-first-").FullName;
        try
        {
            using var shell = new PowerShellProcess();
            var ways = new List<(string Name, Func<double> Time)>
            {
                ("ends at once", () => shell.Time(null, "exit")),
                ("the empty module's cmdlet", () => shell.Time(Link(folder, "empty", Staged.Empty), "Get-Empty")),
            };
            shell.RunScript(Prepare, Staged.ManifestIn(builds[0]), Directory.CreateDirectory(Path.Combine(folder, "pool")).FullName);
            foreach (var (build, i) in builds.Select((build, i) => (build, i)))
            {
                var modules = Link(folder, $"build{i}", Staged.ManifestIn(build));
                ways.Add((build, () => shell.Time(modules, Answer)));
            }

            var times = Enumerable.Range(0, Rounds + 1).Select(_ => ways.ConvertAll(way => way.Time())).Skip(1).ToList();
            var table = new Table("pwsh", "whole process, ms", "over the one that ends at once, ms");
            for (var i = 0; i < ways.Count; i++)
            {
                var over = Spread.Of(times.Select(round => round[i] - round[0]));
                table.Add(ways[i].Name, $"{Spread.Of(times.Select(round => round[i]))}", over.Median.ToString("0", CultureInfo.InvariantCulture));
            }

            table.Write($"The first answer: {Answer}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A folder of modules with this one.</summary>
    private static string Link(string folder, string name, string manifest)
    {
        var modules = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        var link = Path.Combine(modules, Path.GetFileNameWithoutExtension(manifest));
        if (!Directory.Exists(link))
        {
            Directory.CreateSymbolicLink(link, Path.GetDirectoryName(manifest)!);
        }

        return modules;
    }
}
