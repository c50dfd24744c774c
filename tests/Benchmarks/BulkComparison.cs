using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Linux.Files;

namespace StorageConnect.Benchmarks;

/// <summary>
/// What it costs to make and remove elements with one command for all of them, against a command for each, and against a bare loop that only does
/// what one element after another needs: a file and its sync, its folder's sync, and a synced write to a log. In turns, at three sizes. Budget: 0.6 of
/// the bare loop.
/// </summary>
internal static class BulkComparison
{
    private const int Rounds = 5;
    private static readonly int[] Sizes = [30, 100, 300];

    /// <param name="parent">A folder on the file system to measure.</param>
    public static int Run(string parent)
    {
        var table = new Table("elements", "step", "one command, ms", "a command each, ms", "bare loop, ms", "to the commands", "to the bare loop");
        var medians = new Dictionary<(string Step, int Size), double>();
        using var session = new Session();
        foreach (var size in Sizes)
        {
            var rounds = Enumerable.Range(0, Rounds).Select(round => Measure(session, Path.Combine(parent, $"bulk-{size}-{round}"), size)).ToList();
            foreach (var step in rounds[0].Select(measured => measured.Step))
            {
                Spread Of(Func<(string Step, double One, double Each, double Bare), double> value) =>
                    Spread.Of(rounds.Select(round => value(round.Single(measured => measured.Step == step))));

                var (one, each, bare) = (Of(measured => measured.One), Of(measured => measured.Each), Of(measured => measured.Bare));
                medians[(step, size)] = one.Median;
                table.Add($"{size}", step, $"{one}", $"{each}", $"{bare}", Ratio(one, each), Ratio(one, bare));
            }
        }

        foreach (var step in medians.Keys.Select(key => key.Step).Distinct())
        {
            var exponent = Spread.Exponent((Sizes[0], medians[(step, Sizes[0])]), (Sizes[^1], medians[(step, Sizes[^1])]));
            table.Add("exponent", step, exponent.ToString("0.00", CultureInfo.InvariantCulture), "", "", "", "");
        }

        table.Write($"Many elements in one command, on {parent}");
        return 0;
    }

    private static List<(string Step, double One, double Each, double Bare)> Measure(Session session, string folder, int size)
    {
        Directory.CreateDirectory(folder);
        var pool = Directory.CreateDirectory(Path.Combine(folder, "pool")).FullName;
        session.Invoke($"$null = Register-OscStorageServer -Name bench -Plugin Local -StorageType SAN -ExtraInfo 'Pool={pool}'; $names = 1..{size}");
        session.Invoke("New-OscStorageElement warm -Size 1MB | Remove-OscStorageElement -Confirm:$false");
        var steps = new List<(string Step, double One, double Each, double Bare)>
        {
            (
                "create",
                session.Time("$one = New-OscStorageElement ($names | ForEach-Object { \"one$_\" }) -Size 1MB"),
                session.Time("$each = foreach ($i in $names) { New-OscStorageElement \"each$i\" -Size 1MB }"),
                MakeBare(folder, size)),
        };
        if (CanClone(folder))
        {
            steps.Add((
                "snapshot",
                session.Time("$oneSnapshots = $one | New-OscSnapshot"),
                session.Time("$eachSnapshots = foreach ($e in $each) { $e | New-OscSnapshot }"),
                double.NaN));
            steps.Add((
                "clone",
                session.Time("$one | Invoke-OscClone | Out-Null"),
                session.Time("foreach ($e in $each) { $null = $e | Invoke-OscClone }"),
                double.NaN));
            steps.Add((
                "remove snapshot",
                session.Time("$oneSnapshots | Remove-OscSnapshot -Confirm:$false"),
                session.Time("foreach ($s in $eachSnapshots) { $s | Remove-OscSnapshot -Confirm:$false }"),
                double.NaN));
        }

        steps.Add((
            "remove",
            session.Time("$one | Remove-OscStorageElement -Confirm:$false"),
            session.Time("foreach ($e in $each) { $e | Remove-OscStorageElement -Confirm:$false }"),
            RemoveBare(folder, size)));
        session.Invoke("Unregister-OscStorageServer bench -Confirm:$false");
        Directory.Delete(folder, recursive: true);
        return steps;
    }

    private static double MakeBare(string folder, int size)
    {
        var volumes = Directory.CreateDirectory(Path.Combine(folder, "bare")).FullName;
        using var log = LinuxFile.Create(Path.Combine(folder, "log"));
        return Time(size, i =>
        {
            using (var file = LinuxFile.Create(Bare(volumes, i)))
            {
                LinuxFile.SetLength(file, 1 << 20);
                LinuxFile.Sync(file);
            }

            LinuxFile.SyncFolder(volumes);
            WriteLog(log, i);
        });
    }

    private static double RemoveBare(string folder, int size)
    {
        using var log = LinuxFile.Open(Path.Combine(folder, "log"), write: true);
        return Time(size, i =>
        {
            WriteLog(log, size + i);
            File.Delete(Bare(Path.Combine(folder, "bare"), i));
        });
    }

    private static void WriteLog(SafeFileHandle log, int entry)
    {
        LinuxFile.Write(log, new byte[8192], entry * 8192L);
        LinuxFile.Sync(log);
    }

    private static string Bare(string folder, int number) => Path.Combine(folder, FormattableString.Invariant($"{number}"));

    /// <summary>Whether a folder's file system shares the blocks of copies.</summary>
    public static bool CanClone(string folder)
    {
        try
        {
            using var source = LinuxFile.CreateTemporary(folder);
            using var target = LinuxFile.CreateTemporary(folder);
            LinuxFile.CloneInto(source, target);
            return true;
        }
        catch (LinuxFileException)
        {
            return false;
        }
    }

    private static double Time(int count, Action<int> work)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            work(i);
        }

        return clock.Elapsed.TotalMilliseconds;
    }

    private static string Ratio(Spread ours, Spread other) =>
        double.IsNaN(other.Median) ? "" : (ours.Median / other.Median).ToString("0.00", CultureInfo.InvariantCulture);
}
