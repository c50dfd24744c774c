using System.Globalization;

namespace StorageConnect.Benchmarks;

/// <summary>
/// What two builds of the module take for the same work, in processes of their own, in turns: elements created, snapshots and clones made (where the
/// folder's file system can), listed and removed. Budget: the later one takes at most 1.1 times as long.
/// </summary>
internal static class VersionComparison
{
    private const int Rounds = 9;

    private const string Script =
        """
        param($Module, $Folder, $Clones)
        $ErrorActionPreference = 'Stop'
        $ConfirmPreference = 'None'
        Import-Module $Module
        $null = Register-OscStorageServer -Name bench -Plugin Local -StorageType SAN -ExtraInfo "Pool=$Folder"
        function Measure-Step([string] $Step, [scriptblock] $Work) {
            $clock = [Diagnostics.Stopwatch]::StartNew()
            & $Work
            '{0}={1}' -f $Step, $clock.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)
        }

        $numbers = 1..100
        $names = $numbers | ForEach-Object { "one$_" }
        # What the first call of each command costs is not counted.
        $warm = New-OscStorageElement warm -Size 1MB
        if ($Clones -eq 'yes') { $warm | New-OscSnapshot | Remove-OscSnapshot; $warm | Invoke-OscClone | Remove-OscStorageElement }
        $null = Get-OscStorageElement
        $warm | Remove-OscStorageElement
        Measure-Step 'create, a command each' { $script:each = foreach ($i in $numbers) { New-OscStorageElement "each$i" -Size 1MB } }
        Measure-Step 'create, one command' { $script:one = New-OscStorageElement $names -Size 1MB }
        if ($Clones -eq 'yes') {
            Measure-Step 'snapshot, a command each' { $script:eachSnapshots = foreach ($e in $each) { $e | New-OscSnapshot } }
            Measure-Step 'snapshot, one command' { $script:oneSnapshots = $one | New-OscSnapshot }
            Measure-Step 'clone, a command each' { foreach ($e in $each) { $null = $e | Invoke-OscClone } }
            Measure-Step 'clone, one command' { $one | Invoke-OscClone | Out-Null }
            Measure-Step 'remove snapshots' { $oneSnapshots + $eachSnapshots | Remove-OscSnapshot }
        }
        Measure-Step 'list 20 times' { foreach ($i in 1..20) { $script:all = Get-OscStorageElement } }
        Measure-Step 'by name' { foreach ($name in $names) { $null = Get-OscStorageElement $name } }
        Measure-Step 'remove' { $all | Remove-OscStorageElement }
        Unregister-OscStorageServer bench
        """;

    /// <param name="before">The folder of the earlier build.</param>
    /// <param name="after">The folder of the later build.</param>
    /// <param name="parent">A folder on the file system to measure.</param>
    public static int Run(string before, string after, string parent)
    {
        var clones = BulkComparison.CanClone(parent) ? "yes" : "no";
        string[] manifests = [Staged.ManifestIn(before), Staged.ManifestIn(after)];
        var rounds = new List<Dictionary<string, double>[]>();
        for (var round = 0; round < Rounds; round++)
        {
            var measured = new Dictionary<string, double>[2];
            // Each is first in every other round.
            foreach (var i in round % 2 == 0 ? new[] { 0, 1 } : [1, 0])
            {
                measured[i] = Measure(manifests[i], Path.Combine(parent, $"versions-{round}-{i}"), clones);
            }

            rounds.Add(measured);
        }

        var table = new Table("step, 100 elements", "before, ms", "after, ms", "ratio of the medians", "ratio, round by round");
        foreach (var step in rounds[0][0].Keys)
        {
            var (old, now) = (Spread.Of(rounds.Select(round => round[0][step])), Spread.Of(rounds.Select(round => round[1][step])));
            table.Add(step, $"{old}", $"{now}", (now.Median / old.Median).ToString("0.00", CultureInfo.InvariantCulture),
                $"{Spread.Of(rounds.Select(round => round[1][step] / round[0][step]))}");
        }

        table.Write($"{before} against {after}, on {parent}");
        return 0;
    }

    private static Dictionary<string, double> Measure(string manifest, string pool, string clones)
    {
        Directory.CreateDirectory(pool);
        try
        {
            using var shell = new PowerShellProcess();
            return shell.RunScript(Script, manifest, pool, clones).Select(line => line.Split('=')).ToDictionary(
                parts => parts[0],
                parts => PowerShellProcess.Parse(parts[1]));
        }
        finally
        {
            Directory.Delete(pool, recursive: true);
        }
    }
}
