using System.Diagnostics;
using System.Globalization;

namespace StorageConnect.Benchmarks;

/// <summary>
/// Elements as text: the module's table against one of PowerShell's own objects with as many columns, and against lsmcli list on its simulator where it is
/// installed. In turns. Budget: twice lsmcli.
/// </summary>
internal static class ViewComparison
{
    private const int Rounds = 7;
    private const int Rows = 10_000;

    public static int Run()
    {
        using var engine = new TemporaryEngine(Path.Combine(Staged.Module, "plugins", "Local"), "Local");
        using var session = new Session();
        session.Invoke(
            $"$rows = foreach ($i in 1..{Rows}) {{ [StorageConnect.StorageElement]@{{ Uuid = '{new string('a', 32)}'; Name = \"volume$i\"; SizeBytes = 1GB; " +
                $"StorageServerName = 'bench'; Page83Id = '36{new string('a', 31)}' }} }}");
        session.Invoke($"$plain = foreach ($i in 1..{Rows}) {{ [pscustomobject]@{{ Name = \"volume$i\"; Server = 'bench'; Type = 'Lun'; Size = '1 GiB' }} }}");
        var times = Enumerable.Range(0, Rounds + 1).Select(_ => new[]
        {
            session.Time("$null = $rows | Out-String -Stream -Width 120"),
            session.Time("$null = $plain | Out-String -Stream -Width 120"),
            TimeLsmcli(),
        }).Skip(1).ToList();
        var table = new Table("what", "10,000 rows, ms", "a row, µs", "ratio to ours");
        var ours = Spread.Of(times.Select(round => round[0]));
        foreach (var (name, i) in new[] { ("StorageConnect, table", 0), ("four-property objects, table", 1), ("lsmcli list of its simulator", 2) })
        {
            var spread = Spread.Of(times.Select(round => round[i]));
            if (!double.IsNaN(spread.Median))
            {
                table.Add(name, $"{spread}", (spread.Median * 1000 / Rows).ToString("0", CultureInfo.InvariantCulture),
                    (ours.Median / spread.Median).ToString("0.00", CultureInfo.InvariantCulture));
            }
        }

        table.Write("Elements as text");
        return 0;
    }

    private static double TimeLsmcli()
    {
        try
        {
            var clock = Stopwatch.StartNew();
            using var process = Process.Start(new ProcessStartInfo("lsmcli", ["-u", "sim://", "list", "--type", "VOLUMES"]) { RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? clock.Elapsed.TotalMilliseconds : double.NaN;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return double.NaN;
        }
    }
}
