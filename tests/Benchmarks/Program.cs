using System.Globalization;
using BenchmarkDotNet.Running;
using StorageConnect.Benchmarks;

return args switch
{
    ["import", .. var builds] => ImportComparison.Run(builds is [] ? [Staged.Module] : builds),
    ["first", .. var builds] => FirstAnswerComparison.Run(builds is [] ? [Staged.Module] : builds),
    ["versions", var before, var after] => VersionComparison.Run(before, after, Path.GetTempPath()),
    ["versions", var before, var after, var folder] => VersionComparison.Run(before, after, folder),
    ["workers"] => WorkerComparison.Run(),
    ["grants"] => GrantComparison.Run([100, 300, 1000]),
    ["grants", var size] => GrantComparison.Run([int.Parse(size, CultureInfo.InvariantCulture)]),
    ["bulk"] => BulkComparison.Run(Path.GetTempPath()),
    ["bulk", var folder] => BulkComparison.Run(folder),
    ["ceph"] => CephComparison.Run(),
    ["lookups"] => LookupComparison.Run([10_000, 100_000, 1_000_000]),
    ["views"] => ViewComparison.Run(),
    ["whole", var size, var script] => LookupComparison.RunWhole(int.Parse(size, CultureInfo.InvariantCulture), script),
    ["comparisons"] => ImportComparison.Run([Staged.Module]) + FirstAnswerComparison.Run([Staged.Module]) + ViewComparison.Run()
        + BulkComparison.Run(Path.GetTempPath()) + LookupComparison.Run([10_000, 100_000, 1_000_000]) + GrantComparison.Run([100, 300, 1000]),
    _ => BenchmarkSwitcher.FromAssembly(typeof(ImportComparison).Assembly).Run(args).Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0,
};
